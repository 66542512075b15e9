"""Where somebody is signed in, and what they hear of a sign-in from somewhere new."""

import re

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tenancy.devices import network_around
from tenancy.errors import NotFound
from tenancy.login import viewer_for_token
from tenancy.own_sessions import end_own_session, own_sessions
from tenancy.viewer import Viewer
from tests.factories import MadeUser, host_of, make_reseller, make_user
from tests.portal.test_accounts import mails_to

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.5 Mobile/15E148 Safari/604.1"
)
HOME, NEXT_DOOR, AWAY = "203.0.113.7", "203.0.113.90", "198.51.100.4"


async def test_a_sign_in_from_somewhere_new_is_told_once_and_the_first_one_never(whole_app: FastAPI) -> None:
    kim = await make_user(await make_reseller())

    await sign_in(whole_app, kim, HOME, FIREFOX)
    await sign_in(whole_app, kim, NEXT_DOOR, FIREFOX.replace("144", "145"))
    assert await mails_to(kim.email) == []

    await sign_in(whole_app, kim, HOME, SAFARI)
    await sign_in(whole_app, kim, AWAY, FIREFOX)
    await sign_in(whole_app, kim, AWAY, FIREFOX)
    [phone, away] = await mails_to(kim.email)
    assert (phone.kind, phone.device) == ("new_sign_in", "Safari on iOS")
    assert away.device == "Firefox on Linux"
    assert AWAY in away.place


async def test_a_program_is_a_device_too(whole_app: FastAPI) -> None:
    kim = await make_user(await make_reseller())
    await sign_in(whole_app, kim, HOME, FIREFOX)
    async with AsyncClient(
        transport=ASGITransport(whole_app, client=(AWAY, 40_000)),
        base_url=f"http://{kim.organization.host}",
        headers={"user-agent": "curl/8.14"},
    ) as program:
        answer = await program.post("/api/auth/login", json={"email": kim.email, "password": kim.password})
        assert answer.status_code == 200

    assert [mail.kind for mail in await mails_to(kim.email)] == ["new_sign_in"]


async def test_one_sees_where_one_is_signed_in_and_ends_the_rest(whole_app: FastAPI) -> None:
    kim, eve = [await make_user(await make_reseller()) for _ in range(2)]
    here = await sign_in(whole_app, kim, HOME, FIREFOX)
    away = await sign_in(whole_app, kim, AWAY, SAFARI)
    viewer = await viewer_of(kim, here)
    assert viewer is not None

    [current, other] = await own_sessions(viewer)
    assert (current.is_current, current.device.browser, current.device.address) == (True, "Firefox", HOME)
    assert (other.is_current, other.device.system, other.device.address) == (False, "iOS", AWAY)
    page = await open_page(whole_app, kim, here, "/settings/security")
    for words in ("Firefox on Linux", "This device", "Safari on iOS", AWAY):
        assert words in page.text

    stranger = await viewer_of(eve, await sign_in(whole_app, eve, HOME, FIREFOX))
    assert stranger is not None
    with pytest.raises(NotFound):
        await end_own_session(stranger, other.id)
    await end_own_session(viewer, other.id)
    assert await viewer_of(kim, away) is None
    assert await viewer_of(kim, here) is not None


def test_a_network_is_what_a_provider_gives_one_person_over_time() -> None:
    assert network_around("203.0.113.7") == network_around("203.0.113.250") == "203.0.113.0/24"
    assert network_around("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_around("testclient") == "testclient"


async def sign_in(app: FastAPI, user: MadeUser, address: str, agent: str) -> str:
    """Signs in by form, from there and with that; the session's token."""
    async with AsyncClient(
        transport=ASGITransport(app, client=(address, 40_000)),
        base_url=f"http://{user.organization.host}",
        headers={"user-agent": agent},
    ) as browser:
        form = re.search(r'name="form" value="([^"]+)"', (await browser.get("/login")).text)
        assert form is not None
        sent = {"email": user.email, "password": user.password, "form": form[1]}
        answer = await browser.post("/login", data=sent)
        assert answer.status_code == 303, answer.text
        return str(answer.cookies["session"])


async def open_page(app: FastAPI, user: MadeUser, token: str, path: str) -> Response:
    async with AsyncClient(
        transport=ASGITransport(app), base_url=f"http://{user.organization.host}", cookies={"session": token}
    ) as browser:
        return await browser.get(path)


async def viewer_of(user: MadeUser, token: str) -> Viewer | None:
    return await viewer_for_token(token, await host_of(user.organization))
