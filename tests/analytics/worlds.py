"""Small worlds: visits written by hand, stored as ingest would, and their numbers by plain counting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

from analytics.clickhouse import insert
from analytics.reports.filters import Dimension, Filter, Filters, Operator
from analytics.reports.metrics import Counts
from tenancy.ids import OrganizationId, SiteId
from tenancy.sites import Site, VisitorMode

_numbers = count(1_000_000)
_events = count(1)

ARRIVAL: dict[str, str | int] = {
    **dict.fromkeys(("referrer", "referrer_domain", "campaign", "term", "content"), ""),
    **{"source": "direct", "medium": "none", "channel": "Direct", "country": "", "region": "", "city": ""},
    **{"browser": "Firefox", "browser_version": "140", "os": "Linux", "os_version": "", "device": "desktop"},
    **{"screen_w": 0, "screen_h": 0, "timezone": "", "language": ""},
}


@dataclass(frozen=True)
class Step:
    """Something that a visitor does, some minutes after the visit began."""

    minute: float
    path: str = "/"
    name: str = "page_view"
    hostname: str = "shop.example"
    engaged_ms: int = 0
    viewport: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Visit:
    """One session: the moment that names it, what it came with, and what was done."""

    site: Site
    visitor: str
    start: datetime
    steps: tuple[Step, ...]
    properties: dict[str, str | int]

    @property
    def visitor_id(self) -> int:
        return _hashed(f"{self.site.number}/{self.visitor}")

    @property
    def session_id(self) -> int:
        return _hashed(f"{self.site.number}/{self.visitor}/{self.start.timestamp()}")

    def moment(self, step: Step) -> datetime:
        return self.start + timedelta(minutes=step.minute)

    @property
    def pages(self) -> list[str]:
        ordered = sorted(self.steps, key=self.moment)
        return [step.path for step in ordered if step.name == "page_view"]

    @property
    def first(self) -> datetime:
        return min(map(self.moment, self.steps))

    @property
    def last(self) -> datetime:
        return max(map(self.moment, self.steps))

    @property
    def duration_s(self) -> int:
        return int((self.last - self.first).total_seconds() + 0.5)


@dataclass
class World:
    """A site and the visits to it."""

    zone: str = "UTC"
    site: Site = field(init=False)
    visits: list[Visit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.site = a_site(self.zone)

    def at(self, text: str, *, fold: int = 0) -> datetime:
        """A moment by the clock on the wall."""
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(self.zone), fold=fold)

    def visit(self, visitor: str, start: str | datetime, *steps: Step, **properties: str | int) -> Visit:
        """Adds a visit; one page view where nothing else is said."""
        begun = self.at(start) if isinstance(start, str) else start
        made = Visit(
            self.site, visitor, begun.astimezone(UTC), steps or (Step(0),), {**ARRIVAL, **properties}
        )
        self.visits.append(made)
        return made

    def store(self) -> "World":
        """Writes the rows."""
        store(self.visits)
        return self


def a_site(zone: str = "UTC") -> Site:
    """A site of its own number, as get_site would hand it out."""
    number = next(_numbers)
    return Site(
        id=SiteId(uuid4()),
        number=number,
        public_id=f"site_{number}",
        organization_id=OrganizationId(uuid4()),
        name=f"Site {number}",
        domain="shop.example",
        tracking_id=uuid4().hex,
        timezone=zone,
        currency="EUR",
        visitor_mode=VisitorMode.COOKIELESS,
        respect_dnt=True,
        allowed_hosts=(),
        first_event_at=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def store(visits: Sequence[Visit], *, token: str = "", version: int = 1) -> None:
    """Writes the events of visits, and a row for each session."""
    if visits:
        store_events(visits, token=token)
        store_sessions(visits, token=token, version=version)


def store_events(visits: Sequence[Visit], *, token: str = "") -> None:
    """Writes the events; the same visit gives the same event ids."""
    rows = [_event_row(one, number, step) for one in visits for number, step in enumerate(one.steps)]
    insert("events", _turned(rows), token=token or uuid4().hex)


def store_sessions(visits: Sequence[Visit], *, token: str = "", version: int = 1) -> None:
    """Writes a row for each session."""
    rows = [_session_row(one, version) for one in visits]
    insert("sessions", _turned(rows), token=token or uuid4().hex)


def counted(
    visits: Iterable[Visit],
    start: datetime,
    end: datetime,
    filters: Filters = (),
    *,
    whole: tuple[datetime, datetime] | None = None,
) -> Counts:
    """What reports should say of the time from start up to end, by looking at every event.

    `whole` is the period that this is a bucket of: filters keep the sessions that have an event in it.
    """
    since, until = whole or (start, end)
    visitors: set[str] = set()
    page_views = sessions = bounces = viewed = duration_s = 0
    for one in visits:
        kept = [step for step in one.steps if since <= one.moment(step) < until and _hit(step, filters)]
        if not kept or not all(_fits(_of_session(one, each.dimension), each) for each in _of(filters, False)):
            continue
        visitors |= {one.visitor for step in kept if start <= one.moment(step) < end}
        inside = [step for step in one.steps if start <= one.moment(step) < end]
        page_views += sum(_viewed(step, filters) for step in inside)
        if start <= one.first < end:
            sessions += 1
            bounces += len(one.pages) == 1
            viewed += len(one.pages) > 0
            duration_s += one.duration_s
    return Counts(len(visitors), page_views, sessions, bounces, viewed, duration_s)


_OF_STEP = {Dimension.PAGE, Dimension.HOSTNAME, Dimension.VIEWPORT_SIZE, Dimension.EVENT}


def _of(filters: Filters, steps: bool) -> list[Filter]:
    return [one for one in filters if (one.dimension in _OF_STEP) is steps]


def _hit(step: Step, filters: Filters) -> bool:
    on_steps = _of(filters, True)
    if on_steps and not any(one.dimension is Dimension.EVENT for one in on_steps):
        on_steps = [*on_steps, Filter(Dimension.EVENT, Operator.IS, ("page_view",))]
    return all(_fits(_of_step(step, one.dimension), one) for one in on_steps)


def _viewed(step: Step, filters: Filters) -> bool:
    """Whether it is a page view that counts: one of a page that the filters keep."""
    on_pages = [one for one in _of(filters, True) if one.dimension is not Dimension.EVENT]
    return step.name == "page_view" and all(_fits(_of_step(step, one.dimension), one) for one in on_pages)


def _of_step(step: Step, dimension: Dimension) -> str:
    if dimension is Dimension.VIEWPORT_SIZE:
        return "x".join(map(str, step.viewport)) if step.viewport[0] else ""
    values = {Dimension.PAGE: step.path, Dimension.HOSTNAME: step.hostname, Dimension.EVENT: step.name}
    return values[dimension]


def _of_session(visit: Visit, dimension: Dimension) -> str:
    if dimension is Dimension.SCREEN_SIZE:
        width, height = visit.properties["screen_w"], visit.properties["screen_h"]
        return f"{width}x{height}" if width else ""
    if dimension in {Dimension.ENTRY_PAGE, Dimension.EXIT_PAGE}:
        place = 0 if dimension is Dimension.ENTRY_PAGE else -1
        return visit.pages[place] if visit.pages else ""
    return str(visit.properties[dimension])


def _fits(value: str, one: Filter) -> bool:
    if one.operator is Operator.IS:
        return value in one.values
    if one.operator is Operator.IS_NOT:
        return value not in one.values
    contains = any(part.lower() in value.lower() for part in one.values)
    return contains if one.operator is Operator.CONTAINS else not contains


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _event_row(visit: Visit, number: int, step: Step) -> dict[str, object]:
    return {
        "site_id": visit.site.number,
        "ts": _ms(visit.moment(step)),
        "event_id": _hashed(f"{visit.session_id}/{number}"),
        "name": step.name,
        "visitor_id": visit.visitor_id,
        "session_id": visit.session_id,
        "session_start": _ms(visit.start),
        "hostname": step.hostname,
        "path": step.path,
        "engaged_ms": step.engaged_ms,
        "viewport_w": step.viewport[0],
        "viewport_h": step.viewport[1],
        **visit.properties,
    }


def _session_row(visit: Visit, version: int) -> dict[str, object]:
    return {
        "site_id": visit.site.number,
        "session_id": visit.session_id,
        "visitor_id": visit.visitor_id,
        "session_start": _ms(visit.start),
        "ended": _ms(visit.last),
        "duration_s": visit.duration_s,
        "pageviews": len(visit.pages),
        "events": len(visit.steps),
        "entry_path": visit.pages[0] if visit.pages else "",
        "exit_path": visit.pages[-1] if visit.pages else "",
        "hostname": visit.steps[0].hostname,
        "version": version,
        **visit.properties,
    }


def _turned(rows: Sequence[dict[str, object]]) -> dict[str, list[object]]:
    return {column: [row[column] for row in rows] for column in rows[0]}
