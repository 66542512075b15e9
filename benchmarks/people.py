"""People who load dashboards, in a process of their own: what is timed beside them does not wait for them."""

import asyncio
import random
import re
import sys
import time

from httpx import AsyncClient

PEOPLE = 20
LOOKS_S = 5.0


async def main(port: int, seconds: float) -> None:
    """Loads for so long, each person a page every few seconds, and prints how many those were together."""
    ends = time.monotonic() + seconds
    address = f"http://127.0.0.1:{port}"
    async with AsyncClient(base_url=address, headers={"host": "app.localhost"}, timeout=30) as client:
        await sign_in(client, "bench@example.com", "correct horse battery")
        site = (await client.get("/api/sites")).json()["sites"][0]["id"]
        dice = random.Random(1)
        comings = [dice.uniform(0, LOOKS_S) for _number in range(PEOPLE)]
        print(sum(await asyncio.gather(*(person(client, site, after_s, ends) for after_s in comings))))


async def sign_in(client: AsyncClient, email: str, password: str) -> str:
    """Signs in by the form; the value of the session's cookie, which the client has from now on."""
    found = re.search(r'name="form" value="([^"]+)"', (await client.get("/login")).text)
    assert found is not None
    fields = {"email": email, "password": password, "form": found.group(1)}
    answer = await client.post("/login", data=fields)
    token = answer.cookies["session"]
    client.cookies.set("session", token)
    return token


async def person(client: AsyncClient, site: str, after_s: float, ends: float) -> int:
    """How many pages somebody loads who comes after so many seconds."""
    await asyncio.sleep(after_s)
    loads = 0
    while time.monotonic() < ends:
        answer = await client.get(f"/sites/{site}")
        assert answer.status_code == 200, answer.text
        loads += 1
        await asyncio.sleep(LOOKS_S)
    return loads


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
