"""The numbers of a site by API: a handful of events goes in, and the answer has the promised shape."""

import json
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from analytics.ingest.worker import IngestWorker
from analytics.settings import settings
from tenancy.sites import Site, mark_first_event
from tests.analytics.collect.browser import CHROME
from tests.analytics.ingest.entries import DIRECT, GOOGLE, an_event, put
from tests.factories import make_client, make_reseller, make_site, make_user
from tests.portal.conftest import Asks, AsksAs
from tests.portal.program import Program

Ingest = Callable[[], Awaitable[int]]
BERLIN = ZoneInfo("Europe/Berlin")


@pytest_asyncio.fixture(loop_scope="session")
async def ingest(redis: Redis) -> Ingest:
    """Takes in what waits."""
    return IngestWorker(
        redis, range(settings().ingest_partitions), mark_first_event=mark_first_event
    ).run_once


async def a_site() -> tuple[Site, Any]:
    """A client's site in Berlin, and somebody who may look at it."""
    client = await make_client(await make_reseller())
    return await make_site(client, "shop.example", timezone="Europe/Berlin"), await make_user(client)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)


async def two_days(redis: Redis, site: Site) -> date:
    """Yesterday somebody from Google reads two pages, somebody else one; the day before, one person one.

    Gives the later day, which no test asks for as yesterday: midnight may have come.
    """
    day = datetime.now(BERLIN).date() - timedelta(days=1)
    await put(
        redis,
        site.number,
        1,
        an_event(at(day, 10), path="/", attribution=GOOGLE),
        an_event(at(day, 10, 1), path="/pricing", attribution=GOOGLE),
        an_event(at(day, 10, 3), "engagement", path="/pricing", attribution=GOOGLE, engaged_ms=42_000),
    )
    await put(redis, site.number, 2, an_event(at(day, 12), path="/", attribution=DIRECT), device="mobile")
    await put(redis, site.number, 3, an_event(at(day - timedelta(days=1), 9), path="/"))
    return day


async def stats(program: Program, site: Site, **parameters: str) -> Any:
    answer = await program.get(f"/api/sites/{site.public_id}/stats", **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_numbers_of_a_day_to_the_key(asks_as: AsksAs, redis: Redis, ingest: Ingest) -> None:
    site, owner = await a_site()
    day = (await two_days(redis, site)).isoformat()
    await ingest()

    answer = await stats(await asks_as(owner), site, start_date=day, end_date=day)

    assert answer == {
        "period": {"start": day, "end": day},
        "metrics": {
            "visitors": {"value": 2, "change": 100.0},
            "pageviews": {"value": 3, "change": 200.0},
            "sessions": {"value": 2, "change": 100.0},
            "bounce_rate": {"value": 50.0, "change": -50.0},
            "avg_duration": {"value": 90.0, "change": None},
        },
        "timeseries": [
            {
                "date": day,
                "visitors": 2,
                "pageviews": 3,
                "sessions": 2,
                "bounce_rate": 50.0,
                "avg_duration": 90.0,
            }
        ],
        "dimensions": {
            "sources": [
                {"name": "google", "visitors": 1, "revenue": None},
                {"name": "direct", "visitors": 1, "revenue": None},
            ],
            "mediums": [
                {"name": "organic", "visitors": 1, "revenue": None},
                {"name": "none", "visitors": 1, "revenue": None},
            ],
            "pages": [
                {"path": "/", "pageviews": 2, "avg_time": 0.0},
                {"path": "/pricing", "pageviews": 1, "avg_time": 42.0},
            ],
            "countries": [{"name": "DE", "visitors": 2, "revenue": None}],
            "devices": [
                {"name": "desktop", "visitors": 1, "revenue": None},
                {"name": "mobile", "visitors": 1, "revenue": None},
            ],
        },
    }


async def test_only_what_is_asked_for_is_answered(asks_as: AsksAs, redis: Redis, ingest: Ingest) -> None:
    site, owner = await a_site()
    day = await two_days(redis, site)
    await ingest()
    program = await asks_as(owner)

    answer = await stats(
        program,
        site,
        start_date=(day - timedelta(days=1)).isoformat(),
        end_date=day.isoformat(),
        metrics="pageviews, pages_per_session",
        dimensions="entry_page,city,event",
    )

    assert answer["period"] == {"start": (day - timedelta(days=1)).isoformat(), "end": day.isoformat()}
    assert answer["metrics"] == {
        "pageviews": {"value": 4, "change": None},
        "pages_per_session": {"value": 1.33, "change": None},
    }
    assert [point["pageviews"] for point in answer["timeseries"]] == [1, 3]
    assert answer["timeseries"][1] == {"date": day.isoformat(), "pageviews": 3, "pages_per_session": 1.5}
    assert answer["dimensions"] == {
        "entry_pages": [{"path": "/", "visitors": 3, "sessions": 3}],
        "cities": [
            {"name": "Munich", "visitors": 3, "revenue": None, "region": "Bavaria", "country": "DE"},
        ],
        "events": [],
    }
    empty = await stats(program, site, metrics="", dimensions="")
    assert (empty["metrics"], empty["dimensions"]) == ({}, {})


async def test_filters_keep_what_fits(asks_as: AsksAs, redis: Redis, ingest: Ingest) -> None:
    site, owner = await a_site()
    day = await two_days(redis, site)
    await ingest()
    program = await asks_as(owner)
    filters = [{"dimension": "source", "operator": "is", "values": ["google"]}]

    answer = await stats(
        program,
        site,
        start_date=day.isoformat(),
        end_date=day.isoformat(),
        dimensions="device",
        filters=json.dumps(filters),
        interval="hour",
    )

    assert answer["metrics"]["pageviews"]["value"] == 2
    assert answer["dimensions"] == {"devices": [{"name": "desktop", "visitors": 1, "revenue": None}]}
    hours = {point["date"]: point["pageviews"] for point in answer["timeseries"]}
    assert hours[at(day, 10).isoformat()] == 2
    assert sum(hours.values()) == 2


async def test_a_site_without_visits_answers_with_nothing(asks_as: AsksAs) -> None:
    site, owner = await a_site()

    answer = await stats(await asks_as(owner), site)

    assert answer["metrics"]["visitors"] == {"value": 0, "change": 0.0}
    assert answer["metrics"]["bounce_rate"] == {"value": None, "change": None}
    assert len(answer["timeseries"]) == 30
    assert not any(answer["dimensions"].values())


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"period": "fortnight"}, "period"),
        ({"period": "custom", "start_date": "2026-01-01"}, "end_date"),
        ({"period": "custom"}, "start_date"),
        ({"start_date": "1st of May", "end_date": "2026-01-01"}, "start_date"),
        ({"start_date": "2026-02-01", "end_date": "2026-01-01"}, "end_date"),
        ({"period": "today", "start_date": "2026-02-01"}, "start_date"),
        ({"metrics": "visitors,luck"}, "metrics"),
        ({"dimensions": "source,mood"}, "dimensions"),
        ({"filters": "country=DE"}, "filters"),
        ({"filters": '[{"dimension":"mood","operator":"is","values":["x"]}]'}, "filters[0].dimension"),
        ({"filters": '[{"dimension":"page","operator":"like","values":["x"]}]'}, "filters[0].operator"),
        ({"filters": '[{"dimension":"page","operator":"is","values":[]}]'}, "filters[0].values"),
        ({"filters": '[{"dimension":"page","operator":"matches","values":["("]}]'}, "filters[0].values[0]"),
        ({"interval": "hour"}, "interval"),
        ({"limit": "0"}, "limit"),
    ],
)
async def test_what_cannot_be_counted_is_named(
    asks_as: AsksAs, parameters: dict[str, str], field: str
) -> None:
    site, owner = await a_site()

    answer = await (await asks_as(owner)).get(f"/api/sites/{site.public_id}/stats", **parameters)

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field


