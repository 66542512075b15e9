"""The ClickHouse engine inside this process (chDB): pooled handles, one query each at a time."""

import json
import queue
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chdb


class Engine:
    """One chDB engine over one directory; its threads run the queries."""

    def __init__(self, path: Path, *, threads: int = 8) -> None:
        self._path = str(path)
        self._anchor = _connect(self._path)  # the engine lives as long as one handle does
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="chdb")
        self.version = str(self._anchor.query("SELECT version()", "TSV").data()).strip()

    @contextmanager
    def handle(self, settings: Mapping[str, str], database: str | None) -> Iterator[Any]:
        """A handle with the given settings; one that was changed or failed is thrown away, not pooled."""
        pooled = not settings and not database
        try:
            found = self._idle.get_nowait() if pooled else _connect(self._path)
        except queue.Empty:
            found = _connect(self._path)
        try:
            if database:
                found.query(f"USE `{database.replace('`', '')}`", "TSV")
            if settings:
                assigned = ", ".join(f"{key} = {_quoted(value)}" for key, value in settings.items())
                found.query(f"SET {assigned}", "TSV")
            yield found
        except BaseException:
            found.close()
            raise
        if pooled:
            self._idle.put(found)
        else:
            found.close()

    def cancel(self, mark: str) -> None:
        """Ends the queries whose text holds the mark; an empty one is in all of them."""
        with self.handle({}, None) as handle:
            handle.query(
                f"KILL QUERY WHERE position(query, {_quoted(mark)}) > 0 AND query NOT LIKE 'KILL%' ASYNC",
                "TSV",
            )

    def close(self) -> None:
        """Ends what still runs and closes the engine, so that its data is whole on disk."""
        self.cancel("")
        self.threads.shutdown(cancel_futures=True)
        while not self._idle.empty():
            self._idle.get_nowait().close()
        self._anchor.close()


def summary(rows_read: int, bytes_read: int, rows_written: int, bytes_written: int, seconds: float) -> bytes:
    """The X-ClickHouse-Summary header."""
    return json.dumps(
        {
            "read_rows": str(rows_read),
            "read_bytes": str(bytes_read),
            "written_rows": str(rows_written),
            "written_bytes": str(bytes_written),
            "elapsed_ns": str(int(seconds * 1e9)),
        }
    ).encode()


def _connect(path: str) -> Any:
    return chdb.connect(path)  # type: ignore[no-untyped-call]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
