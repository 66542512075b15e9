"""From a browser's request to an entry of the stream: what is taken in, dropped and refused."""

import json
import time
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from tenancy.sites import Site, VisitorMode
from tests.analytics.collect.browser import CHROME, Browser
from tests.factories import make_direct, make_site

ADDRESS = "203.0.113.7"


async def a_site(**fields: Any) -> Site:
    return await make_site(await make_direct(), **fields)


async def test_a_page_view_is_in_the_stream_once_the_answer_is_there(browser: Browser) -> None:
    site = await a_site()

    answer = await browser.views(
        site, "/pricing?utm_source=newsletter&utm_medium=email&utm_campaign=may&plan=pro#top",
        referrer="https://mail.google.com/mail/u/0?secret=1",
    )  # fmt: skip

    assert (answer.status_code, answer.json()) == (200, {"success": True, "events_received": 1})
    assert answer.headers["access-control-allow-origin"] == "*"
    [entry] = await browser.entries(site)
    [event] = entry.events
    assert (event.hostname, event.path, event.query) == (site.domain, "/pricing", "plan=pro")
    assert event.attribution[0] == "https://mail.google.com/mail/u/0"
    assert event.attribution[2:5] == ("newsletter", "email", "may")
    assert event.attribution[7] == "Email"
    assert (entry.head.browser, entry.head.os, entry.head.device) == ("Chrome", "Windows", "desktop")


async def test_neither_address_nor_user_agent_is_in_any_store(browser: Browser, redis: Redis) -> None:
    site = await a_site()
    await browser.views(site)

    keys: Any = await redis.keys("*")
    for key in keys:
        stored = key + repr(await redis.dump(key)).encode()
        assert ADDRESS.encode() not in stored
        assert CHROME.encode() not in stored
    [entry] = await browser.entries(site)
    assert ADDRESS not in repr(entry)
    assert "Mozilla" not in repr(entry)


async def test_the_documented_body_with_its_headers_is_accepted_as_it_stands(browser: Browser) -> None:
    site = await a_site(domain="prd.example", visitor_mode=VisitorMode.PERSISTENT)
    body = {
        "events": [
            {
                "name": "page_view",
                "timestamp": time.time() * 1000,
                "properties": {
                    "url": "https://prd.example/pricing",
                    "path": "/pricing",
                    "title": "Pricing - Example",
                    "referrer": "https://google.com",
                    "utm_source": "google",
                    "utm_medium": "cpc",
                    "utm_campaign": "brand",
                },
                "context": {
                    "viewport_width": 1920,
                    "viewport_height": 1080,
                    "screen_width": 1920,
                    "screen_height": 1080,
                    "timezone": "America/New_York",
                    "language": "en-US",
                },
            }
        ],
        "session": {"id": "sess_abc123", "started_at": 1703704800000, "is_new": True},
        "visitor": {"id": "v_xyz789", "is_new": False},
    }

    answer = await browser.sends(
        body, {"x-site-id": site.tracking_id, "x-visitor-id": "v_xyz789", "origin": "https://prd.example"}
    )

    assert answer.json() == {"success": True, "events_received": 1}
    [entry] = await browser.entries(site)
    assert entry.events[0].attribution[2:8] == ("google", "cpc", "brand", "", "", "Paid Search")
    assert (entry.head.timezone, entry.head.language) == ("America/New_York", "en-US")
    assert (entry.head.screen_w, entry.head.viewport_h, entry.head.kept_id) == (1920, 1080, True)


async def test_a_repeated_event_id_counts_once(browser: Browser) -> None:
    site = await a_site()
    event = {"id": str(uuid4()), "name": "signup", "properties": {"url": f"https://{site.domain}/"}}
    body = {"site_id": site.tracking_id, "events": [event]}

    first, second = await browser.sends(body), await browser.sends(body)

    assert first.json() == {"success": True, "events_received": 1}
    assert second.json() == {"success": True, "events_received": 1, "events_dropped": 1}
    assert len(await browser.entries(site)) == 1


async def test_a_bot_is_told_that_it_does_not_count(browser: Browser, redis: Redis) -> None:
    site = await a_site()
    event = {"name": "page_view", "properties": {"url": f"https://{site.domain}/"}}
    for crawler in ("Googlebot/2.1 (+http://www.google.com/bot.html)", "curl/8.4", "", "HeadlessChrome/142"):
        answer = await browser.sends(
            {"site_id": site.tracking_id, "events": [event]}, {"user-agent": crawler}
        )
        assert (answer.status_code, answer.json()["events_dropped"]) == (200, 1)
    assert await browser.entries(site) == []


