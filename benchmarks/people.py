"""People who load dashboards, for as long as they are told to."""

import asyncio
import random
import re

from httpx import AsyncClient

from benchmarks.stack import Bench

LOOKS_S = 5.0


async def dashboard_loads(bench: Bench, people: int, stop: asyncio.Event) -> int:
    """How many pages they loaded together; each person looks at one for some seconds."""
    async with AsyncClient(
        base_url=f"http://127.0.0.1:{bench.port}", headers={"host": "app.localhost"}, timeout=30
    ) as client:
        await sign_in(client, "bench@example.com", "correct horse battery")
        site = (await client.get("/api/sites")).json()["sites"][0]["id"]
        dice = random.Random(1)
        return sum(
            await asyncio.gather(
                *(person(client, site, stop, dice.uniform(0, LOOKS_S)) for _number in range(people))
            )
        )


async def sign_in(client: AsyncClient, email: str, password: str) -> str:
    """Signs in by the form; the value of the session's cookie, which the client has from now on."""
    found = re.search(r'name="form" value="([^"]+)"', (await client.get("/login")).text)
    assert found is not None
    fields = {"email": email, "password": password, "form": found.group(1)}
    answer = await client.post("/login", data=fields)
    token = answer.cookies["session"]
    client.cookies.set("session", token)
    return token


async def person(client: AsyncClient, site: str, stop: asyncio.Event, comes_after_s: float) -> int:
    await asyncio.sleep(comes_after_s)
    loads = 0
    while not stop.is_set():
        answer = await client.get(f"/sites/{site}")
        assert answer.status_code == 200, answer.text
        loads += 1
        await asyncio.sleep(LOOKS_S)
    return loads
