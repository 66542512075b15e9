"""A stack of its own for a benchmark, as durable as in life, with our processes beside it."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import analytics.migrate
import analytics.settings
import portal.settings
import tenancy.migrate
import tenancy.settings
from portal.log import configure_logs
from portal.stack.child import Child
from portal.stack.embedded import EmbeddedStack
from portal.stack.ports import free_port


@dataclass(frozen=True)
class Bench:
    """A running stack."""

    directory: Path
    environment: Mapping[str, str]
    port: int

    @contextmanager
    def process(self, *argv: str, **environment: str) -> Iterator[Child]:
        """A process of ours, or another module, for as long as the block runs."""
        log = self.directory / "logs" / f"{argv[-1]}.log"
        child = Child(
            argv[-1],
            [sys.executable, "-m", *argv],
            log=log,
            env={**os.environ, **self.environment, **environment},
        )
        try:
            yield child
        finally:
            child.stop()

    def answers(self, path: str = "/healthz") -> bool:
        """Whether the web is there."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=1) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


@contextmanager
def bench_stack() -> Iterator[Bench]:
    """A stack in a temporary directory, migrated; this process's settings point at it."""
    configure_logs()
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        stack = EmbeddedStack(Path(directory))
        try:
            port = free_port()
            environment = {
                **stack.start({}),
                "PORT": str(port),
                "PUBLIC_PORT": str(port),
                "RATE_LIMITS": "off",
                "DEMO": "1",
            }
            os.environ.update(environment)
            for package in (analytics.settings, portal.settings, tenancy.settings):
                package.settings.cache_clear()
            tenancy.migrate.migrate()
            analytics.migrate.migrate()
            yield Bench(Path(directory), environment, port)
        finally:
            stack.stop()


def row(what: str, measured: str, budget: str, ratio: float, *, pace: float | None = None) -> None:
    """A line of the result: a ratio of 1 or more keeps the budget.

    With the machine's pace, for what is a time: also the ratio as it would be on the one of the budgets.
    """
    verdict = "ok" if ratio >= 1 else "OVER"
    paced = (
        "" if pace is None else f"   {ratio / pace:.2f} at the budgets' speed, of which this is {pace:.0%}"
    )
    print(f"{what:<52} {measured:>24}   budget {budget:<22} {ratio:6.2f}  {verdict:<4}{paced}", flush=True)
