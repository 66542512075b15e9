"""The console: what it shows of clients, and clients as files, in and out."""

import csv
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import pytest
from fastapi import FastAPI

from tenancy.client_import import create_clients, read_clients
from tenancy.client_states import put_state
from tenancy.contracts import ClientState, Contract, LimitReached, change_contract, limits_of
from tenancy.db import session
from tenancy.errors import Invalid
from tenancy.invites import invite
from tenancy.organizations import list_clients
from tenancy.roles import Role
from tenancy.sites import list_sites, mark_first_event
from tests.analytics.worlds import ARRIVAL, Step, Visit, store
from tests.factories import (
    a_viewer,
    info_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    the_platform,
    viewer_of,
)
from tests.portal.program import Program

pytestmark = pytest.mark.usefixtures("stack")


async def test_the_console_shows_what_needs_attention_and_finds_clients(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    acme, bolt = await make_client(agency, name="Acme"), await make_client(agency, name="Bolt")
    silent = await make_site(acme, name="Old shop")
    boss = await make_user(agency)
    await make_user(acme)
    store([Visit(silent, "Kim", datetime.now(UTC) - timedelta(days=3), (Step(0, "/"),), ARRIVAL)])
    await mark_first_event([silent.number])
    async with session(viewer_of(boss)) as db:
        agreed = Contract(max_sites=0, max_people=0, notes="Pays late.")
        await change_contract(db, viewer_of(boss), acme.id, agreed)
        await invite(db, viewer_of(boss), info_of(bolt), email="new@bolt.example", role=Role.OWNER)
        await put_state(db, viewer_of(boss), info_of(bolt), ClientState.SUSPENDED)
    browser = Program(whole_app, agency.host)
    await browser.open_browser(boss)

    page = (await browser.get("/clients")).text

    for words in (
        "Old shop of Acme has had no visits for a day.",
        "Acme: 1 site. The contract covers 0 sites.",
        "Acme: 1 person. The contract covers 0 people.",
        "1 invitation of Bolt is still pending.",
        "Suspended",
    ):
        assert words in page
    found = (await browser.get("/clients", words="bol")).text
    assert "Select Bolt" in found and "Select Acme" not in found
    assert "No clients found" in (await browser.get("/clients", state="archived")).text
    assert "Pays late." in (await browser.get(f"/clients/{acme.public_id}/contract")).text


async def test_a_file_of_clients_is_told_line_by_line_and_made_as_a_whole() -> None:
    agency = await make_reseller()
    boss = a_viewer(agency)
    good = "\ufeffName;Language;Site;Max_sites\nAcme;de;acme.example;1\nBolt;;;\n"
    wrong = "name,language,site\nAcme,de,acme.example\nBolt,xx,\n,,nowhere\n"
    with pytest.raises(Invalid, match="one of them must be “name”"):
        read_clients("company\nAcme\n")
    lines = read_clients(wrong)
    assert [one.line for one in lines if one.problem] == [3, 4]
    async with session(boss) as db:
        with pytest.raises(Invalid, match="Line 3"):
            await create_clients(db, boss, lines)
    async with session(boss) as db:
        assert await list_clients(db) == []
        await create_clients(db, boss, read_clients(good))
    async with session(boss) as db:
        acme, bolt = await list_clients(db)
        assert (acme.name, acme.locale, bolt.name, bolt.locale) == ("Acme", "de", "Bolt", None)
        assert [site.domain for site in await list_sites(db, acme.id)] == ["acme.example"]
        assert (await limits_of(db, acme.id)).sites == 1

    operator = a_viewer(await the_platform())
    async with session(operator) as db:
        await change_contract(db, operator, agency.id, Contract(max_sub_organizations=3))
    async with session(boss) as db:
        with pytest.raises(LimitReached):
            await create_clients(db, boss, read_clients("name\nCask\nDune\n"))


async def test_what_there_is_of_a_client_can_be_taken_away_in_one_file(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    site, owner = await make_site(client, timezone="UTC"), await make_user(client, name="=Kim")
    begin = datetime.now(UTC) - timedelta(days=2)
    store([Visit(site, "Kim", begin, (Step(0, "/"), Step(60, "/b")), ARRIVAL)])
    await mark_first_event([site.number])
    boss, other = Program(whole_app, agency.host), Program(whole_app, agency.host)
    await boss.open_browser(await make_user(agency))
    await other.open_browser(owner)
    address = f"/clients/{client.public_id}/export.zip"

    answer = await boss.get(address)

    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        people = list(csv.DictReader(StringIO(archive.read("people.csv").decode("utf-8-sig"))))
        assert [(one["name"], one["email"]) for one in people] == [("'=Kim", owner.email)]
        days = list(csv.DictReader(StringIO(archive.read(f"days/{site.public_id}.csv").decode("utf-8-sig"))))
        assert site.domain in archive.read("sites.csv").decode()
    assert days[0]["day"] == f"{datetime.now(UTC):%Y-%m-%d}"
    assert (await other.get(address)).status_code in {403, 404}
    listed = (await boss.get("/clients.csv")).text
    assert client.name in listed and "events_this_month" in listed
    assert (await other.get("/clients.csv")).status_code == 403
