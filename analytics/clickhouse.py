"""The doors to ClickHouse: one for reports, which always names its sites, and one for what workers write."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from threading import local
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
import msgspec
from clickhouse_connect.datatypes.base import ClickHouseType
from clickhouse_connect.driver import AsyncClient, Client
from clickhouse_connect.driver import client as driver
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from analytics.settings import settings
from tenancy.errors import InsightHubError, Invalid, Unavailable
from tenancy.loops import PerLoop
from tenancy.sites import Site
from tenancy.text import gettext
from tenancy.text import gettext_noop as _

Row = tuple[Any, ...]

TABLES = (
    *("events", "sessions", "heatmap_points", "heatmap_scroll", "identities"),
    *("rollup_days", "rollup_visits", "rollup_daily"),
)
"""Every table with a site_id: a report gets the rows of its own sites, whatever its SQL says."""


class ReportTooLarge(InsightHubError):
    """A query ran into its limit of time or memory."""

    status = 503
    code = "report_too_large"
    message = _("This report took too long. Choose a shorter period or fewer filters.")


class BadPattern(Invalid):
    """A regular expression that RE2 cannot read; the message says why."""

    message = _("This regular expression is not valid or not supported.")


async def query(site: Site, sql: str, /, **parameters: object) -> list[Row]:
    """The rows of a report's SQL, in which {site:UInt32} stands for the site.

    They hold what JSON has: numbers, text, lists. A time is asked for as a number of seconds.
    """
    return await _read(sql, f"site_id = {site.number:d}", {"site": site.number, **parameters})


async def query_many(sites: Sequence[Site], sql: str, /, **parameters: object) -> list[Row]:
    """The rows of a report over several sites; {sites:Array(UInt32)} stands for them."""
    if not sites:
        return []
    numbers = [site.number for site in sites]
    wall = f"site_id IN ({', '.join(f'{number:d}' for number in numbers)})"
    return await _read(sql, wall, {"sites": numbers, **parameters})


async def ping() -> None:
    """Raises Unavailable where ClickHouse does not answer."""
    client = await _connections.get().client()
    if not await client.ping():
        raise Unavailable(gettext(UNANSWERED))


async def close() -> None:
    """Closes this event loop's connections."""
    await _connections.close()


def insert(table: str, columns: Mapping[str, Sequence[object]], *, token: str) -> None:
    """Inserts rows given by column, as one block; a second insert with the same token changes nothing.

    Times are given in the ticks of their column: milliseconds for DateTime64(3), seconds for DateTime.
    """
    _worker(_ANSWER_S).insert(
        table,
        list(columns.values()),
        column_names=list(columns),
        column_types=[_types(table)[name] for name in columns],
        column_oriented=True,
        settings={"insert_deduplication_token": token, "async_insert": 0},
    )


def command(sql: str, /, **given: object) -> None:
    """Runs a statement of a worker or migration; `given` are ClickHouse settings."""
    _worker(_WORK_S).command(sql, settings=dict(given))


def delete_rows(table: str, where: str) -> None:
    """Deletes rows, of any site; free where there are none."""
    if rows_of(f"SELECT 1 FROM {table} WHERE {where} LIMIT 1"):
        command(f"DELETE FROM {table} WHERE {where}")


def rows_of(sql: str, /, **given: object) -> list[Row]:
    """The rows of a worker's own question, over all sites; `given` are ClickHouse settings."""
    return [tuple(row) for row in _worker(_WORK_S).query(sql, settings=dict(given)).result_rows]


UNANSWERED = _("Statistics are not available at the moment. Please try again in a minute.")
_WHY = _("This regular expression is not valid or not supported: {reason}.")

