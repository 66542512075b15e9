"""The embedded databases together: for whichever URL is unset, one is started and its URL given."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from portal.stack.clickhouse import EmbeddedClickHouse
from portal.stack.data_dir import DataDir
from portal.stack.part import Part, stop_together
from portal.stack.postgres import EmbeddedPostgres
from portal.stack.redis import EmbeddedRedis
from portal.stack.secrets import stack_secrets
from portal.stack.trouble import StackTrouble

Say = Callable[[str], None]


class EmbeddedStack:
    """PostgreSQL, Redis and ClickHouse of one data directory."""

    def __init__(self, data_dir: Path, *, durable: bool = True, say: Say = lambda line: None) -> None:
        self._dir = DataDir(data_dir)
        self._say = say
        self._durable = durable
        self.parts: list[Part] = []

    @property
    def logs(self) -> Path:
        """Where each process writes its log."""
        return self._dir.path / "logs"

    def start(self, given: Mapping[str, str]) -> dict[str, str]:
        """Starts what `given` has no URL for; the environment that the other processes need."""
        self._dir.take()
        try:
            self.logs.mkdir(exist_ok=True)
            environment = self._launch(given)
            for part in self.parts:
                part.wait()
            self._dir.announce(environment)
        except OSError as error:
            of = f" ({error.filename})" if error.filename else ""
            raise StackTrouble(f"The databases cannot start: {error.strerror}{of}.") from error
        return environment

    def stop(self) -> None:
        """Stops all of it."""
        stop_together(self.parts)
        self.parts.clear()
        self._dir.leave()

    def _launch(self, given: Mapping[str, str]) -> dict[str, str]:
        secrets, directory = stack_secrets(self._dir.path), self._dir.path
        details: _Details = {"logs": self.logs, "keep": (self._dir.shared,)}
        postgres = redis = clickhouse = None
        # All of them are asked for first: a missing package is told before anything is made.
        if not given.get("DATABASE_URL"):
            postgres = EmbeddedPostgres(
                directory / "postgres",
                password=secrets.postgres,
                app_password=secrets.app,
                durable=self._durable,
                **details,
            )
        if not given.get("REDIS_URL"):
            redis = EmbeddedRedis(directory / "redis", password=secrets.redis, **details)
        if not given.get("CLICKHOUSE_URL"):
            clickhouse = EmbeddedClickHouse(directory / "clickhouse", password=secrets.clickhouse, **details)
        for part in (postgres, redis, clickhouse):
            if part:
                self._say(f"Starting {part.name} ...")
                self.parts.append(part)
                part.launch()
        return {
            "SECRET_KEY": given.get("SECRET_KEY") or secrets.secret_key,
            **({"DATABASE_URL": postgres.url, "DATABASE_OWNER_URL": postgres.owner_url} if postgres else {}),
            **({"REDIS_URL": redis.url} if redis else {}),
            **({"CLICKHOUSE_URL": clickhouse.url} if clickhouse else {}),
            # Without a mail server, mail stays on this machine.
            **(
                {}
                if given.get("SMTP_URL")
                else {"MAIL_DIR": given.get("MAIL_DIR") or str(directory / "mail")}
            ),
        }


class _Details(TypedDict):
    logs: Path
    keep: Sequence[int]
