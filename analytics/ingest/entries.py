"""Entries of the stream, decoded; one that cannot be is poison."""

from typing import NamedTuple

import msgspec

from analytics.collect.stream import ENTRY_VERSION, EntryEvent, EntryHead, EntryPoint

Fields = dict[bytes, bytes]


class Poison(Exception):
    """An entry that will never be read, however often one tries."""


class StreamEntry(NamedTuple):
    """One request's items, as collect wrote them."""

    id: bytes
    visitor: int
    head: EntryHead
    events: list[EntryEvent]
    points: list[EntryPoint]


def decode_entry(entry_id: bytes, fields: Fields) -> StreamEntry:
    """The entry of a stream's fields."""
    try:
        visitor, head = int(fields[b"v"]), _HEAD.decode(fields[b"h"])
        if head.version != ENTRY_VERSION:
            raise Poison(f"its version is {head.version}")
        items = [value for name, value in fields.items() if name not in _NOT_ITEMS]
        if head.kind == "heatmap":
            return StreamEntry(entry_id, visitor, head, [], [_POINT.decode(item) for item in items])
        return StreamEntry(entry_id, visitor, head, [_EVENT.decode(item) for item in items], [])
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise Poison(f"{type(error).__name__}: {error}") from error


_NOT_ITEMS = frozenset({b"v", b"h"})
_HEAD = msgspec.msgpack.Decoder(EntryHead)
_EVENT = msgspec.msgpack.Decoder(EntryEvent)
_POINT = msgspec.msgpack.Decoder(EntryPoint)
