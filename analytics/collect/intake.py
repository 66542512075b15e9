"""One request's events taken in: who sent them, whether they count, and the entry written for them."""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import msgspec
from redis.exceptions import RedisError

from analytics.collect.addresses import network_of
from analytics.collect.agents import NO_AGENT, read_agent
from analytics.collect.bots import is_bot
from analytics.collect.events import Surroundings, deduplication_key, read_event
from analytics.collect.geo import locate
from analytics.collect.hosts import host_allowed, own_hosts
from analytics.collect.limits import AddressWindow
from analytics.collect.outcomes import ACCEPTED, Drop, Outcomes, dropped, rejected
from analytics.collect.pages import read_page
from analytics.collect.payload import check_collect, check_heatmap, decode_collect, decode_heatmap
from analytics.collect.refusals import HostNotAllowed, Malformed, NotReady, Refused, TooMany, UnknownSite
from analytics.collect.stream import (
    ENTRY_VERSION,
    Entry,
    EntryHead,
    EntryPoint,
    SiteLimitReached,
    StreamWriter,
)
from analytics.collect.visitors import SaltShelf, VisitorId, cookieless_id, kept_id, named_id
from tenancy.sites import CollectSite, VisitorMode
from tracker.contract import CollectBody, Context, Event, HeatmapBody, Visitor


class Arrived(NamedTuple):
    """What of a request's head matters. The address and the user agent end here."""

    address: str
    user_agent: str
    tracking_id: str = ""
    visitor_id: str = ""
    origin: str = ""
    referer: str = ""
    do_not_track: bool = False
    prefetch: bool = False


class Taken(NamedTuple):
    """The answer's numbers: events in the body, and how many of them do not count."""

    received: int
    dropped: int = 0


class FindSite(Protocol):
    """tenancy.sites.collect_site, or a stand-in."""

    def __call__(self, tracking_id: str, /) -> Awaitable[CollectSite | None]: ...


