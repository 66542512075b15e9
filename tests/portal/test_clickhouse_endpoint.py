"""The embedded ClickHouse behind its HTTP endpoint, as the ordinary client finds it."""

import asyncio
import gzip
import http.client
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
import httpx
import pytest
from clickhouse_connect.driver import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from portal.stack.clickhouse import EmbeddedClickHouse
from tests.factories import unique

Opens = Callable[..., Client]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedClickHouse]:
    """An engine of these tests' own: they stop and kill it."""
    directory = tmp_path_factory.mktemp("clickhouse")
    started = EmbeddedClickHouse(directory / "data", password="endpoint-test", logs=directory)
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture
def opens(engine: EmbeddedClickHouse) -> Opens:
    """`opens()` is another client; details as clickhouse-connect has them."""

    def start(**details: Any) -> Client:
        return clickhouse_connect.get_client(**(_address(engine) | details))

    return start


@pytest.fixture
def client(opens: Opens) -> Client:
    return opens()


def table(client: Client, columns: str = "n UInt32, word String") -> str:
    """A table of this test's own."""
    name = unique("t").replace("-", "_")
    client.command(f"CREATE TABLE {name} ({columns}) ENGINE = MergeTree ORDER BY tuple()")
    return name


@pytest.mark.parametrize("compression", ["lz4", "zstd", "gzip", False])
def test_an_insert_of_several_blocks_arrives_whole(opens: Opens, compression: str | bool) -> None:
    client = opens(compress=compression)
    name, rows = table(client), 200_000

    done = client.insert(name, [list(range(rows)), ["word " * 8] * rows], ["n", "word"], column_oriented=True)

    assert done.written_rows == rows
    assert client.query(f"SELECT count(), sum(n), uniq(word) FROM {name}").result_rows == [
        (rows, rows * (rows - 1) // 2, 1)
    ]


def test_a_body_that_was_cut_off_inserts_nothing(engine: EmbeddedClickHouse, client: Client) -> None:
    name = table(client)
    body = gzip.compress(b"\n".join(b'%d,"x"' % n for n in range(10_000)))

    answer = httpx.post(
        _base(engine),
        params={"query": f"INSERT INTO {name} FORMAT CSV", "password": "endpoint-test"},
        headers={"content-encoding": "gzip"},
        content=body[:-400],
    )

    assert answer.status_code == 400 and "ends in the middle" in answer.text
    assert client.command(f"SELECT count() FROM {name}") == 0


def test_types_keep_their_values(client: Client) -> None:
    name = table(
        client,
        "at DateTime64(3, 'UTC'), props Map(LowCardinality(String), String), tags Array(String), "
        "small Nullable(Int8), id UInt64, name LowCardinality(String)",
    )
    moment = datetime(2026, 3, 29, 1, 59, 59, 999_000, UTC)
    row = (moment, {"plan": "pro"}, ["a", "ü"], None, 2**64 - 1, "名前")

    client.insert(name, [row])

    assert client.query(f"SELECT * REPLACE (toString(at) AS at) FROM {name}").result_rows == [
        ("2026-03-29 01:59:59.999", *row[1:])
    ]


@pytest.mark.parametrize(
    "text",
    ["it's", '"', "back\\slash", "tab\tnew\nline\r", "'; DROP TABLE t; --", "", "{n:UInt32}", "ü 名 🙂"],
)
def test_parameters_are_values_and_never_sql(client: Client, text: str) -> None:
    row = client.query(
        "SELECT {text:String}, {list:Array(String)}, {n:UInt32}",
        parameters={"text": text, "list": [text, "b"], "n": 7},
    ).result_rows[0]

    assert row == (text, [text, "b"], 7)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELEC 1", 62),
        ("SELECT * FROM nowhere", 60),
        ("SELECT missing FROM system.one", 47),
        ("SELECT toUInt8('x')", 6),
        ("SELECT throwIf(number = 5, 'boom') FROM numbers(10)", 395),
        ("SELECT sleepEachRow(1) FROM numbers(3) SETTINGS max_execution_time = 1, max_block_size = 1", 159),
    ],
)
def test_errors_carry_their_code(client: Client, sql: str, code: int) -> None:
    with pytest.raises(DatabaseError) as caught:
        client.query(sql)

    assert caught.value.code == code
    assert client.command("SELECT 1") == 1


