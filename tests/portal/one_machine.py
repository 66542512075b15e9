"""`insighthub up` as somebody at a terminal has it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

COMMAND = (sys.executable, "-m", "portal.cli")
ROOT = Path(__file__).resolve().parents[2]
_OURS = {
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "CLICKHOUSE_URL",
    "SECRET_KEY",
    "MAIL_DIR",
    "DEMO",
    "PUBLIC_PORT",
}


def terminal(**environment: str) -> dict[str, str]:
    """An environment without what other tests set."""
    return {name: value for name, value in os.environ.items() if name not in _OURS} | environment


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [*COMMAND, *words], env=terminal(**environment), cwd=ROOT, capture_output=True, text=True, timeout=300
    )


class OneMachine:
    """A running `insighthub up`."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.port = port
        self._began = time.monotonic()
        self._words = data_dir.with_suffix(".out")
        self._said_before = len(self._words.read_text()) if self._words.exists() else 0
        with self._words.open("ab") as output:
            self._process = subprocess.Popen(
                [*COMMAND, "up"],
                env=terminal(DATA_DIR=str(data_dir), PORT=str(port)),
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        """What stood on the terminal, of all stacks of this directory."""
        return self._words.read_text()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=60)

    def post(self, path: str, body: Any, host: str) -> httpx.Response:
        return httpx.post(
            f"http://127.0.0.1:{self.port}{path}",
            json=body,
            headers={"host": f"{host}:{self.port}"},
            timeout=60,
        )

    def becomes_ready(self) -> float:
        """Waits until every part of it answers; the seconds since its start."""

        def is_ready() -> bool:
            assert self._process.poll() is None, self.said
            # One of the same directory that was just killed may still answer for a moment.
            if "Ready: " not in self.said[self._said_before :]:
                return False
            try:
                return self.get("/readyz").status_code == 200
            except httpx.HTTPError:
                return False

        eventually(is_ready, within_s=300)
        return time.monotonic() - self._began

    def family(self) -> dict[int, str]:
        """Every process that came of it, and its command line."""
        return {pid: command for pid in _below(self._process.pid) if (command := _command(pid))}

    def find(self, words: str) -> int:
        """The process whose command line holds the words."""
        return next(pid for pid, command in self.family().items() if words in command)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ends(self) -> int:
        """What it ends with; every part may take its time to lay down its work."""
        return self._process.wait(90)

    def end(self) -> None:
        """For certain, whatever a test came to."""
        self._process.kill()
        self._process.wait()


def eventually(holds: Callable[[], bool], *, within_s: float) -> None:
    """Returns once it holds; fails when time runs out."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.1)


def alive(pids: dict[int, str]) -> dict[int, str]:
    """Those of the processes that still are."""
    return {pid: command for pid, command in pids.items() if _command(pid) == command}


def _below(pid: int) -> list[int]:
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return children + [below for child in children for below in _below(child)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""
