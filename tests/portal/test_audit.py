"""The audit log as people read it: sentences, conditions in the address, and a file."""

import asyncio
import csv
from datetime import UTC, datetime
from io import StringIO
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
from fastapi import FastAPI

import portal.audit_export
from portal.audit_search import AuditState, read_audit_state
from portal.views.audit import audit_table, plain_details, plain_sentence
from portal.views.audit_words import SUBJECTS, WORDS
from tenancy.audit import Action, Actor, Entry, Search, Target, entries, record
from tenancy.csv_cells import safe_cell
from tenancy.db import session
from tenancy.ids import OrganizationId
from tenancy.login import WrongCredentials, sign_in, sign_out_everywhere
from tenancy.roles import Role
from tests.factories import (
    MadeUser,
    a_viewer,
    host_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    unique,
    viewer_of,
)
from tests.portal.conftest import AsksAs
from tests.portal.program import Program
from themes.theme import Theme, theme_document


def test_each_action_has_its_sentence_and_each_subject_its_name() -> None:
    assert set(WORDS) == set(Action)
    assert {one.partition(".")[0] for one in Action} == set(SUBJECTS)
    for words in WORDS.values():
        words.sentence.format(actor="Kim", target="Shop")
        assert "{actor}" in words.sentence or "{target}" in words.sentence


def test_what_was_changed_of_a_brand_is_told_by_its_name() -> None:
    for field in theme_document(Theme(name="Northwind")):
        assert plain_details({"changed": [field]}).removeprefix("Changed: ") != field or field == "name"


def an_entry(action: str, actor: Actor, target: str, **details: object) -> Entry:
    return Entry(
        id=uuid4(),
        at=datetime(2026, 11, 25, 23, 30, tzinfo=UTC),
        organization_id=OrganizationId(uuid4()),
        organization_name="Harbor",
        action=action,
        actor=actor,
        acting_as=None,
        target=Target("t", target),
        address="192.0.2.1",
        details=details,
    )


def test_a_line_says_who_of_where_did_what_and_what_changed() -> None:
    mara = Actor("1", "Mara <b>", "Northwind")
    entry = an_entry(
        Action.PERSON_ROLE_CHANGED,
        mara,
        "Kim",
        role=["viewer", "admin"],
        respect_dnt=[True, False],
        sites=["A", "B"],
    )
    assert plain_sentence(entry) == "Mara <b> (Northwind) changed the role of Kim."
    assert plain_details(entry.details) == (
        "Role: Viewer → Admin; Respects Do Not Track: Yes → No; Sites: A, B"
    )
    table = audit_table([entry], own="Northwind", timezone="Europe/Berlin", locale="en")
    assert "<b>Mara &lt;b&gt;</b> changed the role of <b>Kim</b>" in table
    assert "Nov 26, 2026" in table
    assert '<span class="badge">Harbor</span>' in table
    assert "mystery.done Kim" in plain_sentence(an_entry("mystery.done", mara, "Kim"))


def test_a_search_stands_in_the_address_and_nonsense_is_ignored() -> None:
    state = AuditState(what="site", who="7", words="a & b", days=7, where="org_1", page=3)
    assert read_audit_state(dict(parse_qsl(state.query()))) == state
    assert AuditState().query() == ""
    odd = {"what": "drop", "days": "999", "page": "-1", "words": "\0x"}
    assert read_audit_state(odd) == AuditState(words="x")
    assert read_audit_state({"days": "٣"}) == AuditState()
    wanted = state.search(datetime.now(UTC), None).actions
    assert wanted == {action for action in Action if action.startswith("site.")}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"
    assert safe_cell(f"a{cell}") == f"a{cell}"


