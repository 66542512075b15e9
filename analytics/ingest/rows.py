"""The rows that a batch puts into each table, column by column."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

from analytics.collect.stream import EntryEvent
from analytics.ingest.entries import StreamEntry
from analytics.ingest.visits import Visit, VisitorKey

Columns = Mapping[str, Sequence[object]]

EVENT_COLUMNS = (
    *("site_id", "ts", "event_id", "name", "visitor_id", "session_id", "session_start", "is_new_visitor"),
    *("hostname", "path", "query", "title"),
    *("referrer", "referrer_domain", "source", "medium", "campaign", "term", "content", "channel"),
    *("country", "region", "city", "browser", "browser_version", "os", "os_version", "device"),
    *("screen_w", "screen_h", "viewport_w", "viewport_h", "timezone", "language"),
    *("props", "scroll_depth", "engaged_ms", "received_at"),
)


def event_row(
    key: VisitorKey, session_id: int, visit: Visit, event: EntryEvent, entry: StreamEntry
) -> tuple[object, ...]:
    """An event's values in the order of EVENT_COLUMNS; times in the store's own ticks."""
    stamp, head = visit.stamp, entry.head
    return (
        *(key.site, event.ts_ms, event.event_id, event.name, key.visitor),
        *(session_id, visit.start_ms, visit.is_new),
        *(event.hostname, event.path, event.query, event.title),
        *stamp.attribution,
        *stamp.place,
        *stamp.agent,
        *stamp.screen,
        *(head.viewport_w, head.viewport_h, stamp.timezone, stamp.language),
        *(event.props, event.scroll_depth, event.engaged_ms, head.received_ms // 1000),
    )


def event_columns(rows: Sequence[tuple[object, ...]]) -> Columns:
    """The rows, turned."""
    return dict(zip(EVENT_COLUMNS, zip(*rows, strict=True), strict=True))


def identity_columns(entries: Iterable[StreamEntry]) -> Columns | None:
    """Links of visitor ids to persons; the last one of a visitor wins."""
    rows = [
        (entry.head.site, entry.visitor, event.person_id, event.ts_ms)
        for entry in entries
        for event in entry.events
        if event.person_id
    ]
    return _turned(("site_id", "visitor_id", "person_id", "version"), rows)


def point_columns(entries: Iterable[StreamEntry]) -> Columns | None:
    """Clicks and moves of heatmaps."""
    rows = [
        (
            *(entry.head.site, entry.head.received_ms // 1000, page_hash(point.path), point.path),
            *(point.kind, entry.head.device, point.x, point.y, point.element, entry.visitor),
        )
        for entry in entries
        for point in entry.points
        if point.kind != "scroll"
    ]
    names = ("site_id", "ts", "page_hash", "path", "kind", "device", "x", "y", "element", "visitor_id")
    return _turned(names, rows)


def depth_columns(entries: Iterable[StreamEntry]) -> Columns | None:
    """Scroll depths of heatmaps; the depth is its own version, so that the deepest point wins."""
    rows = [
        (
            *(entry.head.site, _day(entry.head.received_ms), page_hash(point.path), point.path),
            *(entry.head.device, entry.visitor, point.depth, point.depth),
        )
        for entry in entries
        for point in entry.points
        if point.kind == "scroll"
    ]
    names = ("site_id", "date", "page_hash", "path", "device", "visitor_id", "max_depth", "version")
    return _turned(names, rows)


def page_hash(path: str) -> int:
    """The number of a page in the heatmap tables."""
    return int.from_bytes(blake2b(path.encode(), digest_size=8).digest(), "little")


def _turned(names: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> Columns | None:
    return dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else None


def _day(moment_ms: int) -> object:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).date()
