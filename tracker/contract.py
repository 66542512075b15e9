"""The wire: what the script (or any other client) sends to POST /api/collect and /api/collect/heatmap."""

import msgspec

Number = float
"""Whole ones too; those that a float cannot hold are refused, and one can reckon with the rest."""
Property = object
"""Any JSON value: collect turns it into text."""


class Context(msgspec.Struct, frozen=True):
    """The browser's own view of itself; an event's context overrides the body's."""

    viewport_width: Number | None = None
    viewport_height: Number | None = None
    screen_width: Number | None = None
    screen_height: Number | None = None
    timezone: str | None = None
    language: str | None = None


class Visitor(msgspec.Struct, frozen=True):
    """The random id kept in the browser, in the consent and persistent modes only."""

    id: str | None = None


class Event(msgspec.Struct, frozen=True):
    """One thing that happened; `id` makes a repeat harmless, `timestamp` is in Unix milliseconds."""

    name: str
    id: str | None = None
    timestamp: Number | None = None
    properties: dict[str, Property] | None = None
    context: Context | None = None


class CollectBody(msgspec.Struct, frozen=True):
    """POST /api/collect. `site_id` is the tracking id; `session` is accepted and never read."""

    events: list[Event]
    site_id: str | None = None
    sent_at: Number | None = None
    context: Context | None = None
    visitor: Visitor | None = None


class Viewport(msgspec.Struct, frozen=True):
    """The visible part of the page, in CSS pixels."""

    width: Number | None = None
    height: Number | None = None


class HeatmapEvent(msgspec.Struct, frozen=True):
    """A click or a mouse position in CSS pixels of the document, or the depth of a scroll in percent."""

    type: str
    x: Number | None = None
    y: Number | None = None
    element: str | None = None
    depth: Number | None = None


class HeatmapBody(msgspec.Struct, frozen=True):
    """POST /api/collect/heatmap. The page's hash is computed by the server from its own path."""

    page_url: str
    events: list[HeatmapEvent]
    site_id: str | None = None
    viewport: Viewport | None = None
    page_height: Number | None = None
    visitor: Visitor | None = None


PAGE_VIEW = "page_view"
ENGAGEMENT = "engagement"
SCROLL_DEPTH = "scroll_depth"
OUTBOUND_CLICK = "outbound_click"
FILE_DOWNLOAD = "file_download"
FORM_SUBMIT = "form_submit"
VIDEO_PLAY = "video_play"
VIDEO_COMPLETE = "video_complete"
IDENTIFY = "identify"
REVENUE = "revenue"

MEASURED_BY_SCRIPT = frozenset(
    {
        PAGE_VIEW,
        ENGAGEMENT,
        SCROLL_DEPTH,
        OUTBOUND_CLICK,
        FILE_DOWNLOAD,
        FORM_SUBMIT,
        VIDEO_PLAY,
        VIDEO_COMPLETE,
    }
)
"""Events whose properties come from the page, not from its developer: long values are cut, not refused."""

MAX_BODY_BYTES = 256 * 1024
MAX_EVENTS = 100
MAX_HEATMAP_EVENTS = 2_000
MAX_URL_BYTES = 2_000
MAX_PROPERTIES = 30
MAX_NAME = 120
MAX_VALUE = 2_000
MAX_ID = 128
MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000
