"""One child process that never outlives its parent, with its output in a log file."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from portal.stack.trouble import StackTrouble


class Child:
    """A process of the stack."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._log = log
        self._stop_signal = stop_signal
        log.parent.mkdir(parents=True, exist_ok=True)
        # A group of its own, so that Ctrl-C in a terminal reaches only the supervisor, which stops in order.
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(os.environ if env is None else env),
                user=user,
                cwd=cwd,
                process_group=0,
                preexec_fn=_die_with_parent,  # noqa: PLW1509
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 30) -> None:
        """Returns once `ready()` holds; says why in one sentence where the process ends or time runs out."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise StackTrouble(f"{self.name} stopped while it started: {self.last_words()}")
            if time.monotonic() > deadline:
                raise StackTrouble(f"{self.name} did not get ready within {seconds:.0f} s. See {self._log}.")
            time.sleep(0.03)

    def last_words(self) -> str:
        """The last line that the process logged."""
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing."

    def stop(self, *, seconds: float = 10) -> None:
        """Ends the process: politely, and after the given time for certain."""
        if self.running:
            self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()
        self._process.wait()


_LIBC = ctypes.CDLL(None) if os.name == "posix" else None
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    # Linux only; elsewhere a killed supervisor leaves its children, and the next start says so.
    prctl = getattr(_LIBC, "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
