"""A website under test: its own host, pages with the real snippet, and what its script sends home."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response

from tracker import serving
from tracker.contract import CollectBody, Context, Event
from tracker.snippet import Mode, snippet

WAIT_S = 20.0
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Delivery:
    """One request to collect, decoded by the wire contract."""

    body: CollectBody
    headers: dict[str, str]
    size: int


@dataclass
class Website:
    """A site with pages of its own. Every test has one, under a host that no other test uses."""

    town: "Town"
    token: str = field(default_factory=lambda: uuid4().hex[:12])
    pages: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    """Statuses that collect answers next, before it takes anything in again."""
    refuse_events_named: str = ""
    """Collect answers 400 to a body that holds an event of this name."""
    arrivals: list[float] = field(default_factory=list)
    """When each request reached collect, taken in or not, in seconds of the event loop's clock."""

    @property
    def host(self) -> str:
        return f"{self.token}.test"

    @property
    def tracking_id(self) -> str:
        return self.token

    def address(self, path: str = "/", *, host: str | None = None) -> str:
        return f"http://{host or self.host}:{self.town.port}{path}"

    def page(
        self,
        path: str = "/",
        *,
        title: str = "A page",
        body: str = "",
        mode: Mode = "cookieless",
        options: str = "",
        then: str = "",
        before: str = "",
        name: str = "stats",
    ) -> str:
        """Puts up a page that carries the snippet; `then` runs right after it, `before` right before it."""
        tag = snippet(self.town.script_host, self.tracking_id, name, mode)
        if options:
            tag = tag.replace(f"{{mode:'{mode}'}}", f"{{mode:'{mode}',{options}}}")
        return self.bare_page(
            path, title=title, head=f"<script>{before}</script>{tag}<script>{then}</script>", body=body
        )

    def bare_page(self, path: str, *, title: str = "A page", head: str = "", body: str = "") -> str:
        """Puts up a page without the snippet."""
        head = f"<head><title>{title}</title>{head}</head>"
        text = f"<!doctype html><html lang=en>{head}<body>{body}</body></html>"
        return self.file(path, text.encode(), "text/html; charset=utf-8")

    def file(self, path: str, content: bytes, content_type: str = "application/octet-stream") -> str:
        self.pages[path.split("?")[0].split("#")[0]] = (content_type, path, content)
        return self.address(path)

    @property
    def events(self) -> list[Event]:
        """All that arrived, in the order of arrival; repeats of one id count once, as in collect."""
        seen: dict[str | None, Event] = {}
        for delivery in self.deliveries:
            for event in delivery.body.events:
                seen.setdefault(event.id, event)
        return list(seen.values())

    def named(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    async def receives(self, name: str, count: int = 1) -> list[Event]:
        """The events of a name, as soon as there are so many."""
        await self.until(lambda: len(self.named(name)) >= count, f"{count} × {name}")
        return self.named(name)

    async def receives_one(self, name: str) -> Event:
        """The only event of a name."""
        found = await self.receives(name)
        assert len(found) == 1, f"{len(found)} × {name}"
        return found[0]

    async def until(self, there: Callable[[], bool], what: str) -> None:
        """Waits for the website's visitors to bring about something."""
        try:
            async with asyncio.timeout(WAIT_S), self.town.news:
                await self.town.news.wait_for(there)
        except TimeoutError:
            came = [event.name for event in self.events]
            raise AssertionError(f"Waited in vain for {what}; there were {came}.") from None


def properties(event: Event) -> dict[str, object]:
    return event.properties or {}


def context(delivery: Delivery) -> Context:
    assert delivery.body.context is not None
    return delivery.body.context


@dataclass
class Town:
    """The server of all websites of a test process, and of the script and collect on a host of their own."""

    port: int = 0
    websites: dict[str, Website] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def script_host(self) -> str:
        return f"http://metrics.test:{self.port}"

    def local(self, path: str) -> str:
        """An address of this server for whoever does not know the names of its hosts."""
        return f"http://127.0.0.1:{self.port}{path}"

    def website(self) -> Website:
        new = Website(self)
        self.websites[new.token] = new
        return new


def town_app(town: Town) -> FastAPI:
    """Serves the real script, records what collect gets, and shows the websites' pages by host."""
    app = FastAPI()
    app.include_router(serving.router)

    @app.post("/api/collect")
    async def collect(request: Request) -> Response:
        raw = await request.body()
        body = msgspec.json.decode(raw, type=CollectBody)
        website = town.websites[body.site_id or ""]
        async with town.news:
            website.arrivals.append(asyncio.get_running_loop().time())
            status = website.refusals.pop(0) if website.refusals else 200
            if website.refuse_events_named in {event.name for event in body.events}:
                status = 400
            if status == 200:
                website.deliveries.append(Delivery(body, dict(request.headers), len(raw)))
            town.news.notify_all()
        return Response(status_code=status, headers={"Access-Control-Allow-Origin": "*"})

    @app.get("/{path:path}")
    async def page(path: str, request: Request) -> Response:
        token = (request.url.hostname or "").split(".")[0]
        website = town.websites.get(token)
        found = website.pages.get(f"/{path}") if website else None
        if found is None:
            return Response(status_code=404)
        return Response(found[2], media_type=found[0])

    return app


@asynccontextmanager
async def open_town() -> AsyncIterator[Town]:
    """A town on a free port of this machine."""
    town = Town()
    config = uvicorn.Config(town_app(town), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving_task = asyncio.create_task(server.serve())
    async with asyncio.timeout(WAIT_S):
        while not server.started:
            await asyncio.sleep(0.01)
    town.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield town
    finally:
        server.should_exit = True
        await serving_task
