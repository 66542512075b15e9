"""The directory that a stack has to itself: its lock, room on the disk, and how to reach what runs in it."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from portal.stack.trouble import StackTrouble

LEAST_FREE_BYTES = 500 << 20


class DataDir:
    """Taken by one stack at a time, from `take()` until `leave()`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._own = -1
        self.shared = -1
        """A descriptor for the stores to hold: the directory is free when the last of them is gone."""

    def take(self) -> None:
        """Makes and locks the directory; says in a sentence what is in the way."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._own, self.shared = (
                os.open(self.path / name, os.O_RDWR | os.O_CREAT, 0o600) for name in ("lock", "stores.lock")
            )
        except OSError as error:
            raise StackTrouble(f"DATA_DIR {self.path} cannot be used: {error.strerror}.") from error
        try:
            # Where a supervisor was killed, its stores are just going.
            if not (_locked(self._own) and _locked(self.shared, patience_s=60)):
                raise StackTrouble(
                    f"Another InsightHub uses {self.path}. Stop it, or choose another DATA_DIR."
                )
            if shutil.disk_usage(self.path).free < LEAST_FREE_BYTES:
                raise StackTrouble(
                    f"The disk of {self.path} is full: at least {LEAST_FREE_BYTES >> 20} MB must be free."
                )
        except StackTrouble:
            self._close()
            raise

    def announce(self, environment: Mapping[str, str]) -> None:
        """Tells the commands of this machine how to reach the stores; their ports differ each time."""
        descriptor = os.open(self._announcement, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(dict(environment), file)

    def announced(self) -> dict[str, str]:
        """What the stack that runs here announced; empty where none runs."""
        try:
            environment: dict[str, str] = json.loads(self._announcement.read_text())
        except (OSError, ValueError):
            return {}
        return environment

    def leave(self) -> None:
        """Gives the directory free."""
        if self._own >= 0:
            self._announcement.unlink(missing_ok=True)
            self._close()

    @property
    def _announcement(self) -> Path:
        return self.path / "running.json"

    def _close(self) -> None:
        os.close(self._own)
        os.close(self.shared)
        self._own = self.shared = -1


def _locked(descriptor: int, *, patience_s: float = 0) -> bool:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.1)
        else:
            return True
