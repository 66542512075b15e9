"""A client's event made into the event that is stored: page, time, source, measures and properties."""

from collections.abc import Mapping
from hashlib import blake2b
from secrets import randbits
from typing import NamedTuple

import msgspec

from analytics.collect.attribution import attribute
from analytics.collect.hosts import host_allowed
from analytics.collect.outcomes import Drop
from analytics.collect.pages import Page, read_page
from analytics.collect.refusals import HostNotAllowed, Malformed
from analytics.collect.stream import EntryEvent
from analytics.collect.visitors import person_id
from tracker.contract import (
    ENGAGEMENT,
    FILE_DOWNLOAD,
    IDENTIFY,
    MAX_AGE_MS,
    MAX_NAME,
    MAX_PROPERTIES,
    MAX_URL_BYTES,
    MAX_VALUE,
    MEASURED_BY_SCRIPT,
    OUTBOUND_CLICK,
    PAGE_VIEW,
    SCROLL_DEPTH,
    Event,
)


class Surroundings(NamedTuple):
    """What the events of one request have in common."""

    site: int
    own_hosts: tuple[str, ...]
    received_ms: int
    sent_ms: float | None
    origin: str
    referer: str
    person_key: bytes | None
    """Set where the visitor agreed to be known again, so that identify() may link ids."""


def read_event(event: Event, number: int, around: Surroundings) -> EntryEvent | Drop:
    """The stored form of an event; a drop where it is too old; refuses what breaks a limit, by field."""
    properties = event.properties or {}
    page = _page(event, properties, number, around)
    moment = event_time(event.timestamp, around)
    if moment < around.received_ms - MAX_AGE_MS:
        return Drop.TOO_OLD
    scroll_depth, engaged_ms = _measures(event.name, properties)
    referrer = properties.get("referrer")
    return EntryEvent(
        event_id=_event_id(event.id, around.site),
        ts_ms=moment,
        name=event.name.strip(),
        hostname=page.hostname,
        path=page.path,
        query=page.query,
        title=_text(properties.get("title"))[:MAX_VALUE] if event.name == PAGE_VIEW else "",
        attribution=attribute(
            _tags(page, properties), referrer if isinstance(referrer, str) else "", around.own_hosts
        ),
        props=_custom(event.name, properties, number, page),
        scroll_depth=scroll_depth,
        engaged_ms=engaged_ms,
        person_id=_person(event.name, properties, around),
    )


def event_time(timestamp: float | None, around: Surroundings) -> int:
    """The server's time of an event: the client's clock is set right by when it says it sent the body."""
    if timestamp is None:
        return around.received_ms
    skew = 0.0 if around.sent_ms is None else around.received_ms - around.sent_ms
    return int(max(0.0, min(timestamp + skew, around.received_ms)))


def deduplication_key(event: Event, stored: EntryEvent, site: int) -> str:
    """The key under which an event with an id of its own is seen once; empty for others."""
    return f"seen:{site}:{stored.event_id:x}" if event.id else ""


UTM_PROPERTIES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")

RESERVED = frozenset(["url", "path", "title", "referrer", "page_url", *UTM_PROPERTIES])
"""Properties that have columns of their own."""

_MEASURES = {
    ENGAGEMENT: frozenset({"engaged_ms", "scroll_depth"}),
    SCROLL_DEPTH: frozenset({"depth", "depth_percentage", "scroll_depth"}),
    IDENTIFY: frozenset({"user_id"}),
}
_LEADS_AWAY = frozenset({OUTBOUND_CLICK, FILE_DOWNLOAD})
_NOTHING: frozenset[str] = frozenset()
_MOST_ENGAGED_MS = 24 * 60 * 60 * 1000