_SETTINGS: dict[str, object] = {
    "readonly": 2,
    "max_execution_time": 20,
    "max_memory_usage": 4_000_000_000,
    "cancel_http_readonly_queries_on_client_close": 1,
    # The keys of a row never change their month: FINAL need not look across partitions.
    "do_not_merge_across_partitions_select_final": 1,
    # WITH ... AS MATERIALIZED is read once, however often it is used.
    "enable_materialized_cte": 1,
    # An error in the middle of an answer comes as an error, not as half an answer.
    "wait_end_of_query": 1,
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_validate_utf8": 1,
    "output_format_write_statistics": 0,
}
_ANSWER_S = 60
_WORK_S = 900
"""A rebuild or a deletion of a large site goes on for minutes, and would go on with nobody waiting for it."""
_TOO_LARGE = frozenset({158, 159, 160, 241, 307, 396})
_BAD_PATTERN = 427
_PATTERN_ERROR = re.compile(r"error: (.+?): .*?\. Look at", re.S)
# A SETTINGS clause would lift the limits and the wall; the functions read around the tables' names.
_FORBIDDEN = re.compile(
    r"\bSETTINGS\b|\b(merge|mergeTree\w*|loop|remote\w*|cluster\w*|dictionary|executable|file|url|s3\w*)\s*\(",
    re.I,
)


class _Connection:
    """An event loop's client, made by whoever asks first."""

    def __init__(self) -> None:
        self._making = asyncio.Lock()
        self._client: AsyncClient | None = None

    async def client(self) -> AsyncClient:
        async with self._making:
            if self._client is None:
                try:
                    self._client = await clickhouse_connect.get_async_client(**_address(_ANSWER_S))
                except (ClickHouseError, OSError) as error:
                    raise Unavailable(gettext(UNANSWERED)) from error
            return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()


class _Answer(msgspec.Struct):
    data: list[Row]


# The driver reads every SQL word by word, to know whether it may ask again. Reports have few texts, as what
# somebody chooses is in the parameters.
driver._query_is_read_only = lru_cache(maxsize=512)(driver._query_is_read_only)  # type: ignore[attr-defined]

_decoder = msgspec.json.Decoder(_Answer)
_connections = PerLoop(_Connection, _Connection.close)
_threads = local()


async def _read(sql: str, wall: str, parameters: Mapping[str, object]) -> list[Row]:
    _insist_on_a_report(sql)
    filters = "{" + ", ".join(f"'{table}': '{wall}'" for table in TABLES) + "}"
    client = await _connections.get().client()
    try:
        answer = await client.raw_query(
            sql,
            parameters=dict(parameters),
            settings={**_SETTINGS, "additional_table_filters": filters},
            fmt="JSONCompact",
        )
    except (ClickHouseError, OSError) as error:
        raise _trouble(error) from error
    # A report has few rows: as JSON they cost this process half of what the driver's columns do.
    return _decoder.decode(answer).data


@lru_cache(maxsize=512)
def _insist_on_a_report(sql: str) -> None:
    if _FORBIDDEN.search(sql):
        raise ValueError("A report's SQL may neither change settings nor read around its tables.")


def _trouble(error: Exception) -> Exception:
    """What a reader is told; an error of ours stays as it is."""
    code: int | None = getattr(error, "code", None)
    if code in _TOO_LARGE:
        return ReportTooLarge()
    if code == _BAD_PATTERN:
        found = _PATTERN_ERROR.search(str(error))
        return BadPattern(found and gettext(_WHY).format(reason=found.group(1)))
    if code is None and isinstance(error, OperationalError | OSError):
        return Unavailable(gettext(UNANSWERED))
    return error


def _worker(patience_s: int) -> Client:
    """This thread's client of a patience: one client runs one query at a time."""
    url = settings().clickhouse_url
    if getattr(_threads, "url", None) != url:
        _threads.url, _threads.clients = url, {}
    clients: dict[int, Client] = _threads.clients
    if patience_s not in clients:
        clients[patience_s] = clickhouse_connect.get_client(**_address(patience_s))
    return clients[patience_s]


def _address(patience_s: int) -> dict[str, Any]:
    parts = urlsplit(settings().clickhouse_url)
    secure = parts.scheme == "https"
    return {
        "host": parts.hostname,
        "port": parts.port or (8443 if secure else 8123),
        "username": parts.username or "default",
        "password": parts.password or "",
        "database": parts.path.strip("/") or "default",
        "secure": secure,
        "compress": parts.hostname not in {"127.0.0.1", "localhost"},
        "autogenerate_session_id": False,
        "send_receive_timeout": patience_s,
    }


@lru_cache(maxsize=64)
def _types(table: str) -> dict[str, ClickHouseType]:
    """The column types of a table; asked once, as they change with a migration only."""
    from clickhouse_connect.datatypes.registry import get_from_name

    return {name: get_from_name(type_) for name, type_, *_rest in rows_of(f"DESCRIBE TABLE {table}")}
