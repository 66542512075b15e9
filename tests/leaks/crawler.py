"""Somebody who opens whatever they find: each route, each link on each page, and reads what comes back."""

import html
import re
from collections import deque
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from httpx import Response

from tests.leaks.traces import Traces
from tests.portal.program import Program
from tests.portal.test_isolation import FRAME, Everything


class Crawler:
    """Keeps what was asked for and how it was answered; the first trace of anything ends it."""

    def __init__(self, asker: "Program | Everything", host: str, traces: Traces) -> None:
        self._asker, self._host, self._traces = asker, host, traces
        self.statuses: dict[str, int] = {}
        self.found: list[str] = []

    async def visits(self, addresses: Iterable[str]) -> None:
        """Opens the addresses, and all that links on them lead to on the same host."""
        waiting = deque(addresses)
        while waiting:
            address = waiting.popleft()
            if address in self.statuses or len(self.statuses) > _MOST:
                continue
            answer = await self.asks("GET", address)
            waiting.extend(link for link in self._links(address, answer) if link not in self.statuses)
        assert len(self.statuses) <= _MOST, f"There is no end of links: {sorted(self.statuses)[::20]}"

    async def asks(self, method: str, address: str, **details: object) -> Response:
        """One question, whose answer is read."""
        answer = await self._asker.request(method, address, **details)
        self.statuses[address] = answer.status_code
        where = f"{method} {address} ({answer.status_code})"
        traces = self._traces.in_headers(answer.headers.multi_items())
        traces += self._traces.in_answer(answer.headers, answer.content)
        # Who asks for something by its id knows the id: a refusal may send them on with it.
        told = set(self._traces.in_text(address))
        self.found += [f"{where}: {trace}" for trace in traces if trace not in told]
        return answer

    def _links(self, address: str, answer: Response) -> Iterator[str]:
        if "location" in answer.headers:
            yield from self._here(urljoin(address, answer.headers["location"]))
        if answer.headers.get("content-type", "").startswith("text/html"):
            for link in _LINK.findall(html.unescape(html.unescape(answer.text))):
                yield from self._here(urljoin(address, html.unescape(link)))

    def _here(self, link: str) -> Iterator[str]:
        parts = urlsplit(link)
        path = parts.path or "/"
        if (
            parts.scheme in {"", "http"}
            and parts.netloc in {"", self._host}
            and not path.startswith((FRAME, "/static/"))
        ):
            yield path + (f"?{parts.query}" if parts.query else "")


# Also inside what NiceGUI embeds, where quotes of attributes are escaped.
_LINK = re.compile(r"""(?:href|src|action|poster)=\\?["']([^"'\\<>\s]+)\\?["']""")
_MOST = 250
