"""A brand beyond its colours: its script's names, its words in errors, its icons, and previews of drafts."""

from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from PIL import Image

from portal.brand_drafts import keep_draft, new_draft
from portal.views.documents import error_page, sign_in_page
from tenancy.db import session, system_session
from tenancy.domains import Purpose, add_domain
from tenancy.login import viewer_for_token
from tenancy.organizations import get_organization
from tenancy.roles import Role
from tests.factories import (
    MadeOrganization,
    a_viewer,
    host_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    unique,
)
from tests.portal.conftest import Asks, AsksAs
from tests.portal.program import Program
from themes.assets import store_asset
from themes.brands import get_brand, save_brand
from themes.pictures import AssetKind
from themes.theme import FooterLink, Theme

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="{}"/></svg>'


async def rebrand(owner: MadeOrganization, by: MadeOrganization | None = None, **changes: Any) -> None:
    viewer = a_viewer(by or owner)
    async with session(viewer) as db:
        brand = await get_brand(db, viewer, await get_organization(db, owner.public_id))
        await save_brand(db, viewer, brand, {**brand.document, **changes})


def policy(answer: Response) -> str:
    return answer.headers["content-security-policy"]


async def test_the_script_is_served_under_the_brands_names_on_its_hosts_alone(asks: Asks) -> None:
    agency, other = await make_reseller(), await make_reseller()
    tracking = f"{unique('t')}.example"
    async with system_session(reason="test") as db:
        await add_domain(db, agency.id, tracking, purpose=Purpose.TRACKING, verified=True)
    ours, theirs = asks(agency.host), asks(other.host)
    neutral = (await ours.get("/s.js")).text

    await rebrand(agency, script_file="harbor.js")
    await rebrand(agency, script_file="visits.js")

    for program in (ours, asks(tracking)):
        for name in ("/visits.js", "/harbor.js", "/s.js"):
            answer = await program.get(name)
            assert (answer.status_code, answer.text) == (200, neutral), name
            assert answer.headers["access-control-allow-origin"] == "*"
        assert (await program.request("HEAD", "/visits.js")).status_code == 200
        assert (await program.request("POST", "/visits.js")).status_code in {404, 405}
        assert (await program.get("/other.js")).status_code == 404
    assert (await theirs.get("/visits.js")).status_code == 404
    assert "insight" not in neutral.lower()


async def test_the_snippet_has_the_brands_names_and_no_other(asks_as: AsksAs) -> None:
    agency = await make_reseller()
    await rebrand(agency, script_file="visits.js", script_global="harbor")
    site = await make_site(agency)
    owner = await asks_as(await make_user(agency))

    snippet = (await owner.get(f"/api/sites/{site.public_id}/snippet")).json()["snippet"]

    assert f"{agency.host}/visits.js','harbor'" in snippet
    assert "harbor('init'," in snippet
    assert "analytics" not in snippet


async def test_errors_of_the_api_speak_for_the_brand(asks: Asks) -> None:
    agency = await make_reseller()
    program = asks(agency.host)
    before = (await program.get("/api/sites")).json()["error"]

    await rebrand(
        agency,
        api_messages={"not_signed_in": "Hand over your key.", "not_found": "Gone fishing."},
        api_support=True,
        support_url="https://agency.example/help",
    )

    error = (await program.get("/api/sites")).json()["error"]
    assert error == {**before, "message": "Hand over your key. Help: https://agency.example/help"}
    assert (await program.get("/api/nothing")).json()["error"]["message"].startswith("Gone fishing.")
    refused = await program.request("POST", "/api/auth/login", json={})
    assert refused.json()["error"]["message"].endswith("Help: https://agency.example/help")
    other = asks((await make_reseller()).host)
    assert (await other.get("/api/sites")).json()["error"] == before


async def test_icons_are_made_of_the_favicon_or_drawn(whole_app: FastAPI) -> None:
    agency = await make_reseller(theme={"primary_color": "#00ff00"})
    program = Program(whole_app, agency.host)
    drawn = await program.get("/favicon.ico")
    async with session(a_viewer(agency)) as db:
        digest = await store_asset(db, agency.id, AssetKind.FAVICON, SVG.format("#ff0000").encode())
    await rebrand(agency, favicon=digest)

    uploaded = await program.get("/favicon.ico")

    for answer, colour in ((drawn, (0, 255, 0)), (uploaded, (255, 0, 0))):
        with Image.open(BytesIO(answer.content)) as icon:
            assert icon.format == "ICO"
            assert colour in {pixel[:3] for _count, pixel in icon.convert("RGBA").getcolors(9999) or ()}  # type: ignore[index]
    touch = await program.get("/apple-touch-icon.png")
    assert (touch.status_code, touch.headers["content-type"]) == (200, "image/png")


