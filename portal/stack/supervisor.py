"""The one-machine stack in the foreground: stores, then our processes, until Ctrl-C."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import structlog

from portal.log import configure_logs
from portal.settings import settings
from portal.stack.child import Child
from portal.stack.embedded import EmbeddedStack, Say
from portal.stack.part import Part, stop_together
from portal.stack.ports import require_free
from portal.stack.trouble import StackTrouble
from tenancy.errors import InsightHubError

log = structlog.get_logger(__name__)

Prepare = Callable[[Say], None]
"""What happens between the migrations and the first process: sample data, for instance."""


def run_stack(say: Say, *, prepare: Prepare, ready: Callable[[], Sequence[str]], demo: bool = False) -> None:
    """Starts everything, says what `ready` gives, and stops everything when told to."""
    ours = settings()
    require_free(ours.host, ours.port)
    stop = _stop_on_signals()
    stores = EmbeddedStack(ours.data_dir, say=say)
    family = _Family(stores, say)
    try:
        os.environ.update(_own_environment(demo))
        os.environ.update(stores.start(os.environ))
        configure_logs(stores.logs / "up.log")
        with _told_in_a_sentence(stores.logs):
            _aside(lambda: _migrate(say), stop)
            if not stop.is_set():
                say("Starting web, ingest, worker and beat ...")
                family.launch()
                # Meanwhile: our processes need seconds to load their code.
                _aside(lambda: prepare(_silent_after(stop, say)), stop)
                family.wait(stop)
                for line in () if stop.is_set() else ready():
                    say(line)
            while not stop.wait(1):
                family.look_after()
    finally:
        if stores.parts:
            say("Stopping ...")
        family.stop()
        stores.stop()
        if stop.is_set():
            say("Stopped.")


class _OwnProcess(Part):
    """One of our own processes, started by a word of the command line."""

    ready_seconds = 180

    def __init__(self, word: str, logs: Path) -> None:
        super().__init__()
        self.name = f"The {word} process"
        self._word = word
        self._logs = logs

    def _spawn(self) -> Child:
        environment = {name: value for name, value in os.environ.items() if name != _FOR_MIGRATIONS_ONLY}
        return Child(
            self.name,
            [sys.executable, "-m", "portal.cli", self._word],
            log=self._logs / f"{self._word}.log",
            env=environment,
        )

    def _answers(self) -> bool:
        return True


class _WebProcess(_OwnProcess):
    def _answers(self) -> bool:
        from urllib.error import URLError
        from urllib.request import urlopen

        host = "127.0.0.1" if settings().host == "0.0.0.0" else settings().host  # noqa: S104
        try:
            with urlopen(f"http://{host}:{settings().port}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


class _Family:
    """Our own processes and the stores that we started: what falls is started again."""

    def __init__(self, stores: EmbeddedStack, say: Say) -> None:
        self._stores = stores
        self._say = say
        self._web = _WebProcess("web", stores.logs)
        self._others: list[Part] = [_OwnProcess(word, stores.logs) for word in ("ingest", "worker", "beat")]
        self._falls: dict[str, list[float]] = {}

    def launch(self) -> None:
        """Starts all of ours at once."""
        for part in (self._web, *self._others):
            part.launch()

    def wait(self, stop: threading.Event) -> None:
        """Returns when the web answers."""
        self._web.wait(unless=stop.is_set)

    def look_after(self) -> None:
        """Starts again what fell; gives up on what falls five times in a minute."""
        for part in (*self._stores.parts, self._web, *self._others):
            if part.running:
                continue
            falls = [fall for fall in self._falls.get(part.name, []) if fall > time.monotonic() - 60]
            self._falls[part.name] = [*falls, time.monotonic()]
            if len(falls) >= 5:
                words = f"{part.name} falls again and again: {part.last_words()}"
                raise StackTrouble(f"{words} The logs are in {self._stores.logs}.")
            self._say(f"{part.name} stopped: {part.last_words()} Starting it again.")
            part.launch()

    def stop(self) -> None:
        """The web first, so that nothing new comes in while the rest finishes."""
        self._web.stop()
        stop_together(self._others)


_FOR_MIGRATIONS_ONLY = "DATABASE_OWNER_URL"


def _own_environment(demo: bool) -> dict[str, str]:
    ours = settings()
    return {
        "PORT": str(ours.port),
        "HOST": ours.host,
        "DATA_DIR": str(ours.data_dir.absolute()),
        "PUBLIC_PORT": os.environ.get("PUBLIC_PORT", str(ours.port)),
        **({"DEMO": "1"} if demo else {}),
    }


def _migrate(say: Say) -> None:
    from portal.migrate import migrate

    say("Bringing the databases to the newest schema ...")
    migrate()


def _silent_after(stop: threading.Event, say: Say) -> Say:
    def say_until(line: str) -> None:
        if not stop.is_set():
            say(line)

    return say_until


@contextmanager
def _told_in_a_sentence(logs: Path) -> Iterator[None]:
    try:
        yield
    except (StackTrouble, InsightHubError):
        raise
    except Exception as error:
        log.exception("stack.failed")
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise StackTrouble(f"It cannot go on: {reason}. The whole story is in {logs / 'up.log'}.") from error


def _aside(work: Callable[[], None], stop: threading.Event) -> None:
    """Does the work in a thread; leaves it behind when told to stop, as the stores end under it."""
    failed: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive() and not stop.is_set():
        thread.join(0.1)
    if failed and not stop.is_set():
        raise failed[0]


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    return stop
