"""The ClickHouse engine as a process of the stack; run as a module it is that process."""

import asyncio
import os
import sys
from pathlib import Path

from portal.stack.child import Child
from portal.stack.ports import free_port

TOKEN_VARIABLE = "CHDB_TOKEN"  # noqa: S105


class EmbeddedClickHouse:
    """chDB behind its own HTTP endpoint, with its data in one directory."""

    def __init__(self, data: Path, *, password: str, logs: Path) -> None:
        self._data = data
        self._password = password
        self._logs = logs
        self._port = 0
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """With the password."""
        return f"http://default:{self._password}@127.0.0.1:{self._port}/default"

    def start(self) -> None:
        """Starts the process and waits until the engine answers."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._port = free_port()
        self._child = Child(
            "The ClickHouse engine",
            [sys.executable, "-m", "portal.stack.clickhouse", self._data.absolute(), str(self._port)],
            log=self._logs / "clickhouse.log",
            env={**os.environ, TOKEN_VARIABLE: self._password},
        )
        self._child.wait_until(self._ready)

    def stop(self) -> None:
        """Stops the process; its data stays."""
        if self._child:
            self._child.stop(seconds=30)

    def kill(self) -> None:
        """Ends the process as a crash would."""
        if self._child:
            self._child.kill()

    def _ready(self) -> bool:
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

    engine = Engine(data)
    endpoint = ClickHouseEndpoint(engine, os.environ.pop(TOKEN_VARIABLE))
    config = uvicorn.Config(
        endpoint, host="127.0.0.1", port=port, lifespan="off", access_log=False, log_level="warning"
    )
    try:
        asyncio.run(uvicorn.Server(config).serve())
    finally:
        engine.close()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