async def test_odd_values_of_filters_find_nothing_and_break_nothing(asks_as: AsksAs) -> None:
    site, owner = await a_site()
    program = await asks_as(owner)

    for value in ("\0", "'", "\\", "{site:UInt32}", "%", "é" * 100):
        for operator in ("is", "contains"):
            odd = json.dumps([{"dimension": "page", "operator": operator, "values": [value]}])
            answer = await stats(program, site, filters=odd, metrics="visitors", dimensions="source")
            assert answer["metrics"]["visitors"]["value"] == 0


async def test_who_is_there_now(asks: Asks, asks_as: AsksAs, ingest: Ingest) -> None:
    site, owner = await a_site()
    browser = asks(owner.organization.host)
    seconds_ago = {"/": 40, "/pricing": 10}
    events = [
        {
            "name": "page_view",
            "timestamp": (time.time() - ago) * 1000,
            "properties": {"url": f"https://shop.example{path}", "referrer": "https://www.google.com/"},
        }
        for path, ago in seconds_ago.items()
    ]
    taken = await browser.request(
        "POST",
        "/api/collect",
        content=json.dumps({"site_id": site.tracking_id, "events": events}),
        headers={"user-agent": CHROME, "content-type": "text/plain", "origin": "https://shop.example"},
    )
    assert taken.status_code == 200
    await ingest()

    answer = (await (await asks_as(owner)).get(f"/api/sites/{site.public_id}/realtime")).json()

    visitor_id = answer["visitors_list"][0]["visitor_id"]
    assert visitor_id.startswith("v_")
    assert len(visitor_id) == 18
    assert answer == {
        "active_visitors": 1,
        "visitors_list": [
            {
                "visitor_id": visitor_id,
                "current_page": "/pricing",
                "country": "",
                "device": "desktop",
                "source": "google",
                "pages_viewed": 2,
                "time_on_site": 30,
            }
        ],
        "top_pages": [{"path": "/pricing", "visitors": 1}],
        "top_sources": [{"source": "google", "visitors": 1}],
    }
