"""Signing in to the API: on the host that a person belongs to, with a token or with the browser's session."""

from tenancy.login import session_cookie
from tenancy.roles import Role
from tests.factories import make_client, make_reseller, make_user
from tests.portal.conftest import Asks, AsksAs


async def test_a_token_for_an_email_and_a_password(asks: Asks) -> None:
    agency = await make_reseller()
    owner = await make_user(agency, name="Ada Lane")
    program = asks(agency.host)

    answer = await program.post("/api/auth/login", {"email": owner.email, "password": owner.password})

    token, refresh = answer.json()["access_token"], answer.json()["refresh_token"]
    person = {
        "email": owner.email,
        "name": "Ada Lane",
        "role": "owner",
        "organization": {"name": agency.name, "kind": "reseller"},
    }
    assert answer.status_code == 200
    assert answer.json() == {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": 900,
        "refresh_token": refresh,
        "user": person,
    }
    assert answer.headers["cache-control"] == "no-store"
    program.bears(token)
    assert (await program.get("/api/auth/me")).json() == person


async def test_on_another_agencys_host_the_account_does_not_exist(asks: Asks) -> None:
    owner = await make_user(await make_reseller())
    elsewhere = asks((await make_reseller()).host)

    stranger = await elsewhere.post("/api/auth/login", {"email": owner.email, "password": owner.password})
    nobody = await elsewhere.post("/api/auth/login", {"email": "no@one.example", "password": "wrong"})

    assert stranger.status_code == 401
    assert stranger.json()["error"]["code"] == "wrong_credentials"
    assert stranger.json() == nobody.json()


async def test_a_token_of_one_host_is_worth_nothing_on_another(asks: Asks) -> None:
    agency = await make_reseller()
    token = await asks(agency.host).sign_in(await make_user(agency))
    elsewhere = asks((await make_reseller()).host)
    elsewhere.bears(token)

    assert (await elsewhere.get("/api/auth/me")).status_code == 401


async def test_a_clients_people_sign_in_on_their_agencys_host(asks_as: AsksAs) -> None:
    client = await make_client(await make_reseller())
    reader = await asks_as(await make_user(client, Role.VIEWER))

    me = (await reader.get("/api/auth/me")).json()

    assert (me["role"], me["organization"]) == ("viewer", {"name": client.name, "kind": "client"})


async def test_signing_out_ends_the_token(asks_as: AsksAs) -> None:
    program = await asks_as(await make_user(await make_reseller()))

    assert (await program.post("/api/auth/logout")).status_code == 204

    answer = await program.get("/api/auth/me")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_browsers_session_asks_too_but_changes_nothing_from_another_site(asks: Asks) -> None:
    agency = await make_reseller()
    browser = asks(agency.host)
    token = await browser.open_browser(await make_user(agency))
    # Beside what else lives on the domain: cookies that are not ours may hold anything.
    cookie = f'consent={{"ads":false}}; basket[0]=7; {session_cookie()}={token}'
    site = {"name": "Shop", "domain": "shop.example"}

    async def creates(**headers: str) -> int:
        answer = await browser.request("POST", "/api/sites", json=site, headers={"cookie": cookie, **headers})
        return answer.status_code

    assert (await browser.request("GET", "/api/sites", headers={"cookie": cookie})).json() == {"sites": []}
    assert await creates(origin="https://evil.example") == 403
    assert await creates(**{"sec-fetch-site": "cross-site"}) == 403
    assert await creates(**{"sec-fetch-site": "same-site"}) == 403
    assert await creates(origin="null") == 403
    assert await creates(origin=f"http://{agency.host}", **{"sec-fetch-site": "same-origin"}) == 201
    assert len((await browser.request("GET", "/api/sites", headers={"cookie": cookie})).json()["sites"]) == 1


async def test_guessing_is_slowed_down(asks: Asks) -> None:
    agency = await make_reseller()
    owner = await make_user(agency)
    guesser = asks(agency.host)
    wrong = {"email": owner.email, "password": "guess"}

    statuses = [(await guesser.post("/api/auth/login", wrong)).status_code for _ in range(6)]

    refused = await guesser.post("/api/auth/login", wrong)
    assert statuses == [401] * 5 + [429]
    assert refused.json()["error"]["code"] == "too_many_tries"
    assert int(refused.headers["retry-after"]) > 0
    assert (await asks(agency.host).sign_in(owner)) != ""