@pytest.mark.parametrize("password", ["wrong", "", "endpoint-test "])
def test_nobody_gets_in_without_the_password(opens: Opens, password: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        opens(password=password)

    assert caught.value.code == 516


@pytest.mark.parametrize("header", ["Basic !!!", "Basic /w==", "Basic", "Bearer endpoint-test", ""])
def test_an_odd_authorization_is_a_wrong_one(engine: EmbeddedClickHouse, header: str) -> None:
    answer = httpx.post(_base(engine), headers={"authorization": header}, content="SELECT 1")

    assert answer.status_code == 403


def test_an_exception_in_the_middle_of_an_answer_is_seen(client: Client) -> None:
    """The status is out by then: an answer that merely ends would look like a shorter result."""
    seen = 0
    with (
        pytest.raises(ClickHouseError, match="boom"),
        client.query_row_block_stream(
            "SELECT number, throwIf(number = 3000000, 'boom') FROM numbers(4000000)",
            settings={"max_threads": 1},
        ) as blocks,
    ):
        for block in blocks:
            seen += len(block)

    assert 0 < seen < 3_000_001
    with pytest.raises(ClickHouseError, match="boom"):
        _ = client.query("SELECT number, throwIf(number = 3000000, 'boom') FROM numbers(4000000)").result_rows


def test_settings_hold_for_one_query(client: Client) -> None:
    asked = "SELECT getSetting('max_threads')"

    assert client.command(asked, settings={"max_threads": 1}) == 1
    assert client.command(asked) != 1
    with pytest.raises(DatabaseError) as caught:
        client.command("CREATE TABLE no (n Int8) ENGINE = Memory", settings={"readonly": 2})
    assert caught.value.code == 164


def test_empty_answers_are_answers(client: Client) -> None:
    name = table(client)

    assert client.query(f"SELECT n, word FROM {name}").result_rows == []
    assert client.query(f"SELECT n, word FROM {name} LIMIT 0").column_names == ("n", "word")
    assert client.query(f"SELECT count(), sum(n), max(word) FROM {name}").result_rows == [(0, 0, "")]


def test_the_same_token_inserts_once(client: Client) -> None:
    name = unique("t").replace("-", "_")
    client.command(
        f"CREATE TABLE {name} (n UInt32) ENGINE = MergeTree ORDER BY n "
        "SETTINGS non_replicated_deduplication_window = 100"
    )
    for token in ("one", "one", "two", "one"):
        client.insert(name, [[1], [2]], ["n"], settings={"insert_deduplication_token": token})

    assert client.command(f"SELECT count() FROM {name}") == 4


def test_many_ask_at_once(opens: Opens, client: Client) -> None:
    name = table(client)
    client.insert(name, [[n, "x"] for n in range(10_000)], ["n", "word"])
    sums: list[int] = []

    def ask(one: Client) -> None:
        for _time in range(20):
            sums.append(one.query(f"SELECT sum(n) FROM {name}").result_rows[0][0])

    threads = [threading.Thread(target=ask, args=(opens(),)) for _client in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sums == [49_995_000] * 240


async def test_the_async_client_finds_the_same(engine: EmbeddedClickHouse, client: Client) -> None:
    name = table(client)
    asks = await clickhouse_connect.get_async_client(**_address(engine))
    try:
        await asks.insert(name, [[n, "x"] for n in range(1000)], ["n", "word"])
        answers = await asyncio.gather(*(asks.query(f"SELECT count() + {n} FROM {name}") for n in range(20)))
        assert [answer.result_rows[0][0] for answer in answers] == [1000 + n for n in range(20)]
        with pytest.raises(DatabaseError) as caught:
            await asks.query("SELECT * FROM nowhere")
        assert caught.value.code == 60
        with pytest.raises(ClickHouseError, match="boom"):
            await asks.query("SELECT number, throwIf(number = 3000000, 'boom') FROM numbers(4000000)")
        rows = 0
        async with await asks.query_row_block_stream("SELECT number FROM numbers(300000)") as blocks:
            async for block in blocks:
                rows += len(block)
        assert rows == 300_000
    finally:
        await asks.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sum(sipHash64(number)) FROM numbers({rows}) FORMAT Native",
        "SELECT number, sipHash64(number) FROM numbers({rows}) FORMAT Native",
        "SELECT sum(sipHash64(number)) FROM numbers({rows}) FORMAT JSON",
    ],
    ids=["nothing to send yet", "in the middle of its answer", "answered at once"],
)
def test_a_client_that_leaves_takes_its_query_along(
    engine: EmbeddedClickHouse, client: Client, sql: str
) -> None:
    rows = 10**14 + time.time_ns() % 10**9
    running = (
        f"SELECT count() FROM system.processes WHERE query LIKE '%{rows}%' AND query NOT LIKE '%processes%'"
    )

    def becomes(count: int) -> bool:
        deadline = time.monotonic() + 60
        while client.command(running) != count:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    leaver = http.client.HTTPConnection("127.0.0.1", urlsplit(engine.url).port)
    leaver.request("POST", "/?password=endpoint-test", sql.format(rows=rows))
    assert becomes(1)
    leaver.close()

    assert becomes(0)


def test_what_was_acknowledged_survives_a_crash(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    for life in range(3):
        engine = EmbeddedClickHouse(tmp_path / "data", password="endpoint-test", logs=tmp_path)
        engine.start()
        try:
            client = clickhouse_connect.get_client(**_address(engine))
            client.command(
                "CREATE TABLE IF NOT EXISTS t (n UInt64, word String) ENGINE = MergeTree ORDER BY n"
            )
            stored = {n for (n,) in client.query("SELECT n FROM t").result_rows}
            assert set(acknowledged) <= stored
            if life < 2:
                _insert_until_it_dies(engine, acknowledged, enough=60 * (life + 1))
        finally:
            engine.stop()
    assert len(acknowledged) > 100


def _insert_until_it_dies(engine: EmbeddedClickHouse, acknowledged: list[int], *, enough: int) -> None:
    """Four at once; it is killed in the middle of their work, once so many rows are acknowledged."""
    lock = threading.Lock()
    clients = [clickhouse_connect.get_client(**_address(engine)) for _thread in range(4)]

    def insert(client: Client) -> None:
        while True:
            with lock:
                first = time.time_ns()
            numbers = list(range(first, first + 10))
            try:
                client.insert("t", [[n, "word"] for n in numbers], ["n", "word"])
            except (ClickHouseError, OSError):
                return
            with lock:
                acknowledged.extend(numbers)

    threads = [threading.Thread(target=insert, args=(one,)) for one in clients]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while len(acknowledged) < enough and time.monotonic() < deadline:
        time.sleep(0.01)
    engine.kill()
    for thread in threads:
        thread.join()


def _address(engine: EmbeddedClickHouse) -> dict[str, Any]:
    parts = urlsplit(engine.url)
    return {
        "host": parts.hostname,
        "port": parts.port,
        "username": parts.username,
        "password": parts.password,
        "autogenerate_session_id": False,
    }


def _base(engine: EmbeddedClickHouse) -> str:
    return f"http://127.0.0.1:{urlsplit(engine.url).port}/"
