"""One child process that never outlives its parent, with its output in a log file."""

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from portal.stack.trouble import StackTrouble


class Child:
    """A process of the stack, as another user of the machine if one is named.

    `orphan_signal` is what it gets when we die; `keep` are descriptors that it holds open while it lives.
    """

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
        # For certain: a Celery worker that is asked politely waits for its broker, which ends as well.
        orphan_signal: signal.Signals = signal.SIGKILL,
        keep: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._log = log
        self._stop_signal = stop_signal
        self._asked = False
        log.parent.mkdir(parents=True, exist_ok=True)
        parent = os.getpid()
        # A group of its own, so that Ctrl-C in a terminal reaches only the supervisor, which stops in order.
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(os.environ if env is None else env),
                cwd=cwd,
                **as_user(user),
                pass_fds=keep,
                process_group=0,
                preexec_fn=lambda: _die_with(parent, orphan_signal),  # noqa: PLW1509
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
                raise StackTrouble(
                    f"{self.name} stopped while it started: {self.last_words()} Its log is {self._log}."
                )
            if time.monotonic() > deadline:
                raise StackTrouble(
                    f"{self.name} did not get ready within {seconds:.0f} s. Its log is {self._log}."
                )
            time.sleep(0.03)

    def last_words(self) -> str:
        """How the process ended, as a sentence: by which signal, or the last line that it logged."""
        code = self._process.poll()
        if code is not None and code < 0:
            return f"killed by {signal.Signals(-code).name}."
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _TAIL_BYTES))
            lines = log.read().decode(errors="replace").strip().splitlines()
        words = lines[-1] if lines else "it said nothing."
        return words if words.endswith(".") else f"{words}."

    def ask_to_stop(self) -> None:
        """Tells the process to end, once, and does not wait for it."""
        if self.running and not self._asked:
            self._asked = True
            self._process.send_signal(self._stop_signal)

    def stop(self, *, seconds: float = 10) -> None:
        """Ends the process: politely, and after the given time for certain."""
        self.ask_to_stop()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Ends the process at once, and those that it started in its group."""
        if self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class AsUser(TypedDict, total=False):
    """What subprocess takes to run something as somebody."""

    user: int
    group: int
    extra_groups: list[int]


def as_user(name: str | None) -> AsUser:
    """All of the user's rights and none of ours; nothing changes for None."""
    if name is None:
        return {}
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


_TAIL_BYTES = 4096
_LIBC = ctypes.CDLL(None) if os.name == "posix" else None
_PR_SET_PDEATHSIG = 1


def _die_with(parent: int, orphan_signal: signal.Signals) -> None:
    # Linux only; elsewhere a killed supervisor leaves its children, and the next start says so.
    prctl = getattr(_LIBC, "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, orphan_signal)
        if os.getppid() != parent:  # it died before we could say so
            os._exit(1)
