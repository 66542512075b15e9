"""People who load dashboards, in a process of their own: what is timed beside them does not wait for them."""

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode
from uuid import uuid4

from httpx import AsyncClient
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

PEOPLE = 20
LOOKS_S = 5.0
PATIENCE_S = 30
ACKNOWLEDGES_EVERY_S = 3.0


async def main(port: int, seconds: float) -> None:
    """Loads for so long, each person a page every few seconds, and prints how many those were together."""
    ends = time.monotonic() + seconds
    async with visitor(port, "app.localhost") as http:
        await sign_in(http, "bench@example.com", "correct horse battery")
        site = (await http.get("/api/sites")).json()["sites"][0]["id"]
        dice = random.Random(1)
        comings = [dice.uniform(0, LOOKS_S) for _number in range(PEOPLE)]
        print(sum(await asyncio.gather(*(person(http, site, after_s, ends) for after_s in comings))))


def visitor(port: int, host: str) -> AsyncClient:
    """Somebody at a host of the stack: httpx does not know that names below localhost are this machine."""
    headers = {"host": f"{host}:{port}", "accept-encoding": "br"}
    return AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE_S)


async def sign_in(http: AsyncClient, email: str, password: str) -> str:
    """Signs in by the form; the value of the session's cookie, which the client has from now on."""
    found = re.search(r'name="form" value="([^"]+)"', (await http.get("/login")).text)
    assert found is not None
    fields = {"email": email, "password": password, "form": found.group(1)}
    answer = await http.post("/login", data=fields)
    token = answer.cookies["session"]
    http.cookies.set("session", token)
    return token


async def person(http: AsyncClient, site: str, after_s: float, ends: float) -> int:
    """How many pages somebody loads who comes after so many seconds, and looks at each for a while."""
    await asyncio.sleep(after_s)
    loads = 0
    while time.monotonic() < ends:
        async with open_page(http, f"/sites/{site}"):
            loads += 1
            await asyncio.sleep(LOOKS_S)
    return loads


@asynccontextmanager
async def open_page(http: AsyncClient, path: str) -> AsyncIterator["OpenPage"]:
    """A page with its socket, as a browser has it, without a browser that needs the processor as well."""
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    found = re.search(r"client_id\W+([0-9a-f-]{36})", answer.text)
    assert found is not None
    names = {
        **{"client_id": found[1], "document_id": uuid4(), "tab_id": uuid4(), "next_message_id": 0},
        **{"implicit_handshake": "true", "EIO": 4, "transport": "websocket"},
    }
    host, cookie = answer.request.headers["host"], answer.request.headers["cookie"]
    async with connect(
        f"ws://{host}/_nicegui_ws/socket.io/?{urlencode(names)}",
        host=answer.request.url.host,
        origin=Origin(f"http://{host}"),
        additional_headers={"cookie": cookie},
    ) as socket:
        page = OpenPage(found[1])
        reading = asyncio.create_task(page.read(socket))
        yield page
        reading.cancel()


class OpenPage:
    """What came over the socket of a page."""

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id
        self._messages = self._acknowledged = 0
        self._rows = 0
        self._more = asyncio.Event()

    async def read(self, socket: ClientConnection) -> None:
        """Answers as the browser's script does, and counts the rows of panels, until the page is left."""
        while True:
            try:
                message = await asyncio.wait_for(socket.recv(decode=True), ACKNOWLEDGES_EVERY_S)
            except TimeoutError:
                await self._acknowledge(socket)
                continue
            if message.startswith("0"):
                await socket.send("40")
            elif message == "2":
                await socket.send("3")
            elif message.startswith("42"):
                self._messages += 1
                self._rows += message.count("<li>")
                self._more.set()

    async def _acknowledge(self, socket: ClientConnection) -> None:
        """The server keeps messages until then, for a browser that loses its connection."""
        if self._messages > self._acknowledged:
            self._acknowledged = self._messages
            told = {"client_id": self._client_id, "next_message_id": self._messages}
            await socket.send(f"42{json.dumps(['ack', told])}")

    async def has_rows(self, count: int) -> None:
        """Returns once so many rows of panels are there. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while self._rows < count:
                self._more.clear()
                await self._more.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
