"""POST /api/collect against a bare route of the same process, and its p99 while people load dashboards."""

import asyncio
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from statistics import median, quantiles

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
    if shutil.which("wrk") is None:
        print("collect: wrk is needed (apt-get install wrk)")
        return
    with bench_stack() as bench:
        tracking_id, domain = asyncio.run(a_site())
        body = (
            f'{{"site_id":"{tracking_id}","events":[{{"name":"page_view","properties":'
            f'{{"url":"https://{domain}/pricing?utm_source=news","title":"Pricing"}}}}]}}'
        )
        with bench.process("benchmarks.collect_app", PORTAL_PAGES="off") as web:
            web.wait_until(bench.answers, seconds=60)
            ratio(bench, body)
        with bench.process("portal.cli", "web") as web, bench.process("portal.cli", "ingest"):
            web.wait_until(bench.answers, seconds=60)
            asyncio.run(latency(bench, body.encode(), bench.port, "the same process"))
            port = free_port()
            with bench.process("portal.cli", "web", PORTAL_PAGES="off", PORT=str(port)) as collect:
                collect.wait_until(lambda: answers(port), seconds=60)
                asyncio.run(latency(bench, body.encode(), port, "a process that only collects"))


async def a_site() -> tuple[str, str]:
    """A site to send to, of an organisation with a person who looks."""
    from tenancy.db import dispose

    organization = await make_direct()
    site = await make_site(organization)
    await make_user(organization, email="bench@example.com")
    await dispose()
    return site.tracking_id, site.domain


def ratio(bench: Bench, body: str) -> None:
    """Requests per second of both, in turns."""
    script = bench.directory / "post.lua"
    script.write_text(
        'wrk.method = "POST"\n'
        f"wrk.body = [[{body}]]\n"
        f'wrk.headers["User-Agent"] = "{AGENT}"\n'
        'wrk.headers["Content-Type"] = "text/plain"\n'
    )
    rates: dict[str, list[float]] = {"/api/collect": [], "/bare": []}
    for _round in range(ROUNDS):
        for path, found in rates.items():
            found.append(wrk(bench, script, path))
    ours, bare = median(rates["/api/collect"]), median(rates["/bare"])
    row(
        "collect against a bare route, requests/s",
        f"{ours:,.0f} of {bare:,.0f} = {ours / bare:.2f}",
        ">= 0.35",
        ours / bare / 0.35,
    )


def wrk(bench: Bench, script: Path, path: str) -> float:
    """Requests per second of one run."""
    url = f"http://127.0.0.1:{bench.port}{path}"
    command = ["wrk", "-t1", "-c32", f"-d{SECONDS}s", "-s", str(script), url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"collect: {path} refused requests:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None
    return float(found[1])


async def latency(bench: Bench, body: bytes, port: int, where: str) -> None:
    """p99 of collect at 500 requests/s, while people load dashboards of the process with pages."""
    head = (
        f"POST /api/collect HTTP/1.1\r\nHost: bench\r\nUser-Agent: {AGENT}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    took: list[float] = []
    everybody_is_there_s = 2 * LOOKS_S
    people = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.people", str(bench.port), str(everybody_is_there_s + FOR_S)),
        stdout=asyncio.subprocess.PIPE,
    )
    await asyncio.sleep(everybody_is_there_s)
    senders = (sender(port, head + body, Random(number), took) for number in range(CONNECTIONS))
    await asyncio.gather(*senders)
    loads = int((await people.communicate())[0])
    p99 = quantiles(took, n=100)[98] * 1000
    row(
        f"collect p99 at {RATE}/s, {where}, {PEOPLE} people with {loads} dashboards",
        f"{p99:.1f} ms (p50 {median(took) * 1000:.1f})",
        "<= 25 ms",
        25 / p99,
    )


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
