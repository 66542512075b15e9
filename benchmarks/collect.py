"""POST /api/collect against a bare route of the same process, and its p99 while people load dashboards."""

import asyncio
import re
import sys
import time
from collections.abc import Mapping
from random import Random
from statistics import median, quantiles
from typing import NamedTuple

import psutil

from benchmarks.bare import BUDGETS_AT, requests_per_second
from benchmarks.people import LOOKS_S, PEOPLE
from benchmarks.stack import Bench, bench_stack, row
from portal.stack.ports import answers, free_port
from tests.factories import make_direct, make_site, make_user

AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
SECONDS = 5
ROUNDS = 3
RATE = 500
CONNECTIONS = 25
FOR_S = 10.0


def main() -> None:
    """Runs both."""
    with bench_stack() as bench:
        tracking_id, domain = asyncio.run(a_site())
        body = (
            f'{{"site_id":"{tracking_id}","events":[{{"name":"page_view","properties":'
            f'{{"url":"https://{domain}/pricing?utm_source=news","title":"Pricing"}}}}]}}'
        )
        with bench.process("benchmarks.collect_app", PORTAL_PAGES="off") as web:
            web.wait_until(bench.answers, seconds=60)
            pace = ratio(bench, body)
        port = free_port()
        with (
            bench.process("portal.cli", "web") as web,
            bench.process("portal.cli", "ingest"),
            bench.process("portal.cli", "web", PORTAL_PAGES="off", PORT=str(port)) as collect,
        ):
            web.wait_until(bench.answers, seconds=60)
            collect.wait_until(lambda: answers(port), seconds=60)
            ports = {"a process that only collects": port, "the same process": bench.port}
            asyncio.run(latencies(bench, body.encode(), ports, pace))


async def a_site() -> tuple[str, str]:
    """A site to send to, of an organisation with a person who looks."""
    from tenancy.db import dispose

    organization = await make_direct()
    site = await make_site(organization)
    await make_user(organization, email="bench@example.com")
    await dispose()
    return site.tracking_id, site.domain


def ratio(bench: Bench, body: str) -> float:
    """Requests per second of both, in turns. Returns this machine's pace."""
    script = (
        'wrk.method = "POST"\n'
        f"wrk.body = [[{body}]]\n"
        f'wrk.headers["User-Agent"] = "{AGENT}"\n'
        'wrk.headers["Content-Type"] = "text/plain"\n'
    )
    rates: dict[str, list[float]] = {"/api/collect": [], "/bare": []}
    for _round in range(ROUNDS):
        for path, found in rates.items():
            url = f"http://127.0.0.1:{bench.port}{path}"
            found.append(requests_per_second(url, seconds=SECONDS, script=script))
    ours, bare = median(rates["/api/collect"]), median(rates["/bare"])
    row(
        "collect against a bare route, requests/s",
        f"{ours:,.0f} of {bare:,.0f} = {ours / bare:.2f}",
        ">= 0.35",
        ours / bare / 0.35,
    )
    return bare / BUDGETS_AT


async def latencies(bench: Bench, body: bytes, ports: Mapping[str, int], pace: float) -> None:
    """p99 of collect at 500 requests/s, while people load dashboards of the process with pages.

    In turns, of which the middle one counts and the first does not, with the share of the processors' time
    that the machine's host gave to others.
    """
    head = (
        f"POST /api/collect HTTP/1.1\r\nHost: bench\r\nUser-Agent: {AGENT}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    turns: dict[str, list[Turn]] = {where: [] for where in ports}
    for _round in range(1 + ROUNDS):
        for where, port in ports.items():
            turns[where].append(await one_turn(bench, head + body, port))
    for where, (_warm_up, *found) in turns.items():
        middle = sorted(found)[ROUNDS // 2]
        row(
            f"collect p99 at {RATE}/s, {where}, {PEOPLE} people with {middle.loads} dashboards",
            f"{middle.p99 * 1000:.1f} ms (p50 {middle.p50 * 1000:.1f})",
            "<= 25 ms",
            0.025 / middle.p99,
            pace=pace,
        )
        each = ", ".join(f"{turn.p99 * 1000:.1f} ms ({turn.stolen:.1%})" for turn in found)
        print(f"  p99 of each turn, and what the host took of the machine meanwhile: {each}", flush=True)


class Turn(NamedTuple):
    """Seconds, pages that people opened, and the part of the processors' time that others had."""

    p99: float
    p50: float
    loads: int
    stolen: float


async def one_turn(bench: Bench, request: bytes, port: int) -> Turn:
    """Sends for ten seconds, once everybody is there."""
    took: list[float] = []
    everybody_is_there_s = 2 * LOOKS_S
    people = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.people", str(bench.port), str(everybody_is_there_s + FOR_S)),
        stdout=asyncio.subprocess.PIPE,
    )
    await asyncio.sleep(everybody_is_there_s)
    before = psutil.cpu_times()
    await asyncio.gather(*(sender(port, request, Random(number), took) for number in range(CONNECTIONS)))
    after = psutil.cpu_times()
    stolen = (after.steal - before.steal) / (sum(after) - sum(before))
    loads = int((await people.communicate())[0])
    return Turn(quantiles(took, n=100)[98], median(took), loads, stolen)


async def sender(port: int, request: bytes, dice: Random, took: list[float]) -> None:
    """One connection; requests are due at random, as visitors come, and a late answer counts from there."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    due = time.perf_counter()
    ends = due + FOR_S
    while (due := due + dice.expovariate(RATE / CONNECTIONS)) < ends:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        assert length is not None
        assert b" 200 " in head, head
        await reader.readexactly(int(length[1]))
        took.append(time.perf_counter() - due)
    writer.close()


if __name__ == "__main__":
    main()
