"""Whatever is thrown at collect: never a 5xx, and never a part of a body that was refused."""

from collections.abc import AsyncIterator
from contextlib import suppress
from ipaddress import ip_network
from itertools import product
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from analytics.clickhouse import rows_of
from analytics.collect import router
from analytics.collect.payload import check_collect, check_heatmap, decode_collect, decode_heatmap
from analytics.collect.refusals import Malformed
from analytics.collect.stream import DEAD
from analytics.ingest.worker import IngestWorker
from analytics.settings import settings as analytics_settings
from tenancy.sites import Site, VisitorMode
from tests.analytics.collect.browser import Browser
from tests.analytics.collect.garbage import (
    TEXTS,
    WILD_VALUES,
    encoded,
    heatmap_bodies,
    mutated,
    typed_bodies,
    wild_bodies,
)
from tests.factories import make_direct, make_site

REFUSALS = frozenset({400, 403, 404, 413})
bounded = settings(
    max_examples=100,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Thrower:
    """Throws bodies at a site, and compares each answer with what is in the stream afterwards."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.site = site
        self.events = self.points = 0
        self._browser = browser

    async def throws(self, body: bytes, headers: dict[str, Any] | None = None) -> int:
        """The status that collect answers with."""
        status, accepted = await self._throw(body, headers, "/api/collect")
        self.events += accepted
        await self._compare()
        return status

    async def throws_heatmap(self, body: bytes) -> int:
        """The same for pointer events."""
        status, accepted = await self._throw(body, None, "/api/collect/heatmap")
        self.points += accepted
        await self._compare()
        return status

    async def _throw(self, body: bytes, headers: dict[str, Any] | None, path: str) -> tuple[int, int]:
        answer = await self._browser.sends(body, headers, path)
        said = answer.json()
        if answer.status_code == 200:
            return 200, said["events_received"] - said.get("events_dropped", 0)
        assert answer.status_code in REFUSALS
        assert said["error"]["code"]
        assert said["error"]["message"]
        return answer.status_code, 0

    async def _compare(self) -> None:
        entries = await self._browser.entries(self.site)
        assert sum(len(entry.events) for entry in entries) == self.events
        assert sum(len(entry.points) for entry in entries) == self.points


@pytest_asyncio.fixture(loop_scope="session")
async def thrower(browser: Browser, redis: Redis) -> AsyncIterator[Thrower]:
    """In the end all events that were accepted are in the store, and nothing was buried as poison."""
    site = await make_site(await make_direct(), visitor_mode=VisitorMode.PERSISTENT)
    thrower = Thrower(browser, site)
    yield thrower
    buried = await redis.xlen(DEAD)

    async def mark(sites: frozenset[int]) -> None:
        return None

    partitions = range(analytics_settings().ingest_partitions)
    await IngestWorker(redis, partitions, mark_first_event=mark).run_once()
    assert await redis.xlen(DEAD) == buried
    assert rows_of(f"SELECT count() FROM events WHERE site_id = {site.number}") == [(thrower.events,)]


@bounded
@given(body=st.binary(max_size=400))
@example(b"")
@example(b"\xff\xfe{\x00}\x00")
@example(b"\xef\xbb\xbf{}")
async def test_noise(thrower: Thrower, body: bytes) -> None:
    assert await thrower.throws(body) in REFUSALS
    assert await thrower.throws_heatmap(body) in REFUSALS


@bounded
@given(data=st.data())
async def test_any_json(thrower: Thrower, data: st.DataObject) -> None:
    await thrower.throws(encoded(data.draw(wild_bodies(thrower.site))))


@bounded
@given(data=st.data())
async def test_the_right_shape_with_the_oddest_content(thrower: Thrower, data: st.DataObject) -> None:
    await thrower.throws(encoded(data.draw(typed_bodies(thrower.site))))


@bounded
@given(data=st.data())
async def test_a_valid_body_damaged_on_its_way(thrower: Thrower, data: st.DataObject) -> None:
    event = {
        "name": "page_view",
        "properties": {
            "url": f"https://{thrower.site.domain}/a?utm_source=b",
            "referrer": "https://c.example",
        },
        "context": {"screen_width": 1920, "timezone": "Europe/Berlin"},
    }
    valid = encoded({"site_id": thrower.site.tracking_id, "events": [event, {**event, "name": "own"}]})
    await thrower.throws(data.draw(mutated(valid)))


@bounded
@given(data=st.data())
async def test_heatmaps_of_every_size(thrower: Thrower, data: st.DataObject) -> None:
    await thrower.throws_heatmap(encoded(data.draw(heatmap_bodies(thrower.site))))


HEADERS = (
    *("user-agent", "x-site-id", "x-visitor-id", "origin", "referer", "x-forwarded-for", "content-length"),
    *("content-type", "dnt", "sec-gpc", "sec-purpose", "purpose", "x-moz", "host"),
)


@bounded
@given(
    headers=st.dictionaries(
        st.sampled_from(HEADERS),
        st.one_of(
            st.binary(max_size=40),
            TEXTS.map(lambda text: text.encode("latin-1", "replace")),
            st.sampled_from([b"9" * 5_000, b"-1", b"1, 2", b"http://[", b"null", b"::1, 10.0.0.1", b"\x00"]),
        ),
    ),
    complete=st.booleans(),
)
@example(headers={"content-length": b"9" * 5_000}, complete=True)
@example(headers={"origin": b"http://["}, complete=False)
@example(headers={"x-site-id": b"\x00"}, complete=False)
async def test_any_headers(
    thrower: Thrower, monkeypatch: pytest.MonkeyPatch, headers: dict[str, bytes], complete: bool
) -> None:
    body: dict[str, Any] = {"events": [{"name": "own", "properties": {"path": "/a"}}]}
    if complete:
        body["site_id"] = thrower.site.tracking_id
        body["events"][0]["properties"]["url"] = f"https://{thrower.site.domain}/"
    with monkeypatch.context() as patch:
        patch.setattr(router._Open, "proxies", (ip_network("203.0.113.0/24"),))
        await thrower.throws(encoded(body), headers)


async def test_a_deep_nest(thrower: Thrower) -> None:
    for opening, closing in ("[", "]"), ('{"a":', "}"):
        for depth in 1_000, 20_000:
            nest = f"{opening * depth}1{closing * depth}"
            assert await thrower.throws(nest.encode()) == 400
            url = f"https://{thrower.site.domain}/"
            event = f'{{"name": "x", "properties": {{"url": "{url}", "deep": {nest}}}}}'
            body = f'{{"site_id": "{thrower.site.tracking_id}", "events": [{event}]}}'
            assert await thrower.throws(body.encode()) == 400


async def test_a_tracking_id_that_cannot_be_one_is_unknown(thrower: Thrower) -> None:
    event = {"name": "x", "properties": {"url": "https://a.example/"}}
    for tracking_id in "\x00", "a\x00b", "é", "' OR 1=1 --", "x" * 65, "x" * 10_000, " ", "\n":
        assert await thrower.throws(encoded({"site_id": tracking_id, "events": [event]})) == 404
    # A lone surrogate is in no JSON text at all.
    assert await thrower.throws(encoded({"site_id": "\ud800", "events": [event]})) == 400


async def test_no_clock_is_too_wrong(thrower: Thrower) -> None:
    moments = (0, -1, 2**63, 1e308, -1e308, 10**400)
    for timestamp, sent_at in product(moments, (None, *moments)):
        url = f"https://{thrower.site.domain}/"
        event = {"name": "x", "timestamp": timestamp, "properties": {"url": url}}
        body = {"site_id": thrower.site.tracking_id, "sent_at": sent_at, "events": [event]}
        # A number of four hundred digits is no moment at all.
        assert await thrower.throws(encoded(body)) == (400 if 10**400 in (timestamp, sent_at) else 200)


@bounded
@given(body=st.one_of(st.binary(max_size=300), WILD_VALUES.map(encoded)))
def test_the_decoder_knows_one_refusal(body: bytes) -> None:
    with suppress(Malformed):
        check_collect(decode_collect(body))
    with suppress(Malformed):
        check_heatmap(decode_heatmap(body))
