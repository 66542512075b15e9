"""What the parts of the stack have in common: each is one process that can be started again in its place."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from portal.stack.child import Child


class Part(ABC):
    """A store or one of our own processes."""

    name: str
    ready_seconds: float = 120
    stop_seconds: float = 10

    def __init__(self) -> None:
        self._child: Child | None = None

    @abstractmethod
    def _spawn(self) -> Child:
        """Starts the process; the same port and data each time."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it can be used."""

    def launch(self) -> None:
        """Starts the process and does not wait for it."""
        self._child = self._spawn()

    def wait(self, *, unless: Callable[[], bool] = lambda: False) -> None:
        """Returns once it can be used, or need not be."""
        assert self._child is not None
        self._child.wait_until(lambda: unless() or self._answers(), seconds=self.ready_seconds)

    def start(self) -> None:
        """Starts it, and returns once it can be used."""
        self.launch()
        self.wait()

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._child is not None and self._child.running

    def last_words(self) -> str:
        """How its process ended."""
        return self._child.last_words() if self._child else ""

    def ask_to_stop(self) -> None:
        """Tells it to end and does not wait; its data stays."""
        if self._child:
            self._child.ask_to_stop()

    def stop(self) -> None:
        """Ends it; its data stays."""
        if self._child:
            self._child.stop(seconds=self.stop_seconds)

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._child:
            self._child.kill()


def stop_together(parts: Sequence[Part]) -> None:
    """Ends all of them at once, and returns when the last one has."""
    for part in parts:
        part.ask_to_stop()
    for part in parts:
        part.stop()