async def test_what_the_api_does_to_sites_is_in_the_log_of_their_organisation(asks_as: AsksAs) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    boss = await make_user(agency)
    program = await asks_as(boss)
    new = {"name": "Shop", "domain": "shop.example", "organization_id": client.public_id}
    site = (await program.post("/api/sites", new)).json()["id"]
    await program.patch(f"/api/sites/{site}", {"name": "Store", "currency": "USD"})
    await program.patch(f"/api/sites/{site}", {"name": "Store"})
    await program.delete(f"/api/sites/{site}")

    owner = a_viewer(client)
    async with session(owner) as db:
        found = await entries(db, owner, Search())
    assert [(one.action, one.actor.name, one.actor.organization) for one in found] == [
        (action, boss.name, agency.name)
        for action in (Action.SITE_DELETED, Action.SITE_CHANGED, Action.SITE_CREATED)
    ]
    assert found[1].details == {"name": ["Shop", "Store"]}
    assert found[1].address == program.address


async def test_signing_in_being_refused_and_signing_out_everywhere_are_in_the_log(asks_as: AsksAs) -> None:
    client = await make_client(await make_reseller())
    kim = await make_user(client)
    program = await asks_as(kim)
    with pytest.raises(WrongCredentials):
        await sign_in(await host_of(client), kim.email, "a guess", "192.0.2.30")
    with pytest.raises(WrongCredentials):
        await sign_in(await host_of(client), "nobody@example.com", "a guess", "192.0.2.30")
    await sign_out_everywhere(kim.id)

    assert (await program.get("/api/auth/me")).status_code == 401
    wanted = {Action.PERSON_SIGNED_IN, Action.PERSON_SIGN_IN_REFUSED, Action.PERSON_SIGNED_OUT_EVERYWHERE}
    found = await _until(kim, wanted)
    assert {one.action: one.actor.name for one in found} == {
        Action.PERSON_SIGNED_IN: kim.name,
        Action.PERSON_SIGN_IN_REFUSED: "",
        Action.PERSON_SIGNED_OUT_EVERYWHERE: kim.name,
    }
    assert {one.target.id for one in found} == {kim.email}


async def _until(kim: MadeUser, wanted: set[Action]) -> list[Entry]:
    """A refusal is written after its answer was given."""
    for _try in range(100):
        async with session(viewer_of(kim)) as db:
            found = await entries(db, viewer_of(kim), Search())
        if {one.action for one in found} >= wanted:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def test_the_page_and_the_file_show_the_same_and_only_ones_own(
    whole_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal.audit_export, "ROWS_AT_ONCE", 2)
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    owner, evil = await make_user(client), f"=HYPERLINK({unique('x')})"
    secret = (await make_site(sibling)).domain
    viewer = viewer_of(owner)
    async with session(viewer) as db:
        for number in range(5):
            await record(db, viewer, Action.SITE_CHANGED, Target(f"site_{number}", evil))
            await record(db, viewer, Action.SITE_DELETED, Target(f"site_{number}", "Shop"))
    program = Program(whole_app, client.host)
    await program.open_browser(owner)

    page = await program.get("/settings/audit", what="site.changed")
    assert page.status_code == 200
    assert "Site changed" in page.text
    file = await program.get("/settings/audit.csv", what="site.changed")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="audit-log-' in file.headers["content-disposition"]
    rows = list(csv.reader(StringIO(file.text.removeprefix("\ufeff"))))
    assert len(rows) == 6
    assert {row[7] for row in rows[1:]} == {f"'{evil}"}
    assert {row[6] for row in rows[1:]} == {f"{owner.name} changed the site {evil}."}
    assert len({row[10] for row in rows[1:]}) == 5
    everything = await program.get("/settings/audit.csv")
    assert secret not in everything.text
    assert (await program.get("/settings/audit", **{"in": sibling.public_id})).status_code == 404
    assert (await program.get("/settings/audit.csv", **{"in": sibling.public_id})).status_code == 404


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER, Role.BILLING])
async def test_others_may_not_look(whole_app: FastAPI, role: Role) -> None:
    client = await make_client(await make_reseller())
    program = Program(whole_app, client.host)
    await program.open_browser(await make_user(client, role))
    for path in ("/settings/audit", "/settings/audit.csv"):
        assert (await program.get(path)).status_code == 403
    assert "/settings/audit" not in (await program.get("/settings/people")).text
