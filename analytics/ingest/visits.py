"""Sessions are the server's: which visit an event belongs to, and what the visit hands on to its events."""

from hashlib import blake2b
from typing import NamedTuple

import msgspec

from analytics.collect.stream import EntryEvent, EntryHead

GAP_MS = 30 * 60 * 1000
"""This much silence ends a session."""

KEPT_S = 48 * 60 * 60
"""How long the last sessions of a visitor are kept: as long as a cookieless id can live."""

_MOST_KEPT = 3


class VisitorKey(NamedTuple):
    """A visitor of a site, by their numbers."""

    site: int
    visitor: int


class Stamp(msgspec.Struct, array_like=True, frozen=True):
    """What the first event of a session said, and all of its events carry."""

    attribution: tuple[str, str, str, str, str, str, str, str]
    place: tuple[str, str, str]
    agent: tuple[str, str, str, str, str]
    screen: tuple[int, int]
    timezone: str
    language: str


class Visit(msgspec.Struct, array_like=True):
    """One session: its start names it for good, first and last move apart as events come."""

    start_ms: int
    first_ms: int
    last_ms: int
    is_new: bool
    stamp: Stamp


def decode_visits(state: bytes | None) -> list[Visit]:
    """The kept sessions of a visitor, oldest first."""
    return _DECODER.decode(state) if state else []


def encode_visits(visits: list[Visit]) -> bytes:
    """What is kept of a visitor's sessions: the last few, as an event may come late."""
    return _ENCODER.encode(visits[-_MOST_KEPT:])


def join(
    visits: list[Visit], event: EntryEvent, head: EntryHead, *, first_seen_ms: int | None = None
) -> Visit:
    """The session of an event, which it prolongs; a new one where none is within 30 minutes.

    `first_seen_ms` is the start of the visitor's first session in the store, where that was asked.
    """
    moment = event.ts_ms
    for visit in reversed(visits):
        if visit.first_ms - GAP_MS <= moment <= visit.last_ms + GAP_MS:
            visit.first_ms = min(visit.first_ms, moment)
            visit.last_ms = max(visit.last_ms, moment)
            return visit
    # A replayed batch finds its own session in the store: only an earlier one makes the visitor known.
    known = bool(visits) or (first_seen_ms is not None and first_seen_ms < moment)
    visit = Visit(moment, moment, moment, not known, _stamp(event, head))
    visits.append(visit)
    visits.sort(key=_start)
    return visit


def session_id(key: VisitorKey, visit: Visit) -> int:
    """The id of a session, the same whenever it is computed again."""
    data = b"%d|%d|%d" % (key.site, key.visitor, visit.start_ms)
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Visit])


def _start(visit: Visit) -> int:
    return visit.start_ms


def _stamp(event: EntryEvent, head: EntryHead) -> Stamp:
    return Stamp(
        event.attribution,
        (head.country, head.region, head.city),
        (head.browser, head.browser_version, head.os, head.os_version, head.device),
        (head.screen_w, head.screen_h),
        head.timezone,
        head.language,
    )
