"""What domains of its own change for an agency's programs, scripts and previews."""

import re

from fastapi import FastAPI

from tenancy.db import system_session
from tenancy.domain_preview import preview_token
from tenancy.domains import Purpose, add_domain
from tests.factories import (
    make_client,
    make_domain,
    make_operator,
    make_reseller,
    make_site,
    make_user,
    the_platform,
    unique,
)
from tests.portal.conftest import Asks, AsksAs
from tests.portal.program import Program

OURS = re.compile("insighthub", re.I)


async def test_the_snippet_loads_the_script_from_the_tracking_domain(asks_as: AsksAs) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site = await make_site(client)
    program = await asks_as(await make_user(client))
    path = f"/api/sites/{site.public_id}/snippet"
    assert f"'http://{agency.host}/s.js'" in (await program.get(path)).json()["snippet"]
    async with system_session(reason="test") as db:
        host = await add_domain(
            db, agency.id, f"{unique('t')}.example.com", purpose=Purpose.TRACKING, verified=True
        )
    assert f"'http://{host}/s.js'" in (await program.get(path)).json()["snippet"]


async def test_the_script_that_names_us_is_served_on_no_agencys_host(asks: Asks) -> None:
    agency = await make_reseller()
    neutral = await asks(agency.host).get("/s.js")
    assert neutral.status_code == 200
    assert not OURS.search(neutral.text)
    named = await asks(agency.host).get("/ih.js")
    assert named.status_code == 404
    assert not OURS.search(named.text)
    assert (await asks((await the_platform()).host).get("/ih.js")).status_code == 200


async def test_a_preview_is_shown_by_the_agency_and_by_the_platform_alone(whole_app: FastAPI) -> None:
    agency = await make_reseller(theme={"name": "Northwind Trading", "primary_color": "#aa3311"})
    domain = await make_domain(agency)
    path = f"/preview/{preview_token(domain.id)}"
    for host in (agency.host, (await the_platform()).host):
        answer = await Program(whole_app, host).get(path)
        assert answer.status_code == 200
        assert "Northwind Trading" in answer.text
        assert "--brand:#aa3311" in answer.text
        assert "<script" not in answer.text and "<body inert>" in answer.text
    stranger = (await make_reseller()).host
    for host, wrong in ((stranger, path), (agency.host, f"{path}0"), (agency.host, "/preview/x")):
        assert (await Program(whole_app, host).get(wrong)).status_code == 404


async def test_the_operator_gives_an_agency_its_first_domain(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    domain = await make_domain(agency)
    operator = Program(whole_app, (await the_platform()).host)
    await operator.open_browser(await make_operator())
    page = await operator.get(f"/clients/{agency.public_id}/domains")
    assert page.status_code == 200
    assert domain.host in page.text
    assert (await operator.get(f"/settings/domains/{domain.id}")).status_code == 200
