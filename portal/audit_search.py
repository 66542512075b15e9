"""A search in the audit log, as it stands in an address: the page and its export read the same one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request

from portal.here import who_may
from tenancy.audit import Action, Search
from tenancy.db import session
from tenancy.ids import OrganizationId
from tenancy.organizations import OrganizationInfo, get_organization, own_organization
from tenancy.roles import Permission
from tenancy.viewer import Viewer

DAYS = (1, 7, 30, 90, 365)
DEFAULT_DAYS = 30


@dataclass(frozen=True)
class AuditState:
    """What somebody looks for. what is an action or the word before its dot; where, a public id."""

    what: str = ""
    who: str = ""
    words: str = ""
    days: int = DEFAULT_DAYS
    where: str = ""
    page: int = 1

    def since(self, now: datetime) -> datetime:
        """When the period begins."""
        return now - timedelta(days=self.days)

    def search(self, now: datetime, organization_id: OrganizationId | None) -> Search:
        """The same for the log; organization_id is what `where` names."""
        wanted = {one for one in Action if self.what in {str(one), one.partition(".")[0]}}
        return Search(
            organization_id=organization_id,
            actions=frozenset(map(str, wanted)),
            actor_id=self.who,
            words=self.words,
            since=self.since(now),
        )

    def at_page(self, page: int) -> "AuditState":
        """The same search, further back."""
        return replace(self, page=page)

    def query(self) -> str:
        """The address's query: what differs from the default, nothing else."""
        given = {
            "what": self.what,
            "who": self.who,
            "words": self.words,
            "days": "" if self.days == DEFAULT_DAYS else str(self.days),
            "in": self.where,
            "page": "" if self.page == 1 else str(self.page),
        }
        return urlencode({name: value for name, value in given.items() if value})


def read_audit_state(query: Mapping[str, str]) -> AuditState:
    """The search in an address; what cannot be read is as if it were not there."""
    what = query.get("what", "")
    known = {str(one) for one in Action} | {one.partition(".")[0] for one in Action}
    return AuditState(
        what=what if what in known else "",
        who=_clean(query.get("who", "")),
        words=_clean(query.get("words", "")),
        days=_number(query.get("days", ""), DAYS, DEFAULT_DAYS),
        where=_clean(query.get("in", "")),
        page=_number(query.get("page", ""), range(1, 10_001), 1),
    )


@dataclass(frozen=True)
class AskedAudit:
    """A search in the log by somebody who may read it, and the organisations that it is about."""

    viewer: Viewer
    state: AuditState
    own: OrganizationInfo
    where: OrganizationInfo | None
    now: datetime

    @property
    def search(self) -> Search:
        return self.state.search(self.now, self.where.id if self.where else None)


async def _asked(request: Request, viewer: Annotated[Viewer, who_may(Permission.SEE_AUDIT)]) -> AskedAudit:
    state = read_audit_state(request.query_params)
    async with session(viewer) as db:
        own = await own_organization(db, viewer)
        where = await get_organization(db, state.where) if state.where else None
    return AskedAudit(viewer, state, own, where, datetime.now(UTC))


CurrentAudit = Annotated[AskedAudit, Depends(_asked)]


def _clean(text: str) -> str:
    # PostgreSQL takes no NUL in a text.
    return text.replace("\0", "").strip()[:120]


def _number(text: str, allowed: range | tuple[int, ...], default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) in allowed else default
