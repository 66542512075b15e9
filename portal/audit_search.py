"""A search in the activity log, as it stands in an address: the page and its export read the same one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from tenancy.audit import Action, Search
from tenancy.ids import OrganizationId

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


def _clean(text: str) -> str:
    # PostgreSQL takes no NUL in a text.
    return text.replace("\0", "").strip()[:120]


def _number(text: str, allowed: range | tuple[int, ...], default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) in allowed else default