@pytest.mark.parametrize("header", [{"dnt": "1"}, {"sec-gpc": "1"}])
async def test_who_does_not_want_to_be_counted_is_not(browser: Browser, header: dict[str, str]) -> None:
    respectful, other = await a_site(), await a_site(respect_dnt=False)
    for site, dropped in ((respectful, 1), (other, None)):
        event = {"name": "page_view", "properties": {"url": f"https://{site.domain}/"}}
        answer = await browser.sends({"site_id": site.tracking_id, "events": [event]}, header)
        assert answer.json().get("events_dropped") == dropped


async def test_events_older_than_a_week_are_dropped_and_the_rest_is_kept(browser: Browser) -> None:
    site = await a_site()
    week_ms = 7 * 24 * 60 * 60 * 1000
    now = time.time() * 1000
    events = [
        {
            "name": "old",
            "timestamp": now - week_ms - 60_000,
            "properties": {"url": f"https://{site.domain}/"},
        },
        {"name": "young", "timestamp": now - 60_000, "properties": {"url": f"https://{site.domain}/"}},
    ]

    answer = await browser.sends({"site_id": site.tracking_id, "sent_at": now, "events": events})

    assert answer.json() == {"success": True, "events_received": 2, "events_dropped": 1}
    [entry] = await browser.entries(site)
    assert [event.name for event in entry.events] == ["young"]


async def test_a_wrong_clock_is_set_right_by_when_the_body_was_sent(browser: Browser) -> None:
    site = await a_site()
    day_ms = 24 * 60 * 60 * 1000
    tomorrow = time.time() * 1000 + day_ms
    event = {"name": "x", "timestamp": tomorrow - 5_000, "properties": {"url": f"https://{site.domain}/"}}

    await browser.sends({"site_id": site.tracking_id, "sent_at": tomorrow, "events": [event]})

    [entry] = await browser.entries(site)
    assert abs(entry.head.received_ms - 5_000 - entry.events[0].ts_ms) < 2_000


def page_of(site: Site, **event: Any) -> dict[str, Any]:
    return {"name": "x", "properties": {"url": f"https://{site.domain}/"}} | event


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        (lambda site: b"{", 400, None),
        (lambda site: b"\xff\xfe", 400, None),
        (lambda site: [], 400, None),
        (lambda site: {"site_id": site.tracking_id}, 400, "events"),
        (lambda site: {"site_id": site.tracking_id, "events": []}, 400, "events"),
        (lambda site: {"events": [page_of(site)]}, 400, "site_id"),
        (lambda site: {"site_id": "nobody", "events": [page_of(site)]}, 404, "site_id"),
        (lambda site: {"site_id": site.tracking_id, "events": [{"name": 7}]}, 400, "events[0].name"),
        (lambda site: {"site_id": site.tracking_id, "events": [page_of(site, name=" ")]}, 400,
         "events[0].name"),
        (lambda site: {"site_id": site.tracking_id, "events": [page_of(site, name="n" * 121)]}, 400,
         "events[0].name"),
        (lambda site: {"site_id": site.tracking_id, "events": [{"name": "x"}]}, 400,
         "events[0].properties.url"),
        (lambda site: {"site_id": site.tracking_id, "events": [page_of(site)] * 101}, 400, "events"),
        (lambda site: {"site_id": site.tracking_id, "events": [
            page_of(site, properties={"url": f"https://{site.domain}/" + "u" * 2000})]}, 400,
         "events[0].properties.url"),
        (lambda site: {"site_id": site.tracking_id, "events": [
            page_of(site, properties={"url": f"https://{site.domain}/", "long": "v" * 2001})]}, 400,
         "events[0].properties.long"),
        (lambda site: {"site_id": site.tracking_id, "events": [
            page_of(site, properties={"url": f"https://{site.domain}/"} | {f"p{n}": n for n in range(31)})]},
         400, "events[0].properties"),
        (lambda site: {"site_id": site.tracking_id, "events": [
            page_of(site, properties={"url": "https://elsewhere.example/"})]}, 403,
         "events[0].properties.url"),
        (lambda site: {"site_id": site.tracking_id, "events": [page_of(site)], "pad": "p" * 262_144}, 413,
         None),
    ],
)  # fmt: skip
async def test_what_is_refused_names_the_field_and_leaves_nothing(
    browser: Browser, change: Any, status: int, field: str | None
) -> None:
    site = await a_site()

    answer = await browser.sends(change(site))

    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["field"] == field
    assert error["message"].endswith(".")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert await browser.entries(site) == []


