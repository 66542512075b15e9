"""What collect answers while a part behind it is down."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from httpx import Response
from redis.asyncio import Redis

from analytics.collect import router
from analytics.collect.stream import stream_of
from analytics.settings import settings
from portal.stack.redis import EmbeddedRedis
from tenancy.invalidation import Channel, publish
from tenancy.sites import Site
from tests.analytics.collect.browser import Browser
from tests.analytics.collect.intakes import a_body, an_intake
from tests.factories import make_direct, make_site
from tests.tenancy.conftest import WithDatabase

NOBODY = "postgresql+psycopg://ih_app:x@127.0.0.1:1/insighthub"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A Redis that a test may stop."""
    server = EmbeddedRedis(tmp_path / "redis", password="secret", logs=tmp_path)
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def other_redis(
    server: EmbeddedRedis, collect_app: object, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Redis]:
    """Collect writes to that Redis while the test runs."""
    async with Redis.from_url(server.url, socket_timeout=5, socket_connect_timeout=2) as client:
        with monkeypatch.context() as patch:
            patch.setattr(router._Open, "intake", an_intake(client))
            yield client


async def a_site() -> Site:
    return await make_site(await make_direct())


def heatmap_of(site: Site) -> dict[str, Any]:
    return {
        "site_id": site.tracking_id,
        "page_url": f"https://{site.domain}/",
        "events": [{"type": "scroll", "depth": 50}],
    }


def should_say_try_again(answer: Response) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["error"]["code"] == "not_ready"


async def stored(redis: Redis) -> int:
    return sum([int(await redis.xlen(stream_of(number))) for number in range(settings().ingest_partitions)])


async def test_without_redis_the_browser_shall_come_again(
    browser: Browser, other_redis: Redis, server: EmbeddedRedis
) -> None:
    site = await a_site()
    assert (await browser.views(site)).status_code == 200
    server.stop()

    should_say_try_again(await browser.views(site))
    should_say_try_again(await browser.sends(heatmap_of(site), path="/api/collect/heatmap"))
    # What needs no Redis is answered.
    assert (await browser.sends(a_body(site), {"user-agent": "curl/8.9"})).json()["events_dropped"] == 1
    assert (await browser.sends(b"{")).status_code == 400


async def test_a_full_redis_takes_nothing_and_later_everything(
    browser: Browser, other_redis: Redis, server: EmbeddedRedis
) -> None:
    site = await a_site()
    page = {"url": f"https://{site.domain}/"}
    body = a_body(site, events=[{"name": name, "id": name, "properties": page} for name in ("a", "b")])
    await browser.views(await a_site())  # the day's salt
    await other_redis.config_set("maxmemory", 1)

    should_say_try_again(await browser.sends(body))
    should_say_try_again(await browser.sends(heatmap_of(site), path="/api/collect/heatmap"))
    assert await stored(other_redis) == 1

    await other_redis.config_set("maxmemory", 0)
    # Nothing of the first try is taken for seen.
    assert (await browser.sends(body)).json() == {"success": True, "events_received": 2}
    assert await stored(other_redis) == 2


async def test_a_redis_that_forgot_our_script_learns_it_again(browser: Browser, other_redis: Redis) -> None:
    site = await a_site()
    await browser.views(site)
    await other_redis.script_flush()

    assert (await browser.views(site)).status_code == 200
    assert await stored(other_redis) == 2


async def test_without_postgresql_known_sites_go_on(browser: Browser, with_database: WithDatabase) -> None:
    known, unknown = await a_site(), await a_site()
    await browser.views(known)
    async with with_database(NOBODY):
        await publish(Channel.SITE, "")

        assert (await browser.views(known)).status_code == 200
        should_say_try_again(await browser.views(unknown))

    assert (await browser.views(unknown)).status_code == 200
    assert len(await browser.entries(known)) == 2
    assert len(await browser.entries(unknown)) == 1


async def test_before_it_is_open_it_takes_nothing(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    site = await a_site()
    with monkeypatch.context() as patch:
        patch.setattr(router._Open, "intake", None)
        should_say_try_again(await browser.views(site))
    assert await browser.entries(site) == []
