"""The embedded databases together: for whichever URL is unset, one is started and its URL given."""

import fcntl
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from portal.stack.clickhouse import EmbeddedClickHouse
from portal.stack.postgres import EmbeddedPostgres
from portal.stack.redis import EmbeddedRedis
from portal.stack.secrets import stack_secrets
from portal.stack.trouble import StackTrouble

Say = Callable[[str], None]


class EmbeddedStack:
    """PostgreSQL, Redis and ClickHouse of one data directory."""

    def __init__(self, data_dir: Path, *, durable: bool = True, say: Say = lambda line: None) -> None:
        self._dir = data_dir.absolute()
        self._say = say
        self._lock: TextIO | None = None
        self._durable = durable
        self._parts: list[EmbeddedPostgres | EmbeddedRedis | EmbeddedClickHouse] = []

    @property
    def logs(self) -> Path:
        """Where each process writes its log."""
        return self._dir / "logs"

    def start(self, given: Mapping[str, str]) -> dict[str, str]:
        """Starts what `given` has no URL for; the environment that the other processes need."""
        self._take_directory()
        secrets = stack_secrets(self._dir)
        environment = {"SECRET_KEY": given.get("SECRET_KEY") or secrets.secret_key}
        if not given.get("DATABASE_URL"):
            postgres = EmbeddedPostgres(
                self._dir / "postgres",
                password=secrets.postgres,
                app_password=secrets.app,
                logs=self.logs,
                durable=self._durable,
            )
            self._start("PostgreSQL", postgres)
            environment |= {"DATABASE_URL": postgres.url, "DATABASE_OWNER_URL": postgres.owner_url}
        if not given.get("REDIS_URL"):
            redis = EmbeddedRedis(self._dir / "redis", password=secrets.redis, logs=self.logs)
            self._start("Redis", redis)
            environment["REDIS_URL"] = redis.url
        if not given.get("CLICKHOUSE_URL"):
            clickhouse = EmbeddedClickHouse(
                self._dir / "clickhouse", password=secrets.clickhouse, logs=self.logs
            )
            self._start("the ClickHouse engine", clickhouse)
            environment["CLICKHOUSE_URL"] = clickhouse.url
        return environment

    def stop(self) -> None:
        """Stops all of it, in reverse order."""
        for part in reversed(self._parts):
            part.stop()
        self._parts.clear()
        if self._lock:
            self._lock.close()
            self._lock = None

    def _start(self, name: str, part: EmbeddedPostgres | EmbeddedRedis | EmbeddedClickHouse) -> None:
        self._say(f"Starting {name} ...")
        self._parts.append(part)
        try:
            part.start()
        except OSError as error:
            raise StackTrouble(f"{name[:1].upper()}{name[1:]} cannot start: {error.strerror}.") from error

    def _take_directory(self) -> None:
        try:
            self._dir.mkdir(parents=True, exist_ok=True)
            self._lock = (self._dir / "lock").open("w")
        except OSError as error:
            raise StackTrouble(f"DATA_DIR {self._dir} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackTrouble(
                f"Another InsightHub uses {self._dir}. Stop it, or choose another DATA_DIR."
            ) from None
        if shutil.disk_usage(self._dir).free < LEAST_FREE_BYTES:
            raise StackTrouble(f"The disk of {self._dir} is full: {LEAST_FREE_BYTES >> 20} MB are needed.")


LEAST_FREE_BYTES = 500 << 20
