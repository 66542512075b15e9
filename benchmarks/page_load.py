"""A dashboard in Chromium, cold and warm; what a page costs the server in time and memory."""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from statistics import median

import psutil
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from benchmarks.bare import speed
from benchmarks.people import open_page, sign_in, visitor
from benchmarks.queries import dashboard
from benchmarks.stack import Bench, bench_stack, row
from portal.stack.child import Child
from portal.stack.demo import SHOP_HOST, load
from portal.stack.demo.world import place_world
from tenancy.sites import Site
from tests.browser import FLAGS, chromium

EVENTS = 300_000
ROUNDS = 7
OF_A_TURN = 10
WARM_UP = 5
TURNS = 10
HOST = "northwind.localhost"
SOME_ROWS = 21
# The numbers are there, every panel has its rows, and a press would be answered.
USABLE = f"document.querySelectorAll('[data-panel] .bars li').length >= {SOME_ROWS} && !!window.did_handshake"


def main() -> None:
    """Runs the product with the sample world and opens dashboards."""
    pace = speed()
    with bench_stack() as bench:
        load(EVENTS, lambda line: None)
        with bench.process("portal.cli", "web") as web:
            web.wait_until(bench.answers, seconds=60)
            asyncio.run(measure(bench, web, pace))


async def measure(bench: Bench, web: Child, pace: float) -> None:
    """Cold and warm loads, then many open pages at once."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        address = f"http://{HOST}:{bench.port}"
        path = await sign_in_once(browser, address)
        cold = [await opened(browser, address, path, warm=False) for _round in range(ROUNDS)]
        warm = [await opened(browser, address, path, warm=True) for _round in range(ROUNDS)]
        for name, loads, budget_ms in (("cold", cold, 1000), ("warm", warm, 600)):
            usable = median(load.usable_ms for load in loads)
            row(
                f"dashboard usable, {name}",
                f"{usable:.0f} ms",
                f"<= {budget_ms} ms",
                budget_ms / usable,
                pace=pace,
            )
        size = median(load.bytes for load in cold)
        row("bytes of a cold load", f"{size / 1000:,.0f} KB", "<= 350 KB", 350_000 / size)
        count = median(load.requests for load in cold)
        row("requests of a cold load", f"{count:.0f}", "<= 25", 25 / count)
        again = median(load.requests for load in warm)
        row("requests of a warm load", f"{again:.0f}", "<= 1", 1 / max(again, 1))
        await browser.close()
    await cost(address, path, web, pace)


class Load:
    """One load of a dashboard."""

    def __init__(self) -> None:
        self.bytes = 0
        self.requests = 0
        self.usable_ms = 0.0

    def count(self, transferred: float) -> None:
        """A finished request; what came out of the browser's cache had nothing on the wire."""
        if transferred > 0:
            self.requests += 1
            self.bytes += round(transferred)


async def sign_in_once(browser: Browser, address: str) -> str:
    """The path of the first site's dashboard, and a warm server."""
    context = await browser.new_context()
    page = await signed_in(context, address)
    await page.goto(f"{address}/sites")
    path = await page.locator("a.site").first.get_attribute("href")
    assert path is not None
    await page.goto(address + path)
    await page.wait_for_function(USABLE)
    await context.close()
    return path


async def signed_in(context: BrowserContext, address: str) -> Page:
    """A page of somebody who is."""
    page = await context.new_page()
    async with visitor(int(address.rpartition(":")[2]), HOST) as http:
        token = await sign_in(http, f"owner@{HOST}", "insighthub-demo")
    await context.add_cookies([{"name": "session", "value": token, "url": address}])
    return page


async def opened(browser: Browser, address: str, path: str, *, warm: bool) -> Load:
    """A load in a browser that was never there, or a second one in the same."""
    context = await browser.new_context()
    page = await signed_in(context, address)
    if warm:
        await page.goto(address + path)
        await page.wait_for_function(USABLE)
    load = Load()
    wire = await context.new_cdp_session(page)
    await wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: load.count(event["encodedDataLength"]))
    await page.goto(address + path)
    await page.wait_for_function(USABLE, polling=10)
    load.usable_ms = await page.evaluate("performance.now()")
    await context.close()
    return load


async def cost(address: str, path: str, web: Child, pace: float) -> None:
    """Server time and memory of dashboards that stay open. What the same reports cost alone is subtracted.

    Opened without a browser, which would take the same two cores and their caches. In turns, of which the
    middle one counts: a machine is not as fast all the time. The first ones fill caches and do not count.
    """
    [site] = [one.site for one in await place_world() if one.sample.domain == SHOP_HOST]
    await reports_alone(site)
    process = psutil.Process(web.pid)
    async with visitor(int(address.rpartition(":")[2]), HOST) as http, AsyncExitStack() as pages:
        await sign_in(http, f"owner@{HOST}", "insighthub-demo")
        turns: list[tuple[float, float]] = []
        for turn in range(WARM_UP + TURNS):
            if turn == WARM_UP:
                turns.clear()
                before = process.memory_info().rss
            began = sum(process.cpu_times()[:2])
            for _page in range(OF_A_TURN):
                page = await pages.enter_async_context(open_page(http, path))
                await page.has_rows(SOME_ROWS)
            whole = (sum(process.cpu_times()[:2]) - began) / OF_A_TURN * 1000
            turns.append((whole - await reports_alone(site), whole))
        held = (process.memory_info().rss - before) / (TURNS * OF_A_TURN) / 1000
    spent, whole = sorted(turns)[len(turns) // 2]
    spent = max(spent, 0.1)
    row(
        "server time of a dashboard, reports aside",
        f"{spent:.0f} of {whole:.0f} ms",
        "<= 15 ms",
        15 / spent,
        pace=pace,
    )
    row("server memory of an open dashboard", f"{held:,.0f} KB", "<= 400 KB", 400 / max(held, 1))


async def reports_alone(site: Site) -> float:
    """Milliseconds of this process's time for what a dashboard asks, without a page around it."""
    began = time.process_time()
    for _round in range(OF_A_TURN):
        await dashboard(site)
    return (time.process_time() - began) / OF_A_TURN * 1000


if __name__ == "__main__":
    os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")
    main()
