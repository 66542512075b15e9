"""The body of a collect request: decoded, and refused by the name of the field that is wrong."""

import re
from typing import TypeVar

import msgspec

from analytics.collect.refusals import Malformed
from tracker.contract import (
    MAX_EVENTS,
    MAX_HEATMAP_EVENTS,
    MAX_ID,
    MAX_NAME,
    CollectBody,
    Event,
    HeatmapBody,
    Visitor,
)


def decode_collect(body: bytes) -> CollectBody:
    """A body of the right shape, whatever Content-Type it came with; its limits are yet to be checked."""
    return _decode(_COLLECT, body)


def decode_heatmap(body: bytes) -> HeatmapBody:
    """The pointer events of one page, of the right shape."""
    return _decode(_HEATMAP, body)


def check_collect(decoded: CollectBody) -> None:
    """Refuses what is over a limit."""
    if not decoded.events:
        raise Malformed("There are no events in the body.", "events")
    if len(decoded.events) > MAX_EVENTS:
        raise Malformed(f"A body may hold {MAX_EVENTS} events.", "events")
    for number, event in enumerate(decoded.events):
        _check_event(event, number)
    _check_visitor(decoded.visitor)


def check_heatmap(decoded: HeatmapBody) -> None:
    """Refuses what is over a limit, or lacks what its kind needs."""
    if len(decoded.events) > MAX_HEATMAP_EVENTS:
        raise Malformed(f"A body may hold {MAX_HEATMAP_EVENTS} heatmap events.", "events")
    for number, event in enumerate(decoded.events):
        if event.type not in HEATMAP_KINDS:
            raise Malformed("A heatmap event is a click, a move or a scroll.", f"events[{number}].type")
        if event.type == "scroll" and event.depth is None:
            raise Malformed("A scroll needs its depth in percent.", f"events[{number}].depth")
        if event.type != "scroll" and (event.x is None or event.y is None):
            missing = "x" if event.x is None else "y"
            raise Malformed("A click or a move needs x and y.", f"events[{number}].{missing}")
    _check_visitor(decoded.visitor)


HEATMAP_KINDS = frozenset({"click", "move", "scroll"})

Body = TypeVar("Body")

_COLLECT = msgspec.json.Decoder(CollectBody)
_HEATMAP = msgspec.json.Decoder(HeatmapBody)
_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_MISSING = re.compile(r"^Object missing required field `(\w+)`")


def _decode(decoder: msgspec.json.Decoder[Body], body: bytes) -> Body:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _which_field(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("The request body is not valid JSON.") from None


def _which_field(text: str) -> Malformed:
    """msgspec ends its message with the place: "Expected `str`, got `int` - at `$.events[0].name`"."""
    found = _PLACE.search(text)
    field = found.group(1) if found else ""
    sentence = _PLACE.sub("", text)
    if missing := _MISSING.match(sentence):
        field = f"{field}.{missing.group(1)}" if field else missing.group(1)
    return Malformed(f"{sentence}.", field or None)


def _check_event(event: Event, number: int) -> None:
    if not event.name.strip():
        raise Malformed("An event needs a name.", f"events[{number}].name")
    if len(event.name) > MAX_NAME:
        raise Malformed(f"A name may have {MAX_NAME} characters.", f"events[{number}].name")
    if event.id is not None and len(event.id) > MAX_ID:
        raise Malformed(f"An id may have {MAX_ID} characters.", f"events[{number}].id")


def _check_visitor(visitor: Visitor | None) -> None:
    if visitor is not None and visitor.id is not None and len(visitor.id) > MAX_ID:
        raise Malformed(f"A visitor id may have {MAX_ID} characters.", "visitor.id")
