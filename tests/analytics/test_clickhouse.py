"""The doors to ClickHouse: whose rows a report gets, what its SQL may not say, and what a reader is told."""

import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from clickhouse_connect.driver import client as driver
from clickhouse_connect.driver.exceptions import DatabaseError

from analytics import clickhouse
from analytics.clickhouse import TABLES, BadPattern, ReportTooLarge, insert, ping, query, query_many, rows_of
from analytics.settings import settings
from tenancy.errors import InsightHubError, Invalid, Unavailable
from tests.analytics.worlds import World, a_site

pytestmark = pytest.mark.usefixtures("stack")


def two_worlds() -> tuple[World, World]:
    """Two sites that share a visitor's name, a path and a day."""
    ours, theirs = World(), World()
    for world in (ours, theirs):
        world.visit("anna", "2026-03-02 10:00", source="google" if world is ours else "rival")
        world.store()
    return ours, theirs


async def test_the_site_is_bound() -> None:
    site = a_site()
    assert await query(site, "SELECT {site:UInt32}") == [(site.number,)]


async def test_the_driver_looks_once_at_the_same_sql() -> None:
    sql = f"SELECT {{site:UInt32}}, {{what:String}} AS it_{uuid4().hex}"
    looked = driver._query_is_read_only.cache_info  # type: ignore[attr-defined]
    await query(a_site(), "SELECT 1")  # the connection is there, and what the driver asks of its own
    before = looked()
    for what in ("a", "b", "c"):
        assert (await query(a_site(), sql, what=what))[0][1] == what
    after = looked()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 2)


async def test_every_table_with_a_site_stands_behind_the_second_wall() -> None:
    found = rows_of(
        "SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'site_id'"
    )
    assert {table for (table,) in found} == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
async def test_a_query_that_forgets_its_site_gets_the_rows_of_its_site_alone(table: str) -> None:
    ours, theirs = a_site(), a_site()
    for site in (ours, theirs):
        kept = (
            {"ts": [round(time.time())]} if table == "heatmap_points" else {}
        )  # the others keep rows of 1970
        insert(table, {"site_id": [site.number], **kept}, token=uuid4().hex)
    assert await query(ours, f"SELECT DISTINCT site_id FROM {table}") == [(ours.number,)]
    assert await query(ours, f"SELECT count() FROM {table} WHERE site_id = {theirs.number}") == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT DISTINCT source FROM sessions FINAL",
        "SELECT DISTINCT s.source FROM sessions AS s JOIN events AS e ON s.visitor_id = e.visitor_id",
        "SELECT source FROM sessions UNION DISTINCT SELECT source FROM events",
        "WITH all AS (SELECT * FROM sessions) SELECT DISTINCT source FROM all",
        "WITH all AS MATERIALIZED (SELECT source FROM sessions) "
        "SELECT source FROM all UNION DISTINCT SELECT source FROM all",
        "SELECT DISTINCT source FROM events WHERE session_id IN (SELECT session_id FROM sessions)",
        "SELECT DISTINCT source FROM default.sessions",
        "SELECT (SELECT groupUniqArray(source)[1] FROM sessions)",
    ],
)
async def test_the_second_wall_holds_through_joins_unions_and_subqueries(sql: str) -> None:
    ours, _theirs = two_worlds()
    assert await query(ours.site, sql) == [("google",)]


async def test_several_sites_are_read_at_once_and_no_other() -> None:
    ours, theirs = two_worlds()
    two_worlds()
    both = "SELECT source FROM sessions WHERE site_id IN {sites:Array(UInt32)} ORDER BY source"
    assert await query_many([ours.site, theirs.site], both) == [("google",), ("rival",)]
    assert await query_many([ours.site], "SELECT source FROM sessions") == [("google",)]
    assert await query_many([], both) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 SETTINGS additional_table_filters = {}",
        "SELECT 1 settings\nmax_execution_time = 0",
        "SELECT count() FROM merge('default', '.*')",
        "SELECT count() FROM merge  (currentDatabase(), 'events')",
        "SELECT * FROM remote('127.0.0.1', default.events)",
        "SELECT * FROM loop(events)",
        "SELECT * FROM mergeTreeIndex(currentDatabase(), events)",
        "SELECT * FROM url('http://127.0.0.1/')",
        "SELECT * FROM file('/etc/passwd')",
    ],
)
async def test_a_report_may_neither_change_settings_nor_read_around_the_tables(sql: str) -> None:
    with pytest.raises(ValueError, match="report's SQL"):
        await query(a_site(), sql)


async def test_functions_that_only_sound_like_it_are_allowed() -> None:
    assert await query(a_site(), "SELECT uniqExactMerge(s) FROM (SELECT uniqExactState(1) AS s)") == [(1,)]


@pytest.mark.parametrize(
    "sql", ["INSERT INTO events (site_id) VALUES (1)", "DROP TABLE events", "TRUNCATE events"]
)
async def test_a_report_only_reads(sql: str) -> None:
    with pytest.raises(DatabaseError):
        await query(a_site(), sql)
    assert rows_of("EXISTS TABLE events") == [(1,)]


async def test_values_are_bound_whatever_is_in_them() -> None:
    odd = [
        "it's",
        'a "b"',
        "back\\slash",
        "tab\there",
        "line\nbreak",
        "ünïcödé 🦊",
        "",
        "{site:UInt32}",
        "a\0b",
    ]
    found = await query(a_site(), "SELECT {values:Array(String)}, {one:String}", values=odd, one="'); --")
    assert found == [(odd, "'); --")]


async def test_a_bad_pattern_is_the_readers_mistake() -> None:
    with pytest.raises(BadPattern, match="missing \\)") as caught:
        await query(a_site(), "SELECT match('', {pattern:String})", pattern="(")
    assert isinstance(caught.value, Invalid)
    assert caught.value.status == 422


async def test_a_report_that_takes_too_much_is_refused_in_plain_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(clickhouse._SETTINGS, "max_memory_usage", 10_000_000)
    with pytest.raises(ReportTooLarge, match="shorter period"):
        await query(a_site(), "SELECT uniqExact(number) FROM numbers(5000000)")


async def test_a_store_that_does_not_answer_is_said_so_in_plain_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await clickhouse.close()
    monkeypatch.setenv("CLICKHOUSE_URL", "http://default:none@127.0.0.1:9/default")
    settings.cache_clear()
    for call in (query(a_site(), "SELECT 1"), ping()):
        with pytest.raises(Unavailable, match="not available") as caught:
            await call
        assert isinstance(caught.value, InsightHubError)
        assert caught.value.status == 503
    monkeypatch.undo()
    settings.cache_clear()
    await ping()


async def test_an_insert_with_the_same_token_happens_once() -> None:
    site, token = a_site(), uuid4().hex
    moment = round(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp() * 1000)
    rows: dict[str, list[object]] = {
        "site_id": [site.number] * 2,
        "ts": [moment] * 2,
        "event_id": [1, 2],
        "name": ["page_view"] * 2,
    }
    insert("events", rows, token=token)
    insert("events", rows, token=token)
    assert await query(site, "SELECT count(), toUnixTimestamp64Milli(any(ts)) FROM events") == [(2, moment)]


async def test_parameters_too_long_for_an_address_arrive() -> None:
    values = [f"/{number}/" + "ü" * 200 for number in range(100)]
    assert await query(a_site(), "SELECT {values:Array(String)}", values=values) == [(values,)]