class Intake:
    """Takes in requests; one per process."""

    def __init__(
        self,
        *,
        find_site: FindSite,
        writer: StreamWriter,
        salts: SaltShelf,
        outcomes: Outcomes,
        window: AddressWindow | None,
        id_key: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._find_site = find_site
        self._writer = writer
        self._salts = salts
        self._outcomes = outcomes
        self._window = window
        self._id_key = id_key
        self._clock = clock

    async def collect(self, body: bytes, arrived: Arrived) -> Taken:
        """Takes in the events of a body, all or none of them."""
        decoded = decode_collect(body)
        site = await self._site(decoded.site_id or arrived.tracking_id, "site_id")
        with self._counting_refusals(site):
            self._admit(site, arrived)
            check_collect(decoded)
            total = len(decoded.events)
            if reason := _whole_drop(site, arrived):
                self._outcomes.count(site.number, dropped(reason), total)
                return Taken(total, total)
            now = self._clock()
            person = _Person(_client_id(site, decoded.visitor, arrived))
            return await self._take(site, decoded, arrived, person, now)

    async def collect_from_server(self, body: CollectBody, arrived: Arrived, person: str) -> Taken:
        """Takes in what a site's own server sends of a visitor whom it names, or describes as browsers do.

        On a cookieless site a name means the same visitor within a day only, and a description counts first.
        """
        site = await self._site(body.site_id or "", "site_id")
        with self._counting_refusals(site):
            check_collect(body)
            total = len(body.events)
            if arrived.user_agent and is_bot(arrived.user_agent):
                self._outcomes.count(site.number, dropped(Drop.BOT), total)
                return Taken(total, total)
            described = bool(arrived.address and arrived.user_agent)
            if site.visitor_mode is not VisitorMode.COOKIELESS:
                who = _Person(person)
            else:
                who = _Person("", "" if described else person)
            return await self._take(site, body, arrived, who, self._clock())

    async def heatmap(self, body: bytes, arrived: Arrived) -> Taken:
        """Takes in the pointer events of a page, all or none of them."""
        decoded = decode_heatmap(body)
        site = await self._site(decoded.site_id or arrived.tracking_id, "site_id")
        with self._counting_refusals(site):
            self._admit(site, arrived)
            check_heatmap(decoded)
            total = len(decoded.events)
            if reason := _whole_drop(site, arrived):
                self._outcomes.count(site.number, dropped(reason), total)
                return Taken(total, total)
            points = _points(decoded, site)
            if not points:
                return Taken(0)
            now = self._clock()
            client_id = _client_id(site, decoded.visitor, arrived)
            width = decoded.viewport.width if decoded.viewport else None
            head = _head(
                site,
                arrived,
                Context(viewport_width=width),
                int(now * 1000),
                kept=bool(client_id),
                kind="heatmap",
            )
            visitor = await self._visitor(site, arrived, _Person(client_id), now)
            await self._write(site, visitor, now, head, points)
            return Taken(total)

    @contextmanager
    def _counting_refusals(self, site: CollectSite) -> Iterator[None]:
        try:
            yield
        except Refused as refusal:
            self._outcomes.count(site.number, rejected(refusal.code))
            raise
        except (RedisError, OSError):
            self._outcomes.count(site.number, rejected(NotReady.code))
            raise

    async def _site(self, tracking_id: str, field: str) -> CollectSite:
        if not tracking_id:
            raise Malformed("Say which site this is: its tracking id belongs here.", field)
        # What no tracking id can be is not asked for: PostgreSQL has no NUL in a text.
        asked = len(tracking_id) <= 64 and tracking_id.isascii() and tracking_id.isprintable()
        site = await self._find_site(tracking_id) if asked else None
        if site is None or not site.active:
            raise UnknownSite(field=field)
        return site

    def _admit(self, site: CollectSite, arrived: Arrived) -> None:
        if self._window is not None and not self._window.admits(site.number, network_of(arrived.address)):
            raise TooMany()

    async def _take(
        self, site: CollectSite, body: CollectBody, arrived: Arrived, person: "_Person", now: float
    ) -> Taken:
        total = len(body.events)
        around = Surroundings(
            site=site.number,
            own_hosts=own_hosts(site.domain, site.allowed_hosts),
            received_ms=int(now * 1000),
            sent_ms=body.sent_at,
            origin=arrived.origin,
            referer=arrived.referer,
            person_key=self._id_key if person.kept else None,
        )
        stored, late = [], 0
        for number, event in enumerate(body.events):
            read = read_event(event, number, around)
            if isinstance(read, Drop):
                late += 1
            else:
                stored.append((deduplication_key(event, read, site.number), _ENCODER.encode(read)))
        if late:
            self._outcomes.count(site.number, dropped(Drop.TOO_OLD), late)
        if not stored:
            return Taken(total, late)
        context = _context(body.context, body.events)
        head = _head(site, arrived, context, around.received_ms, kept=bool(person.kept), kind="events")
        visitor = await self._visitor(site, arrived, person, now)
        added = await self._write(site, visitor, now, head, stored)
        return Taken(total, late + len(stored) - added)

    async def _write(
        self,
        site: CollectSite,
        visitor: VisitorId,
        now: float,
        head: EntryHead,
        items: list[tuple[str, bytes]],
    ) -> int:
        near_midnight = now % _DAY_S >= _DAY_S - _VISIT_S
        entry = Entry(site.number, visitor, near_midnight, _ENCODER.encode(head), items)
        try:
            added = await self._writer.write(entry)
        except SiteLimitReached:
            raise TooMany() from None
        self._outcomes.count(site.number, ACCEPTED, added)
        if added < len(items):
            self._outcomes.count(site.number, dropped(Drop.REPEATED), len(items) - added)
        return added

    async def _visitor(self, site: CollectSite, arrived: Arrived, person: "_Person", now: float) -> VisitorId:
        if person.kept:
            return kept_id(self._id_key, site.number, person.kept)
        salts = await self._salts.salts(datetime.fromtimestamp(now, UTC))
        if person.of_the_day:
            return named_id(salts, site.number, person.of_the_day)
        return cookieless_id(salts, site.number, arrived.address, arrived.user_agent)


class _Person(NamedTuple):
    """The id by which a visitor is known again for good, or for the day; neither where looks must do."""

    kept: str = ""
    of_the_day: str = ""


_ENCODER = msgspec.msgpack.Encoder()
_DAY_S = 86_400
_VISIT_S = 1_800
_MOST_PIXELS = 65_535


def _whole_drop(site: CollectSite, arrived: Arrived) -> Drop | None:
    if is_bot(arrived.user_agent):
        return Drop.BOT
    if arrived.prefetch:
        return Drop.PREFETCH
    if site.respect_dnt and arrived.do_not_track:
        return Drop.DO_NOT_TRACK
    return None


def _client_id(site: CollectSite, visitor: Visitor | None, arrived: Arrived) -> str:
    """The id that the browser keeps; a cookieless site does not use one even where it is sent."""
    if site.visitor_mode is VisitorMode.COOKIELESS:
        return ""
    return (visitor.id if visitor and visitor.id else arrived.visitor_id)[:128]


def _context(shared: Context | None, events: list[Event]) -> Context:
    """The browser's view of itself: the first event's own where it has one, completed from the body's."""
    first = next((event.context for event in events if event.context is not None), None)
    if first is None or shared is None:
        return first or shared or Context()
    return Context(
        **{
            name: value if (value := getattr(first, name)) is not None else getattr(shared, name)
            for name in Context.__struct_fields__
        }
    )


def _head(
    site: CollectSite, arrived: Arrived, context: Context, received_ms: int, *, kept: bool, kind: str
) -> EntryHead:
    screen_w, screen_h = _pixels(context.screen_width), _pixels(context.screen_height)
    agent = read_agent(arrived.user_agent, screen_w, screen_h) if arrived.user_agent else NO_AGENT
    place = locate(arrived.address)
    return EntryHead(
        ENTRY_VERSION,
        site.number,
        received_ms,
        kept,
        *place,
        *agent,
        screen_w,
        screen_h,
        _pixels(context.viewport_width),
        _pixels(context.viewport_height),
        (context.timezone or "")[:64],
        (context.language or "")[:35],
        kind,
    )


def _pixels(value: float | None) -> int:
    return 0 if value is None else int(max(0, min(value, _MOST_PIXELS)))


def _points(body: HeatmapBody, site: CollectSite) -> list[tuple[str, bytes]]:
    page = read_page(body.page_url)
    if page is None:
        raise Malformed("The page_url starts with http:// or https:// and names a host.", "page_url")
    if not host_allowed(page.hostname, own_hosts(site.domain, site.allowed_hosts)):
        raise HostNotAllowed(field="page_url")
    width = (body.viewport.width if body.viewport else None) or 0
    if width <= 0 and any(event.type != "scroll" for event in body.events):
        raise Malformed("A click or a move needs the width of the viewport.", "viewport.width")
    encoded = []
    for event in body.events:
        point = EntryPoint(
            kind=event.type,
            path=page.path,
            x=int(max(0, min((event.x or 0) / width * 1000, 1000))) if width > 0 else 0,
            y=int(max(0, min((event.y or 0) / 10, _MOST_PIXELS))),
            element=(event.element or "")[:255],
            depth=int(max(0, min(event.depth or 0, 100))),
        )
        encoded.append(("", _ENCODER.encode(point)))
    return encoded