async def test_one_bad_event_refuses_all_of_a_body(browser: Browser) -> None:
    site = await a_site()
    events = [page_of(site), page_of(site, properties={"url": "ftp://nowhere/"})]

    answer = await browser.sends({"site_id": site.tracking_id, "events": events})

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "events[1].properties.url"
    assert await browser.entries(site) == []


async def test_other_methods(browser: Browser) -> None:
    assert (await browser.asks("GET")).status_code == 405
    preflight = await browser.asks("OPTIONS")
    assert preflight.status_code == 204
    assert "X-Site-ID" in preflight.headers["access-control-allow-headers"]


async def test_one_address_may_not_flood_a_site(browser: Browser) -> None:
    site = await a_site()
    body = json.dumps({"site_id": site.tracking_id, "events": [page_of(site)]}).encode()

    answers = [await browser.sends(body) for _ in range(620)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) > 0


async def test_heatmap_events_are_stored_in_permille_and_tens_of_pixels(browser: Browser) -> None:
    site = await a_site()
    body = {
        "site_id": site.tracking_id,
        "page_url": f"https://{site.domain}/pricing?x=1",
        "page_url_hash": "abc123",
        "viewport": {"width": 2000, "height": 1080},
        "page_height": 3500,
        "events": [
            {"type": "click", "x": 500, "y": 305, "element": "button.cta"},
            {"type": "scroll", "depth": 75},
        ],
    }

    answer = await browser.sends(body, path="/api/collect/heatmap")

    assert answer.json() == {"success": True, "events_received": 2}
    [entry] = await browser.entries(site)
    assert [(p.kind, p.path, p.x, p.y, p.element, p.depth) for p in entry.points] == [
        ("click", "/pricing", 250, 30, "button.cta", 0),
        ("scroll", "/pricing", 0, 0, "", 75),
    ]


async def test_a_cookieless_browser_is_one_visitor_and_two_browsers_are_two(browser: Browser) -> None:
    site = await a_site()
    await browser.views(site)
    await browser.views(site, "/b")
    event = {"name": "page_view", "properties": {"url": f"https://{site.domain}/"}}
    firefox = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"}
    await browser.sends({"site_id": site.tracking_id, "events": [event]}, firefox)
    # A cookieless site does not use an id even where one is sent.
    sent = {"site_id": site.tracking_id, "visitor": {"id": "kept"}, "events": [event]}
    await browser.sends(sent, firefox)

    visitors = [entry.visitor for entry in await browser.entries(site)]

    assert visitors[0] == visitors[1] != visitors[2] == visitors[3]


async def test_a_site_knows_nothing_of_the_same_browser_on_another(browser: Browser) -> None:
    one, other = await a_site(), await a_site()
    await browser.views(one)
    await browser.views(other)

    [here], [there] = await browser.entries(one), await browser.entries(other)

    assert here.visitor != there.visitor


async def test_with_consent_the_kept_id_is_the_visitor(browser: Browser) -> None:
    site = await a_site(visitor_mode=VisitorMode.CONSENT)
    event = {"name": "page_view", "properties": {"url": f"https://{site.domain}/"}}
    identify = {"name": "identify", "properties": {"url": f"https://{site.domain}/", "user_id": "u7"}}
    for visitor in (None, {"id": "v1"}, {"id": "v1"}, {"id": "v2"}):
        body = {"site_id": site.tracking_id, "visitor": visitor, "events": [event, identify]}
        assert (await browser.sends(body)).status_code == 200

    entries = await browser.entries(site)

    assert [entry.head.kept_id for entry in entries] == [False, True, True, True]
    assert len({entry.visitor for entry in entries}) == 3
    # Without consent identify() links nothing; with it, both ids are one person.
    assert [entry.events[1].person_id == 0 for entry in entries] == [True, False, False, False]
    assert len({entry.events[1].person_id for entry in entries[1:]}) == 1
