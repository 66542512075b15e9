"""The console: what it shows of clients, and clients as files, in and out."""

import asyncio
import csv
import re
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from analytics.client_archive import ClientArchive
from analytics.client_exports import ExportState, ask_for_export, export_of, forget_exports, make_export
from portal.client_search import PAGE
from portal.pages import long_work
from portal.pages.clients import MOST_NOTES
from portal.views import numbers
from tenancy.client_import import create_clients, read_clients
from tenancy.client_states import put_state
from tenancy.contracts import ClientState, Contract, LimitReached, change_contract, limits_of
from tenancy.db import session, system_session
from tenancy.errors import Invalid
from tenancy.invites import invite
from tenancy.organizations import create_client, list_clients
from tenancy.roles import Role
from tenancy.sites import list_sites, mark_first_event
from tests.analytics.worlds import ARRIVAL, Step, Visit, store
from tests.factories import (
    MadeOrganization,
    MadeUser,
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
from themes.mail.outbox import recent_mails

pytestmark = pytest.mark.usefixtures("stack")


@pytest.mark.parametrize(
    ("path", "report"), [("/sites", "overview.cards_report"), ("/clients", "clients.site_usage")]
)
async def test_a_page_is_there_before_a_report_that_takes_long(
    whole_app: FastAPI, monkeypatch: pytest.MonkeyPatch, path: str, report: str
) -> None:
    agency = await make_reseller()
    await make_site(await make_client(agency))
    browser = Program(whole_app, agency.host)
    await browser.open_browser(await make_user(agency))
    ends = asyncio.Event()

    async def never(*_asked: object) -> dict[int, object]:
        await ends.wait()
        return {}

    monkeypatch.setattr(f"portal.pages.{report}", never)
    monkeypatch.setattr(long_work, "AT_ONCE_S", 0.05)
    page = await browser.get(path)
    ends.set()
    assert (page.status_code, "Loading" in page.text, agency.name in page.text) == (200, True, True)


async def test_the_console_shows_what_needs_attention_and_finds_clients(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    acme, bolt = await make_client(agency, name="Acme"), await make_client(agency, name="Bolt")
    silent = await make_site(acme, name="Old shop")
    boss = await make_user(agency)
    await make_user(acme)
    days = [datetime.now(UTC) - timedelta(days=days) for days in (3, 4, 5)]
    store([Visit(silent, "Kim", day, (Step(0, "/"),), ARRIVAL) for day in days])
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


async def test_many_clients_come_page_by_page_and_the_address_keeps_the_place(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    boss = a_viewer(agency)
    async with session(boss) as db:
        for number in range(PAGE + 4):
            await create_client(db, boss, name=f"Shop {number:02}")
        await create_client(db, boss, name="Zebra")
        for client in (await list_clients(db))[: MOST_NOTES + 2]:
            await invite(db, boss, client, email="new@shop.example", role=Role.OWNER)
    browser = Program(whole_app, agency.host)
    await browser.open_browser(await make_user(agency))

    async def names(**query: str) -> list[str]:
        return re.findall('Select ([^&"\\\\]+)', (await browser.get("/clients", **query)).text)

    first, second = await names(), await names(page="2")
    assert first == [f"Shop {number:02}" for number in range(PAGE)]
    assert second == [*(f"Shop {number:02}" for number in range(PAGE, PAGE + 4)), "Zebra"]
    assert await names(page="999") == second and await names(page="0" * 5000) == first
    assert (await names(words="shop", sort="sites", page="2"))[-1] == f"Shop {PAGE + 3}"
    page = (await browser.get("/clients", words="shop", sort="events")).text
    assert f"1 to {PAGE} of {PAGE + 4}" in page
    assert re.search(r"/clients\?words=shop&\S*sort=events&\S*page=2", page)

    page = (await browser.get("/clients")).text
    assert page.count("is still pending") == MOST_NOTES and "and 2 more" in page
    page = (await browser.get("/clients", state="attention")).text
    assert page.count("is still pending") == MOST_NOTES + 2 and "and 2 more" not in page
    assert await names(state="attention") == first[: MOST_NOTES + 2]


async def test_sites_of_put_away_clients_are_in_the_console_alone(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    boss = await make_user(agency)
    browser = Program(whole_app, agency.host)
    await browser.open_browser(boss)
    own = await make_site(agency, name="Our own")
    for state in ClientState:
        client = await make_client(agency)
        await make_site(client, name=f"Shop of {state}")
        if state is not ClientState.ACTIVE:
            async with session(viewer_of(boss)) as db:
                await put_state(db, viewer_of(boss), info_of(client), state)
    page = (await browser.get("/sites")).text
    assert own.name in page
    assert [state for state in ClientState if f"Shop of {state}" in page] == ["active", "suspended"]
    assert "Shop of deleted" in (await browser.get(f"/clients/{client.public_id}")).text


async def test_a_deleted_client_says_when_it_is_gone_and_comes_back(whole_app: FastAPI) -> None:
    agency = await make_reseller()
    client, boss = await make_client(agency), await make_user(agency)
    async with session(viewer_of(boss)) as db:
        await put_state(db, viewer_of(boss), info_of(client), ClientState.DELETED)
    browser = Program(whole_app, agency.host)
    await browser.open_browser(boss)
    last = numbers.long_day((datetime.now(UTC) + timedelta(days=30)).date(), "en")
    for address in (
        "/clients?state=deleted",
        f"/clients/{client.public_id}",
        f"/clients/{client.public_id}/contract",
    ):
        page = (await browser.get(address)).text
        assert f"Its data will be permanently deleted on {last}." in page and "Restore" in page, address


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
    boss, other, stranger = [Program(whole_app, agency.host) for _ in range(3)]
    asker = await make_user(agency)
    await boss.open_browser(asker)
    await other.open_browser(owner)
    await stranger.open_browser(await make_user(agency, Role.MEMBER))
    address, page = f"/clients/{client.public_id}/export.zip", f"/clients/{client.public_id}/contract"
    assert (await boss.get(address)).status_code == 404
    assert "Export everything" in (await boss.get(page)).text

    run = await an_export(asker, client)
    assert "The export is being prepared." in (await boss.get(page)).text
    assert (await boss.get(address)).status_code == 404
    assert await make_export(agency.id, client.id, run) is ExportState.READY
    assert await make_export(agency.id, client.id, run) is None

    assert "It can be downloaded until" in (await boss.get(page)).text
    answer = await boss.get(address)
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        people = list(csv.DictReader(StringIO(archive.read("people.csv").decode("utf-8-sig"))))
        assert [(one["name"], one["email"]) for one in people] == [("'=Kim", owner.email)]
        days = list(csv.DictReader(StringIO(archive.read(f"days/{site.public_id}.csv").decode("utf-8-sig"))))
        assert site.domain in archive.read("sites.csv").decode()
    assert days[0]["day"] == f"{datetime.now(UTC):%Y-%m-%d}"
    async with session(viewer_of(asker)) as db:
        [mail] = [one for one in await recent_mails(db, agency.id) if one.kind == "export_ready"]
    assert mail.recipient == asker.email
    assert {(await one.get(address)).status_code for one in (other, stranger)} <= {403, 404}
    async with session(viewer_of(owner)) as db:
        assert await export_of(db, client.id) is None

    await put_export("expires_at = now()", client)
    assert (await boss.get(address)).status_code == 404
    await forget_exports()
    async with system_session(reason="test") as db:
        left = await db.scalar(
            text("SELECT count(*) FROM client_exports WHERE organization_id = :id"), {"id": client.id}
        )
    assert left == 0
    listed = (await boss.get("/clients.csv")).text
    assert client.name in listed and "events_this_month" in listed
    assert (await other.get("/clients.csv")).status_code == 403


async def test_an_export_that_died_can_be_asked_for_again_and_the_old_one_writes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agency = await make_reseller()
    client, asker = await make_client(agency), await make_user(agency)
    await make_site(client)
    first = await an_export(asker, client)
    assert await an_export(asker, client) == first
    await put_export("touched_at = now() - interval '16 minutes'", client)
    async with session(viewer_of(asker)) as db:
        known = await export_of(db, client.id)
    assert known is not None and known.state is ExportState.FAILED

    second = await an_export(asker, client)

    assert second != first
    assert await make_export(agency.id, client.id, first) is None
    with monkeypatch.context() as patch:
        patch.setattr(ClientArchive, "put_days", lambda *_: 1 / 0)
        assert await make_export(agency.id, client.id, second) is ExportState.FAILED
    assert await make_export(agency.id, client.id, await an_export(asker, client)) is ExportState.READY


async def an_export(asker: MadeUser, client: MadeOrganization) -> UUID:
    """Asks for it, and says which making it is, as the worker is told."""
    viewer = viewer_of(asker)
    async with session(viewer) as db:
        await ask_for_export(db, viewer, info_of(client))
        run = await db.scalar(
            text("SELECT run FROM client_exports WHERE organization_id = :id"), {"id": client.id}
        )
    assert isinstance(run, UUID)
    return run


async def put_export(what: str, client: MadeOrganization) -> None:
    async with system_session(reason="test") as db:
        await db.execute(
            text(f"UPDATE client_exports SET {what} WHERE organization_id = :id"), {"id": client.id}
        )
