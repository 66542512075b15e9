"""What a ClickHouse client sends, decompressed as it comes."""

import zlib
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import lz4.frame
from backports import zstd
from starlette.types import Receive


class RequestBody:
    """The request's body, decompressed as it comes."""

    def __init__(self, receive: Receive, encoding: str) -> None:
        self._receive = receive
        if encoding and encoding not in _DECODERS:
            raise Refusal(f"Code: 89. DB::Exception: Content-Encoding {encoding} is not known here")
        self._frames = _Frames(_DECODERS[encoding]) if encoding else None
        self._more = True

    async def read(self) -> bytes:
        """The next piece; empty at the end."""
        while self._more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientLeft()
            self._more = message.get("more_body", False)
            piece: bytes = message.get("body", b"")
            if self._frames:
                piece = self._frames.open(piece)
            if piece:
                return piece
        if self._frames:
            self._frames.require_whole()
        return b""

    async def pieces(self) -> AsyncIterator[bytes]:
        """All that is left."""
        while piece := await self.read():
            yield piece


class _Frames:
    """Compressed frames one after the other: a client makes one per block of rows."""

    def __init__(self, new: Callable[[], "_Decoder"]) -> None:
        self._new = new
        self._decoder: _Decoder | None = None

    def open(self, data: bytes) -> bytes:
        """What can be read of it by now."""
        opened = b""
        while data:
            self._decoder = self._decoder or self._new()
            opened += self._decoder.decompress(data)
            data = b""
            if self._decoder.eof:
                data, self._decoder = self._decoder.unused_data or b"", None
        return opened

    def require_whole(self) -> None:
        """A body that was cut off must not become an insert of fewer rows."""
        if self._decoder is not None:
            raise Refusal("Code: 271. DB::Exception: The compressed body ends in the middle")


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes | None: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class ClientLeft(Exception):
    """The client left."""


class Refusal(Exception):
    """What the endpoint itself refuses, in the engine's words."""


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "zstd": zstd.ZstdDecompressor,
    "gzip": lambda: zlib.decompressobj(31),
}