def _page(event: Event, properties: Mapping[str, object], number: int, around: Surroundings) -> Page:
    field = f"events[{number}].properties.url"
    given = _page_url(event, properties, around)
    if given is None:
        raise Malformed("An event needs the url of its page.", field)
    page = read_page(given)
    if page is None:
        if len(given.encode()) > MAX_URL_BYTES:
            raise Malformed(f"A url may have {MAX_URL_BYTES} bytes.", field)
        raise Malformed("The url of a page starts with http:// or https:// and names a host.", field)
    if not host_allowed(page.hostname, around.own_hosts):
        raise HostNotAllowed(field=field)
    return page


def _page_url(event: Event, properties: Mapping[str, object], around: Surroundings) -> str | None:
    """The page of an event; for a click that leads away, `url` may be where it leads."""
    for name in ("page_url", "url"):
        value = properties.get(name)
        if isinstance(value, str) and value:
            if name == "url" and event.name in _LEADS_AWAY:
                target = read_page(value)
                if target is None or not host_allowed(target.hostname, around.own_hosts):
                    break
            return value
    path = properties.get("path")
    if around.origin and isinstance(path, str) and path.startswith("/"):
        return around.origin + path
    return around.referer or None


def _tags(page: Page, properties: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The page's campaign tags; utm_* properties that a caller sets by hand win."""
    explicit = tuple(
        (name, value) for name in UTM_PROPERTIES if isinstance(value := properties.get(name), str) and value
    )
    return page.tags + explicit if explicit else page.tags


def _measures(name: str, properties: Mapping[str, object]) -> tuple[int, int]:
    """(scroll depth in percent, engaged milliseconds) of the events that carry them."""
    if name == ENGAGEMENT:
        return (
            _within(properties.get("scroll_depth"), 100),
            _within(properties.get("engaged_ms"), _MOST_ENGAGED_MS),
        )
    if name == SCROLL_DEPTH:
        depth = next((properties[key] for key in ("depth", "depth_percentage") if key in properties), None)
        return _within(depth, 100), 0
    return 0, 0


def _within(value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(max(0, min(value, most)))


def _custom(name: str, properties: Mapping[str, object], number: int, page: Page) -> dict[str, str]:
    measures = _MEASURES.get(name, _NOTHING)
    custom: dict[str, str] = {}
    for key, value in properties.items():
        if (
            value is None
            or key in measures
            or (key in RESERVED and not (key == "url" and name in _LEADS_AWAY))
        ):
            continue
        if len(key) > MAX_NAME:
            raise Malformed(
                f"A property's name may have {MAX_NAME} characters.", f"events[{number}].properties"
            )
        text = _text(value)
        if len(text) > MAX_VALUE:
            if name not in MEASURED_BY_SCRIPT:
                raise Malformed(
                    f"A property's value may have {MAX_VALUE} characters.",
                    f"events[{number}].properties.{key}",
                )
            text = text[:MAX_VALUE]
        custom[key] = text
    if len(custom) > MAX_PROPERTIES:
        raise Malformed(f"An event may have {MAX_PROPERTIES} properties.", f"events[{number}].properties")
    return custom


def _text(value: object) -> str:
    """Any JSON value as text: yes and no as "true" and "false", lists and objects as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        return msgspec.json.encode(value).decode()
    except (OverflowError, ValueError):  # an integer beyond 64 bits
        return _long_number(value)


def _long_number(value: object) -> str:
    return repr(value)[:MAX_VALUE] if isinstance(value, int) and value.bit_length() < 4096 else ""


def _event_id(client_id: str | None, site: int) -> int:
    if not client_id:
        return randbits(64)
    digest = blake2b(client_id.encode(), digest_size=8, person=site.to_bytes(8, "little")).digest()
    return int.from_bytes(digest, "little")


def _person(name: str, properties: Mapping[str, object], around: Surroundings) -> int:
    if name != IDENTIFY or around.person_key is None:
        return 0
    user_id = properties.get("user_id")
    if isinstance(user_id, bool) or not isinstance(user_id, str | int) or user_id == "":
        return 0
    return person_id(around.person_key, around.site, _text(user_id))
