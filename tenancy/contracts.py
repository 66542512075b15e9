"""What an organisation has agreed with the one above it: how much it may have, and what is noted of it."""

import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Target, changes, record
from tenancy.db import after_commit
from tenancy.errors import Conflict, Forbidden, Invalid
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, publish
from tenancy.roles import Permission
from tenancy.text import gettext as _
from tenancy.text import gettext_noop, ngettext
from tenancy.viewer import Viewer


class LimitReached(Conflict):
    """The contract allows no more; the sentence says of what, and whom to ask."""

    code = "limit_reached"


class OrganizationClosed(Forbidden):
    """It is suspended, archived or deleted: its people are turned away, its events still come."""

    code = "organization_closed"
    message = gettext_noop("This organisation is suspended. Nothing is lost: visits are still counted.")


class ClientState(StrEnum):
    """Where an organisation stands with the one above it. Only an active one is open to its people."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"
    DELETED = "deleted"


KEPT_AFTER_DELETION = timedelta(days=30)
"""For so long a deleted organisation can be brought back; then it is removed for good, with all its data."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an organisation stands, and since when (None: ever since)."""

    state: ClientState = ClientState.ACTIVE
    since: datetime | None = None

    @property
    def removed_at(self) -> datetime | None:
        """From when on it is removed for good, where it is deleted."""
        if self.state is not ClientState.DELETED or self.since is None:
            return None
        return self.since + KEPT_AFTER_DELETION


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an organisation may have; None is no limit."""

    clients: int | None = None
    sites: int | None = None
    events: int | None = None
    """In a calendar month."""
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """The agreement as the upper side sees it. The first two are a reseller's."""

    max_sub_organizations: int | None = None
    max_sites_per_sub_org: int | None = None
    max_sites: int | None = None
    max_events_monthly: int | None = None
    max_people: int | None = None
    notes: str = ""


async def limits_of(db: AsyncSession, organization_id: OrganizationId) -> Limits:
    """What holds for the organisation, from its own contract and its reseller's."""
    row = (await db.execute(_LIMITS, {"organization": organization_id})).one_or_none()
    return Limits() if row is None else Limits(*row)


async def contract_of(db: AsyncSession, organization_id: OrganizationId) -> Contract:
    """The agreement with an organisation below the viewer's; of one's own nothing is told."""
    row = await db.get(models.Contract, organization_id)
    return Contract() if row is None else _contract(row)


async def standing_of(db: AsyncSession, organization_id: OrganizationId) -> Standing:
    """Where an organisation below the viewer's stands."""
    row = await db.get(models.Contract, organization_id, populate_existing=True)
    return Standing() if row is None else Standing(ClientState(row.state), row.state_since)


async def change_contract(
    db: AsyncSession, viewer: Viewer, organization_id: OrganizationId, contract: Contract
) -> None:
    """From now on this is agreed. What is there already stays, also above a limit."""
    require_above(viewer, organization_id)
    if any(
        value is not None and not 0 <= value <= _MOST
        for value in (getattr(contract, one.name) for one in fields(contract) if one.name != "notes")
    ):
        raise Invalid(_("A limit must be a whole number. Leave it empty for no limit."), field="limits")
    if len(contract.notes) > _LONGEST_NOTES:
        raise Invalid(_("Notes can have at most 5,000 characters."), field="notes")
    before = await contract_of(db, organization_id)
    values = {one.name: getattr(contract, one.name) for one in fields(contract)}
    put = insert(models.Contract).values(organization_id=organization_id, **values)
    changed = changes(before, contract)
    if "max_events_monthly" in changed:
        # Of the new limit nobody was told yet.
        values |= {"usage_told_month": None, "usage_told_step": None}
    await db.execute(put.on_conflict_do_update(index_elements=["organization_id"], set_=values))
    # The client reads its own log, and not what is noted of it.
    changed.pop("notes", None)
    if changed:
        row = await db.get_one(models.Organization, organization_id)
        target = Target(row.public_id, row.name)
        await record(
            db, viewer, Action.CONTRACT_CHANGED, target, organization_id=organization_id, details=changed
        )
    after_commit(db, publish, Channel.HOST, "")


def limit_of_text(words: str, field: str) -> int | None:
    """The limit that somebody typed; None for nothing. Raises Invalid."""
    plain = re.sub(r"[\s.,'’]", "", words)
    if not plain:
        return None
    if not plain.isascii() or not plain.isdigit() or int(plain) > _MOST:
        raise Invalid(_("A limit must be a whole number. Leave it empty for no limit."), field=field)
    return int(plain)


