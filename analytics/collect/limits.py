"""How much one address may send: a window in this process's memory, as a shared one costs a round trip."""

import time
from collections import Counter

ADDRESS_REQUESTS = 600
"""Per address and site in a window: an office behind one address, but not a flood."""

SITE_REQUESTS = 20_000
"""Per site in a window of the same length, over all processes; counted in Redis with the write itself."""

WINDOW_S = 10


class AddressWindow:
    """Requests by (site, network) since the window began; forgotten whole when it ends."""

    def __init__(self, limit: int = ADDRESS_REQUESTS) -> None:
        self._limit = limit
        self._ends = 0.0
        self._seen: Counter[tuple[int, str]] = Counter()

    def admits(self, site: int, network: str, *, now: float | None = None) -> bool:
        """Counts a request, and says whether it is within the limit."""
        moment = time.monotonic() if now is None else now
        if moment >= self._ends:
            self._seen.clear()
            self._ends = moment + WINDOW_S
        key = (site, network)
        self._seen[key] += 1
        return self._seen[key] <= self._limit
