"""Roles in words, and a viewer's list of sites wherever a site can be asked for."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from portal.people_mail import mail_invite, mail_removal, mail_transfer
from portal.views.roles import docs_table, permission_name, role_about, role_name, roles_table
from tenancy.db import session
from tenancy.invites import invite
from tenancy.members import change_sites
from tenancy.roles import OrganizationKind, Permission, Role
from tests.factories import (
    info_of,
    make_client,
    make_reseller,
    make_site,
    make_user,
    unique,
    viewer_of,
)
from tests.portal.program import Program

pytestmark = pytest.mark.usefixtures("stack")

DOCS = Path(__file__).resolve().parents[2] / "docs" / "resellers.md"


def test_everything_has_a_name() -> None:
    for role in Role:
        assert role_name(role) and role_about(role)
    assert len({permission_name(one) for one in Permission}) == len(Permission)


def test_the_documentation_says_who_may_do_what() -> None:
    text = DOCS.read_text()
    for kind in (OrganizationKind.RESELLER, OrganizationKind.CLIENT):
        assert docs_table(kind) in text


def test_a_client_is_not_shown_what_only_agencies_do() -> None:
    assert permission_name(Permission.MANAGE_DOMAINS) in roles_table(OrganizationKind.RESELLER)
    assert permission_name(Permission.MANAGE_DOMAINS) not in roles_table(OrganizationKind.CLIENT)
    assert role_name(Role.OPERATOR) not in roles_table(OrganizationKind.CLIENT)


@pytest.mark.parametrize("level", ["client", "agency"])
async def test_a_viewer_with_a_list_finds_the_other_sites_nowhere(whole_app: FastAPI, level: str) -> None:
    agency = await make_reseller()
    client, other = await make_client(agency), await make_client(agency)
    place = client if level == "client" else agency
    shown, hidden = await make_site(client), await make_site(client if level == "client" else other)
    boss, kim = await make_user(place), await make_user(place, Role.VIEWER)
    async with session(viewer_of(boss)) as db:
        await change_sites(db, viewer_of(boss), info_of(place), kim.id, [shown])
    program = Program(whole_app, agency.host)
    await program.open_browser(kim)

    listed = (await program.get("/api/sites")).json()["sites"]
    assert [site["id"] for site in listed] == [shown.public_id]
    for path in ("", "/stats", "/realtime", "/snippet"):
        assert (await program.get(f"/api/sites/{shown.public_id}{path}")).status_code == 200
        assert (await program.get(f"/api/sites/{hidden.public_id}{path}")).status_code == 404
    for path in ("", "/realtime", "/install"):
        assert (await program.get(f"/sites/{hidden.public_id}{path}")).status_code == 404
    pages = ["/sites", "/settings/people"]
    if level == "agency":
        pages += ["/clients", f"/clients/{client.public_id}"]
        assert (await program.get(f"/clients/{other.public_id}")).status_code == 404
    for path in pages:
        page = await program.get(path)
        assert page.status_code == 200
        secrets = (hidden.domain, hidden.public_id, *([other.name] if level == "agency" else []))
        assert not [secret for secret in secrets if secret in page.text], path
    everything = Program(whole_app, agency.host)
    await everything.open_browser(boss)
    assert hidden.domain in (await everything.get("/sites")).text


async def test_people_of_a_client_are_managed_by_its_agency_and_by_nobody_else_above(
    whole_app: FastAPI,
) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    kim = await make_user(client, name="Kim of the client")
    for role, status in ((Role.OWNER, 200), (Role.ADMIN, 200), (Role.MEMBER, 403), (Role.VIEWER, 403)):
        program = Program(whole_app, agency.host)
        await program.open_browser(await make_user(agency, role))
        page = await program.get(f"/clients/{client.public_id}/people")
        assert page.status_code == status, role
        assert (kim.email in page.text) == (status == 200)


async def test_who_may_not_manage_people_sees_colleagues_and_no_addresses(whole_app: FastAPI) -> None:
    client = await make_client(await make_reseller())
    owner = await make_user(client, name="Ada Owner")
    program = Program(whole_app, client.host)
    await program.open_browser(await make_user(client, Role.VIEWER))
    page = await program.get("/settings/people")
    assert "Ada Owner" in page.text
    assert owner.email not in page.text
    assert "Invite someone" not in page.text


async def test_each_mail_goes_to_whom_it_is_about() -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    boss, owner = await make_user(agency), await make_user(client, name="Olive Owner")
    new, later = f"{unique('new')}@example.com", f"{unique('later')}@example.com"

    for by, email, role in ((boss, new, Role.OWNER), (owner, later, Role.OWNER)):
        async with session(viewer_of(by)) as db:
            sent = await invite(db, viewer_of(by), info_of(client), email=email, role=role)
            await mail_invite(db, viewer_of(by), info_of(client), sent)
    async with session(viewer_of(owner)) as db:
        await mail_removal(db, viewer_of(owner), info_of(client), later)
        await mail_transfer(db, viewer_of(owner), info_of(client), ("Robin", new))
        query = text("SELECT recipient, kind FROM outgoing_mail ORDER BY recipient, kind")
        mails = [tuple(row) for row in await db.execute(query)]
    assert mails == sorted(
        [
            (new, "owner_invitation"),
            (later, "invitation"),
            (later, "removed_from_organization"),
            (new, "ownership_transferred"),
            (owner.email, "ownership_transferred"),
        ]
    )