def runs_clients(viewer: Viewer) -> bool:
    """Whether somebody looks after the organisations below: an agency's people, or the operator."""
    return viewer.may(Permission.MANAGE_CLIENTS) or viewer.may(Permission.OPERATE_PLATFORM)


def require_above(viewer: Viewer, organization_id: OrganizationId) -> None:
    """Raises Forbidden for who does not run the organisations below, and for one's own."""
    if not runs_clients(viewer):
        viewer.require(Permission.MANAGE_CLIENTS)
    if viewer.organization_id == organization_id:
        raise Forbidden()


async def admit_client(db: AsyncSession, reseller_id: OrganizationId, *, more: int = 1) -> None:
    """Raises LimitReached where the reseller may not have `more` clients.

    Until the transaction ends, others wait: of two who take the last place, the second one counts the first.
    """
    await _wait(db, "clients", reseller_id)
    most = (await limits_of(db, reseller_id)).clients
    if most is not None and await _count(db, _CLIENTS, reseller_id) + more > most:
        words = ngettext(
            "Your contract covers {number} client.", "Your contract covers {number} clients.", most
        )
        raise _reached(words.format(number=most))


async def has_place_for_client(db: AsyncSession, reseller_id: OrganizationId) -> bool:
    """As admit_client, where nobody of the reseller asks; db is a system session."""
    await _wait(db, "clients", reseller_id)
    row = await db.get(models.Contract, reseller_id)
    most = None if row is None else row.max_sub_organizations
    return most is None or await _count(db, _CLIENTS, reseller_id) < most


async def admit_site(db: AsyncSession, organization_id: OrganizationId) -> None:
    """As admit_client, for one more site of an organisation."""
    await _wait(db, "sites", organization_id)
    most = (await limits_of(db, organization_id)).sites
    if most is not None and await _count(db, _SITES, organization_id) + 1 > most:
        raise _reached(sites_covered(most))


async def admit_person(db: AsyncSession, organization_id: OrganizationId) -> None:
    """As admit_client, for one more person; whoever is invited has a place already."""
    await _wait(db, "people", organization_id)
    most = (await limits_of(db, organization_id)).people
    if most is not None and await _count(db, _PEOPLE, organization_id) + 1 > most:
        raise _reached(people_covered(most))


def sites_covered(most: int) -> str:
    """A limit of sites as a sentence."""
    words = ngettext("The contract covers {number} site.", "The contract covers {number} sites.", most)
    return words.format(number=most)


def people_covered(most: int) -> str:
    """A limit of people as a sentence."""
    words = ngettext("The contract covers {number} person.", "The contract covers {number} people.", most)
    return words.format(number=most)


_MOST = 2_000_000_000
_LONGEST_NOTES = 5_000
_LIMITS = text("SELECT clients, sites, events, people FROM app.limits(:organization)")
_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")
_CLIENTS = text("""
SELECT count(*) FROM organizations o
 WHERE o.parent_id = :organization
   AND NOT EXISTS (SELECT FROM contracts c WHERE c.organization_id = o.id AND c.state = 'deleted')
""")
_SITES = text("SELECT count(*) FROM sites WHERE organization_id = :organization AND deleted_at IS NULL")
_PEOPLE = text("""
SELECT (SELECT count(*) FROM memberships WHERE organization_id = :organization)
     + (SELECT count(*) FROM invitations
         WHERE organization_id = :organization AND accepted_at IS NULL AND revoked_at IS NULL
           AND expires_at > now())
""")


def _reached(words: str) -> LimitReached:
    return LimitReached(words + " " + _("Contact your provider for more."))


async def _wait(db: AsyncSession, what: str, organization_id: OrganizationId) -> None:
    await db.execute(_WAIT, {"what": f"limit of {what} {organization_id}"})


async def _count(db: AsyncSession, sql: TextClause, organization_id: OrganizationId) -> int:
    return int(await db.scalar(sql, {"organization": organization_id}) or 0)


def _contract(row: models.Contract) -> Contract:
    return Contract(
        row.max_sub_organizations,
        row.max_sites_per_sub_org,
        row.max_sites,
        row.max_events_monthly,
        row.max_people,
        row.notes,
    )
