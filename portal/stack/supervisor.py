"""The one-machine stack in the foreground: stores, then our processes, until Ctrl-C."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from portal.settings import settings
from portal.stack.child import Child
from portal.stack.embedded import EmbeddedStack, Say
from portal.stack.ports import require_free
from portal.stack.trouble import StackTrouble

Prepare = Callable[[Say], None]
"""What happens between the migrations and the first process: sample data, for instance."""


def run_stack(say: Say, *, prepare: Prepare, ready: Callable[[], Sequence[str]], demo: bool = False) -> None:
    """Starts everything, says what `ready` gives, and stops everything when told to."""
    ours = settings()
    require_free(ours.host, ours.port)
    stop = _stop_on_signals()
    stores = EmbeddedStack(ours.data_dir, say=say)
    family = _Family(stores.logs, say)
    try:
        os.environ.update(_own_environment(demo))
        os.environ.update(stores.start(os.environ))
        _migrate(say)
        prepare(say)
        if stop.is_set():
            return
        family.start()
        say(f"Waiting for the web on port {ours.port} ...")
        family.child("web").wait_until(lambda: _web_ready(ours.host, ours.port) or stop.is_set(), seconds=60)
        for line in ready():
            say(line)
        while not stop.wait(1):
            family.look_after()
    finally:
        say("Stopping ...")
        family.stop()
        stores.stop()
        say("Stopped.")


class _Family:
    """Our own processes, started again when they fall."""

    def __init__(self, logs: Path, say: Say) -> None:
        self._logs = logs
        self._say = say
        self._children: dict[str, Child] = {}
        self._falls: dict[str, list[float]] = {}

    def child(self, name: str) -> Child:
        """One of them."""
        return self._children[name]

    def start(self) -> None:
        """Starts all of them at once."""
        for name in PROCESSES:
            self._start(name)

    def look_after(self) -> None:
        """Starts again what fell; gives up on what falls five times in a minute."""
        for name, child in list(self._children.items()):
            if child.running:
                continue
            falls = [fall for fall in self._falls.get(name, []) if fall > time.monotonic() - 60]
            self._falls[name] = [*falls, time.monotonic()]
            if len(falls) >= 5:
                raise StackTrouble(f"The {name} process falls again and again: {child.last_words()}")
            self._say(f"The {name} process stopped ({child.last_words()}); starting it again.")
            self._start(name)

    def stop(self) -> None:
        """The web first, so that nothing new comes in while the rest finishes."""
        for child in self._children.values():
            child.stop()
        self._children.clear()

    def _start(self, name: str) -> None:
        argv = [sys.executable, "-m", "portal.cli", *PROCESSES[name]]
        self._children[name] = Child(name, argv, log=self._logs / f"{name}.log")


PROCESSES = {
    "web": ("web",),
    "ingest": ("ingest",),
    "worker": ("worker",),
    "beat": ("beat",),
}


def _own_environment(demo: bool) -> dict[str, str]:
    ours = settings()
    environment = {"PORT": str(ours.port), "HOST": ours.host, "DATA_DIR": str(ours.data_dir.absolute())}
    environment.setdefault("PUBLIC_PORT", os.environ.get("PUBLIC_PORT", str(ours.port)))
    if demo:
        environment["DEMO"] = "1"
    return environment


def _migrate(say: Say) -> None:
    import analytics.migrate
    import tenancy.migrate

    say("Bringing the databases to the newest schema ...")
    tenancy.migrate.migrate()
    analytics.migrate.migrate()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    return stop


def _web_ready(host: str, port: int) -> bool:
    from urllib.error import URLError
    from urllib.request import urlopen

    try:
        with urlopen(f"http://{host}:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