async def test_previews_show_the_draft_of_their_session_and_can_neither_act_nor_be_framed_elsewhere(
    whole_app: FastAPI,
) -> None:
    agency = await make_reseller(theme={"name": "Before"})
    kim, lee = Program(whole_app, agency.host), Program(whole_app, agency.host)
    token = await kim.open_browser(await make_user(agency))
    await lee.open_browser(await make_user(agency, Role.ADMIN))
    viewer = await viewer_for_token(token, await host_of(agency))
    assert viewer is not None
    key = new_draft()
    await keep_draft(viewer, agency.id, key, {"name": "Draft", "primary_color": "#ff00ff"})

    for view in ("dashboard", "sign-in", "mail", "pdf"):
        answer = await kim.get(f"/brands/{agency.public_id}/preview/{view}?draft={key}&mode=dark")
        assert answer.status_code == 200
        assert "Before" not in answer.text
        assert "frame-ancestors 'self'" in policy(answer)
        assert "sandbox allow-same-origin" in policy(answer)
        assert "script-src" not in policy(answer)
        assert "default-src 'none'" in policy(answer)
        assert "<script" not in answer.text
        assert "insight" not in answer.text.lower()
    for form, start in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        cover = await kim.get(f"/brands/{agency.public_id}/cover/{form}?draft={key}")
        assert cover.content.startswith(start)
    assert "Before" in (await lee.get(f"/brands/{agency.public_id}/preview/dashboard?draft={key}")).text
    assert "frame-ancestors 'none'" in policy(await lee.get("/sites"))


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER, Role.BILLING])
async def test_who_may_not_change_the_brand_has_no_previews_and_uploads_nothing(
    whole_app: FastAPI, role: Role
) -> None:
    agency = await make_reseller()
    program = Program(whole_app, agency.host)
    await program.open_browser(await make_user(agency, role))

    assert (await program.get("/settings/brand")).status_code == 403
    assert (await program.get(f"/brands/{agency.public_id}/preview/dashboard")).status_code == 403
    answer = await program.request(
        "POST", f"/brands/{agency.public_id}/assets/favicon", content=SVG.format("red")
    )
    assert answer.status_code == 403


async def test_an_upload_is_answered_with_its_place_or_with_what_is_wrong(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    program = Program(whole_app, agency.host)
    await program.open_browser(await make_user(agency))
    place = f"/brands/{agency.public_id}/assets"

    answer = await program.request("POST", f"{place}/logo_light", content=SVG.format("red"))
    assert answer.status_code == 200
    shown = await program.get(answer.json()["url"])
    assert shown.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in policy(shown)

    refused = await program.request("POST", f"{place}/logo_light", content=b"hello")
    assert refused.status_code == 422
    assert "cannot be read as a picture" in refused.json()["message"]
    huge = await program.request("POST", f"{place}/logo_light", content=b"x" * (5 * 1024 * 1024 + 1))
    assert huge.json()["message"] == "The file is larger than 5 MB."
    assert (await program.request("POST", f"{place}/script", content=b"x")).status_code == 422
    elsewhere = await program.request(
        "POST", f"{place}/favicon", content=SVG, headers={"origin": "https://evil.example"}
    )
    assert elsewhere.status_code == 403


async def test_a_clients_people_see_their_look_once_signed_in_and_the_agencys_see_its_own(
    whole_app: FastAPI,
) -> None:
    agency = await make_reseller(theme={"name": "Agency", "primary_color": "#112233"})
    client = await make_client(agency)
    await rebrand(client, by=agency, name="Harbor", primary_color="#aa3311")
    nobody, theirs, ours = (Program(whole_app, agency.host) for _each in range(3))
    await theirs.open_browser(await make_user(client, Role.VIEWER))
    await ours.open_browser(await make_user(agency))

    assert "--brand:#112233" in (await nobody.get("/login")).text
    page = (await theirs.get("/sites")).text
    assert "--brand:#aa3311" in page
    assert "· Harbor" in page
    page = (await ours.get("/sites")).text
    assert "--brand:#112233" in page
    assert "· Agency" in page


async def test_a_client_finds_the_brand_in_its_settings_where_its_agency_lets_it(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    program = Program(whole_app, agency.host)
    await program.open_browser(await make_user(client, Role.ADMIN))
    assert "manages how these pages look" in (await program.get("/settings/brand")).text

    await rebrand(agency, clients_may_brand=True)

    page = (await program.get("/settings/brand")).text
    assert "Name and logo" in page
    assert "API messages" not in page


WELCOME = Theme(
    "Acme",
    sign_in_text="Good to see you.\n<b>Ask</b> Kim.",
    sign_in_picture="a" * 64,
    footer_links=(FooterLink("Imprint", "https://acme.example/imprint?a=1&b=2"),),
    support_url="https://acme.example/help",
)


def test_the_page_to_sign_in_says_and_shows_what_the_brand_wants() -> None:
    page = sign_in_page(WELCOME, form_token="t")
    assert "<p>Good to see you.</p><p>&lt;b&gt;Ask&lt;/b&gt; Kim.</p>" in page
    assert f'class="welcome-picture" src="/brand/{"a" * 64}"' in page
    assert 'href="https://acme.example/imprint?a=1&amp;b=2"' in page
    assert 'href="https://acme.example/help"' in page
    assert "Good to see you" not in error_page(WELCOME, 404, "No", "None.")
    assert "imprint" in error_page(WELCOME, 404, "No", "None.")


@pytest.mark.usefixtures("stack")
def test_the_platform_is_named_where_a_brand_turns_that_on_and_nowhere_else() -> None:
    named = Theme("Acme", powered_by=True)
    assert "Powered by InsightHub" in sign_in_page(named, form_token="t")
    assert "InsightHub" not in error_page(named, 404, "No", "None.")
    assert "InsightHub" not in sign_in_page(WELCOME, form_token="t")
