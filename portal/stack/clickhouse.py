"""The ClickHouse engine as a process of the stack; run as a module it is that process."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.stack.child import Child
from portal.stack.extra import require_package
from portal.stack.part import Part
from portal.stack.ports import free_port

TOKEN_VARIABLE = "CHDB_TOKEN"  # noqa: S105


class EmbeddedClickHouse(Part):
    """chDB behind its own HTTP endpoint, with its data in one directory."""

    name = "ClickHouse"
    stop_seconds = 20

    def __init__(self, data: Path, *, password: str, logs: Path, keep: Sequence[int] = ()) -> None:
        super().__init__()
        for package in ("chdb", "lz4", "backports.zstd"):
            require_package(package, instead="CLICKHOUSE_URL")
        self._data = data.absolute()
        self._password = password
        self._logs = logs
        self._keep = keep
        self._port = 0

    @property
    def url(self) -> str:
        """With the password."""
        return f"http://default:{self._password}@127.0.0.1:{self._port}/default"

    def _spawn(self) -> Child:
        self._data.mkdir(parents=True, exist_ok=True)
        self._port = self._port or free_port()
        return Child(
            self.name,
            [sys.executable, "-m", "portal.stack.clickhouse", self._data, str(self._port)],
            log=self._logs / "clickhouse.log",
            env={**os.environ, TOKEN_VARIABLE: self._password},
            orphan_signal=signal.SIGTERM,
            keep=self._keep,
        )

    def _answers(self) -> bool:
        from urllib.error import URLError
        from urllib.request import urlopen

        try:
            with urlopen(f"http://127.0.0.1:{self._port}/ping", timeout=1) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def _serve(data: Path, port: int) -> None:
    import uvicorn

    from portal.stack.chdb_engine import Engine
    from portal.stack.clickhouse_endpoint import ClickHouseEndpoint

    # A report may take every core for a moment: on a shared machine collect goes first.
    os.nice(10)
    engine = Engine(data)
    endpoint = ClickHouseEndpoint(engine, os.environ.pop(TOKEN_VARIABLE))
    config = uvicorn.Config(
        endpoint,
        host="127.0.0.1",
        port=port,
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    try:
        asyncio.run(uvicorn.Server(config).serve())
    finally:
        engine.close()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
