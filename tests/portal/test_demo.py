"""The sample world: made once, alive, and true to what the real pipeline would have stored."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio

from analytics.clickhouse import command, rows_of
from analytics.collect.channels import Channel
from portal.hosts import theme_of
from portal.stack.demo import demo_shop, load, summary
from portal.stack.demo.cast import DIRECT, RESELLERS, SHOP_HOST, sample_sites
from portal.stack.demo.loading import load_until
from portal.stack.demo.page_trees import page_tree
from portal.stack.demo.traffic import Span, traffic_sql
from portal.stack.demo.world import OPERATOR, PlacedSite, place_world
from tenancy.domains import resolve_host
from tenancy.login import WrongCredentials, sign_in
from tenancy.passwords import DEMO_PASSWORD
from tenancy.roles import Role
from tenancy.settings import settings

pytestmark = pytest.mark.usefixtures("stack")

EVENTS = 20_000
GAP = timedelta(days=3)


@dataclass(frozen=True)
class World:
    """A sample world that was loaded twice up to three days ago, and then up to now."""

    placed: list[PlacedSite]
    said: list[list[str]]
    counts: list[tuple[int, int]]
    """Events and sessions after each time."""
    now: datetime

    @property
    def numbers(self) -> str:
        return ", ".join(str(one.site.number) for one in self.placed)

    def number(self, domain: str) -> int:
        return next(one.site.number for one in self.placed if one.sample.domain == domain)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(stack: dict[str, str]) -> World:
    said: list[list[str]] = [[], [], []]
    counts: list[tuple[int, int]] = []

    async def count() -> list[PlacedSite]:
        placed = await place_world()
        numbers = ", ".join(str(one.site.number) for one in placed)
        (events,), (sessions,) = (
            rows_of(f"SELECT count() FROM {table} FINAL WHERE site_id IN ({numbers})")
            for table in ("events", "sessions")
        )
        counts.append((events[0], sessions[0]))
        return placed

    await load_until(datetime.now(UTC) - GAP, EVENTS, said[0].append)
    placed = await count()
    at_once = newest(placed) + timedelta(minutes=1)
    await load_until(at_once, EVENTS, said[1].append)
    await count()
    await asyncio.to_thread(load, EVENTS, said[2].append)
    return World(await count(), said, counts, datetime.now(UTC))


def newest(placed: list[PlacedSite]) -> datetime:
    """When the last event of these sites happened."""
    numbers = ", ".join(str(one.site.number) for one in placed)
    rows = rows_of(f"SELECT toUnixTimestamp64Milli(max(ts)) FROM events WHERE site_id IN ({numbers})")
    return datetime.fromtimestamp(rows[0][0] / 1000, UTC)


async def test_every_site_gets_its_year_in_plain_words(world: World) -> None:
    first = world.said[0]

    assert "Making 13 months of traffic for Harbor Coffee Shop (3,300 events) ..." in first
    assert sum(line.startswith("Making 13 months") for line in first) == len(sample_sites())
    assert world.counts[0][0] == pytest.approx(EVENTS, rel=0.12)


async def test_a_second_start_changes_nothing(world: World) -> None:
    assert world.counts[1] == world.counts[0]
    assert len(world.said[1]) == 1


async def test_a_later_start_adds_what_happened_since(world: World) -> None:
    events = world.counts[2][0] - world.counts[1][0]

    assert 30 < events < EVENTS / 30
    assert timedelta(0) <= world.now - newest(world.placed) < timedelta(days=2)


async def test_a_year_is_the_same_in_however_many_parts_it_is_made(world: World) -> None:
    sample = sample_sites()["velonord.example"]
    start, middle = world.now - timedelta(days=396), world.now - timedelta(days=100)
    spans = {
        4_100_000_001: [(start, world.now)],
        4_100_000_002: [(start, middle), (middle, world.now)],
    }
    for number, parts in spans.items():
        for after, until in parts:
            command(traffic_sql(number, sample, Span(start.date(), after, until), 2_000))
    made = rows_of(f"""
        SELECT count(), sum(cityHash64(event_id, ts, visitor_id, is_new_visitor, channel)) FROM events
        WHERE site_id IN ({", ".join(map(str, spans))}) GROUP BY site_id
    """)
    assert made[0] == made[1]
    assert made[0][0] > 1_000


async def test_nothing_lies_in_the_future_or_before_the_first_day(world: World) -> None:
    for one in world.placed:
        assert one.site.first_event_at is not None
        ((first, last),) = rows_of(
            "SELECT toUnixTimestamp64Milli(min(ts)), toUnixTimestamp64Milli(max(ts)) "
            f"FROM events WHERE site_id = {one.site.number}"
        )
        assert one.site.first_event_at.timestamp() * 1000 <= first
        assert last <= world.now.timestamp() * 1000
        local = one.site.first_event_at.astimezone(ZoneInfo(one.site.timezone))
        assert (local.hour, local.minute) == (0, 0)


async def test_sessions_are_what_the_events_make_of_them(world: World) -> None:
    wrong = rows_of(f"""
        SELECT count() FROM (
          SELECT session_id, count() AS events, min(ts) AS started, max(ts) AS ended,
                 countIf(name = 'page_view') AS views, argMin(path, ts) AS entry,
                 any(session_start) AS claimed
          FROM events WHERE site_id IN ({world.numbers}) GROUP BY session_id
        ) AS e
        FULL JOIN (SELECT * FROM sessions FINAL WHERE site_id IN ({world.numbers})) AS s USING session_id
        WHERE e.events != s.events OR e.started != s.session_start OR e.ended != s.ended
           OR e.views != s.pageviews OR e.entry != s.entry_path OR e.claimed != e.started
    """)
    assert wrong == [(0,)]


async def test_visits_of_one_visitor_lie_half_an_hour_apart(world: World) -> None:
    close = rows_of(f"""
        SELECT count() FROM (
          SELECT session_start, ended,
                 leadInFrame(session_start, 1, toDateTime64('2100-01-01 00:00:00', 3, 'UTC'))
                   OVER (PARTITION BY site_id, visitor_id ORDER BY session_start
                         ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
          FROM sessions FINAL WHERE site_id IN ({world.numbers}))
        WHERE next < ended + INTERVAL 30 MINUTE
    """)
    assert close == [(0,)]


async def test_only_kept_ids_come_back_on_another_day(world: World) -> None:
    def several_days(domain: str) -> int:
        return int(rows_of(f"""
            SELECT countIf(days > 1) FROM (
              SELECT uniqExact(toDate(session_start)) AS days FROM sessions FINAL
              WHERE site_id = {world.number(domain)} GROUP BY visitor_id)
        """)[0][0])  # fmt: skip

    assert several_days(SHOP_HOST) > 20
    assert several_days("docs.lumen.example") == 0


async def test_each_visitor_is_new_once(world: World) -> None:
    often = rows_of(f"""
        SELECT count() FROM (
          SELECT sum(is_new_visitor) AS times FROM sessions FINAL WHERE site_id IN ({world.numbers})
          GROUP BY site_id, visitor_id HAVING times != 1)
    """)
    assert often == [(0,)]


async def test_offices_are_quiet_at_weekends_and_at_night(world: World) -> None:
    def visits(condition: str) -> int:
        return int(rows_of(f"""
            SELECT count() FROM sessions FINAL
            WHERE site_id = {world.number("lumen.example")} AND {condition}
        """)[0][0])  # fmt: skip

    local = "toTimeZone(session_start, 'America/Los_Angeles')"
    assert visits(f"toDayOfWeek({local}) >= 6") / 2 < visits(f"toDayOfWeek({local}) < 6") / 5 * 0.75
    assert visits(f"toHour({local}) < 5") * 4 < visits(f"toHour({local}) BETWEEN 9 AND 13")


async def test_the_launch_stands_out(world: World) -> None:
    days = [visits for (visits,) in rows_of(f"""
        SELECT count() FROM sessions FINAL WHERE site_id = {world.number("lumen.example")}
        GROUP BY toDate(session_start)
    """)]  # fmt: skip
    assert max(days) > 4 * sorted(days)[len(days) // 2]


async def test_sources_and_technology_are_of_this_world(world: World) -> None:
    rows = rows_of(f"""
        SELECT DISTINCT channel, source, browser, os, device FROM events WHERE site_id IN ({world.numbers})
    """)
    channels = {channel for channel, *_ in rows}

    assert channels <= set(Channel)
    assert {"Organic Search", "Direct", "AI Assistants", "Email", "Paid Social", "Referral"} <= channels
    assert ("Direct", "direct") in {row[:2] for row in rows}
    assert {row[3] for row in rows if row[2] == "Safari"} == {"macOS", "iOS", "iPadOS"}
    assert {row[4] for row in rows if row[3] == "Windows"} == {"desktop"}


async def test_people_of_every_role_sign_in_on_their_own_host_alone(world: World) -> None:
    platform = await resolve_host(settings().platform_host)
    assert platform is not None
    accounts = [(platform, OPERATOR, Role.OPERATOR)]
    accounts += [(platform, f"{person.address}@{DIRECT.mail}", person.role) for person in DIRECT.people]
    for agency in RESELLERS:
        host = await resolve_host(agency.host)
        assert host is not None
        teams = [(agency.host, agency.people), *((client.mail, client.people) for client in agency.clients)]
        accounts += [(host, f"{one.address}@{mail}", one.role) for mail, team in teams for one in team]

    for host, email, role in accounts:
        viewer, _token = await sign_in(host, email, DEMO_PASSWORD, "192.0.2.1")
        assert viewer.role is role, email

    with pytest.raises(WrongCredentials):
        await sign_in(platform, "owner@northwind.localhost", DEMO_PASSWORD, "192.0.2.2")


async def test_no_agency_names_the_platform(world: World) -> None:
    for agency in RESELLERS:
        host = await resolve_host(agency.host)
        assert host is not None
        assert theme_of(host).logo_light
        assert "insighthub" not in repr((agency, theme_of(host))).lower()


async def test_the_terminal_lists_addresses_and_accounts() -> None:
    text = "\n".join(summary())

    for part in (
        "http://northwind.localhost",
        "owner@fernhill.localhost",
        OPERATOR,
        SHOP_HOST,
        DEMO_PASSWORD,
    ):
        assert part in text


@pytest_asyncio.fixture(loop_scope="session")
async def shop(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=demo_shop())
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{SHOP_HOST}") as client:
        yield client


async def test_each_page_of_the_shop_carries_the_snippet(world: World, shop: httpx.AsyncClient) -> None:
    site = next(one.site for one in world.placed if one.sample.domain == SHOP_HOST)
    tree = page_tree(sample_sites()[SHOP_HOST])
    for page in {
        page.path: page for page in (*tree.pages, *(p for step in tree.steps for p in step))
    }.values():
        answer = await shop.get(page.path)

        assert answer.status_code == 200, page.path
        assert f"<title>{page.title}</title>" in answer.text
        assert "'http://northwind.localhost/s.js','northwind'" in answer.text
        assert f"northwind('init','{site.tracking_id}',{{mode:'persistent'}})" in answer.text
        assert "insighthub" not in answer.text.lower()


async def test_every_link_of_the_shop_leads_somewhere(shop: httpx.AsyncClient) -> None:
    seen: set[str] = set()
    waiting = {"/", "/thank-you", "/thanks"}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = await shop.get(path)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            waiting |= set(re.findall(r'(?:href|src|poster)="(/[^"]*)"', answer.text)) - seen
    assert {"/assets/our-story.webm", "/files/care-guide.pdf", "/assets/shop.js"} <= seen


async def test_forms_lead_on_and_unknown_addresses_say_so(shop: httpx.AsyncClient) -> None:
    assert (await shop.post("/checkout")).headers["location"] == "/thank-you"
    assert (await shop.post("/newsletter")).headers["location"] == "/thanks"
    assert (await shop.get("/nothing")).status_code == 404
