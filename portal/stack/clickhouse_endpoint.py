"""ClickHouse's HTTP interface over one chDB engine, as far as clickhouse-connect uses it.

For one machine only: no users, roles, quotas, sessions or external tables. Production has a real server.
"""

import asyncio
import base64
import hmac
import re
import secrets
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request as StarletteRequest
from starlette.types import Receive, Scope, Send

from portal.stack.chdb_engine import Engine, summary
from portal.stack.request_body import ClientLeft, Refusal, RequestBody

Result = TypeVar("Result")
Headers = list[tuple[bytes, bytes]]


class ClickHouseEndpoint:
    """The ASGI app."""

    def __init__(self, engine: Engine, token: str) -> None:
        self._engine = engine
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/ping" or (
            scope["path"] == "/" and not scope["query_string"] and _is_get(scope)
        ):
            await _reply(send, 200, b"Ok.\n")
            return
        headers = {key.decode(): value.decode("latin-1") for key, value in scope["headers"]}
        arguments = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        request = _Request(arguments, headers, arguments.get("query_id") or str(uuid.uuid4()))
        try:
            if not self._may(request):
                raise Refusal("Code: 516. DB::Exception: Authentication failed")
            body = RequestBody(receive, headers.get("content-encoding", ""))
            if headers.get("content-type", "").startswith("multipart/form-data"):
                # Parameters too long for an address come as a form, with the statement beside them.
                form = await StarletteRequest(scope, receive).form(max_part_size=_MOST_FORM)
                arguments.update((name, str(value)) for name, value in form.items())
                sql, head = arguments.pop("query", "").encode(), b""
            else:
                sql, head = await _read_sql(arguments.get("query", "").encode(), body)
            insert = _INSERT_DATA.match(sql)
            if insert:
                await self._insert(request, sql[: insert.end()], sql[insert.end() :] + head, body, send)
            else:
                await self._select(request, sql.decode(), receive, send)
        except ClientLeft:
            return
        except Exception as error:
            await self._fail(send, _failure(error), request)

    def _may(self, request: "_Request") -> bool:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        given = request.headers.get("x-clickhouse-key") or request.arguments.get("password", "")
        if scheme == "Basic":
            given = base64.b64decode(credentials).decode("utf-8", "replace").partition(":")[2]
        return hmac.compare_digest(given.encode(), self._token.encode())

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._engine.threads, work)

    async def _insert(
        self, request: "_Request", prefix: bytes, head: bytes, body: RequestBody, send: Send
    ) -> None:
        """An INSERT whose rows follow in the body, fed to the engine in pieces of a megabyte."""
        found = _INSERT_DATA.match(prefix)
        assert found is not None
        statement = _FORMAT_TAIL.sub(b"", prefix.rstrip()).decode()
        pieces = [head] if head else []
        async for piece in body.pieces():
            pieces.append(piece)
        rows = b"".join(pieces)

        def run() -> Any:
            with self._engine.handle(request.settings(), request.database()) as handle:
                insert = handle.send_insert(statement, found.group(1).decode())
                try:
                    for start in range(0, len(rows), _PIECE):
                        insert.append(rows[start : start + _PIECE])
                    return insert.finish()
                except BaseException:
                    insert.cancel()
                    raise

        done = await self._in_thread(run)
        counted = summary(0, 0, done.rows_written, done.bytes_written, done.elapsed)
        await _reply(send, 200, b"", [*request.answer_headers(), (b"x-clickhouse-summary", counted)])

    async def _select(self, request: "_Request", sql: str, receive: Receive, send: Send) -> None:
        """Anything else: one answer, or for a SELECT a streamed one; it ends when the client leaves."""
        tail = _FORMAT_TAIL.search(sql.encode())
        format_ = tail.group(1).decode() if tail else request.arguments.get("default_format", "TabSeparated")
        mark = secrets.token_hex(8)
        marked = f"/* {mark} */ {sql}"
        watching = asyncio.create_task(self._cancel_when_gone(receive, mark))
        try:
            if _SELECT.match(sql) and format_ in _STREAMED:
                await self._stream(request, marked, format_, send)
            else:
                await self._answer(request, marked, format_, send, has_result=not _NO_RESULT.match(sql))
        finally:
            watching.cancel()

    async def _cancel_when_gone(self, receive: Receive, mark: str) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        # Not one of the engine's threads: slow queries may hold them all.
        await asyncio.to_thread(self._engine.cancel, mark)

    async def _answer(
        self, request: "_Request", sql: str, format_: str, send: Send, *, has_result: bool
    ) -> None:
        def run() -> Any:
            with self._engine.handle(request.settings(), request.database()) as handle:
                done = handle.query(sql, format_, params=request.parameters())
                return done.bytes() or b"", summary(done.rows_read(), done.bytes_read(), 0, 0, done.elapsed())

        data, counted = await self._in_thread(run)
        headers = [*request.answer_headers(), (b"x-clickhouse-summary", counted)]
        if has_result:
            headers.append((b"x-clickhouse-format", format_.encode()))
        await _reply(send, 200, data, headers)

    async def _stream(self, request: "_Request", sql: str, format_: str, send: Send) -> None:
        tag = secrets.token_hex(8).encode()
        headers = [(b"x-clickhouse-format", format_.encode()), (b"x-clickhouse-exception-tag", tag)]
        head = {
            "type": "http.response.start",
            "status": 200,
            "headers": [*request.answer_headers(), *headers],
        }
        started = False
        chunks = _Chunks(self._engine, request, sql, format_)
        try:
            while (chunk := await self._in_thread(chunks.fetch)) is not None:
                if not started:
                    started = True
                    await send(head)
                if chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            end = b""
        except Exception as error:
            if not started:
                raise
            end = _late_exception(_failure(error), tag)
        finally:
            await self._in_thread(chunks.close)
        if not started:
            await send(head)
        # Nothing may wait after it: the client counts as gone once it has its answer.
        await send({"type": "http.response.body", "body": end})

    async def _fail(self, send: Send, failure: "_Failure", request: "_Request") -> None:
        text = f"Code: {failure.code}. DB::Exception: {failure.message} (version {self._engine.version})\n"
        headers = [*request.answer_headers(), (b"x-clickhouse-exception-code", b"%d" % failure.code)]
        await _reply(send, _STATUS.get(failure.code, 500), text.encode(), headers)


class _Request(NamedTuple):
    arguments: dict[str, str]
    headers: dict[str, str]
    query_id: str

    def parameters(self) -> dict[str, str]:
        """Values of {name:Type} in the SQL."""
        return {key[6:]: value for key, value in self.arguments.items() if key.startswith("param_")}

    def settings(self) -> dict[str, str]:
        """Engine settings, which come as arguments of the URL."""
        return {
            key: value
            for key, value in self.arguments.items()
            if key not in _RESERVED and not key.startswith("param_") and _IDENTIFIER.match(key)
        }

    def database(self) -> str | None:
        """The database of the URL, where it is not the default one."""
        name = self.arguments.get("database")
        return None if name in {None, "", "__default__", "default"} else name

    def answer_headers(self) -> Headers:
        """What clickhouse-connect reads of every answer."""
        return [
            (b"content-type", b"application/octet-stream"),
            (b"x-clickhouse-query-id", self.query_id.encode()),
            (b"x-clickhouse-timezone", b"UTC"),
            (b"x-clickhouse-server-display-name", b"chdb"),
        ]


class _Chunks:
    """The pieces of a streamed result, taken by one thread at a time."""

    def __init__(self, engine: Engine, request: _Request, sql: str, format_: str) -> None:
        self._context = engine.handle(request.settings(), request.database())
        self._start = (sql, format_, request.parameters())
        self._stream: Any = None
        self._ended = False

    def fetch(self) -> bytes | None:
        if self._stream is None:
            sql, format_, parameters = self._start
            handle = self._context.__enter__()
            self._stream = handle.send_query(sql, format_, params=parameters)
        chunk = self._stream.fetch()
        if chunk is None:
            self._ended = True
            return None
        return chunk.bytes() or b""

    def close(self) -> None:
        if self._stream is None:
            return
        if self._ended:
            self._context.__exit__(None, None, None)
        else:
            self._stream.close()
            try:
                self._context.__exit__(ClientLeft, ClientLeft(), None)
            except ClientLeft:
                return


class _Failure(NamedTuple):
    code: int
    message: str


_RESERVED = frozenset(
    (
        *("query", "database", "user", "password", "session_id", "session_timeout", "session_check"),
        *("query_id", "quota_key", "compress", "decompress", "wait_end_of_query", "buffer_size", "role"),
        *("client_protocol_version", "send_progress_in_http_headers", "http_headers_progress_interval_ms"),
        *("enable_http_compression", "http_zlib_compression_level", "default_format"),
        *("cancel_http_readonly_queries_on_client_close", "http_write_exception_in_output_format"),
    )
)
# A client's own mistake, a missing thing or a limit must not look like a broken server.
_STATUS = {
    **dict.fromkeys((6, 27, 36, 43, 53, 62, 89, 115, 271, 456, 457), 400),
    **dict.fromkeys((164, 497, 516), 403),
    **dict.fromkeys((46, 47, 60, 81), 404),
    159: 408,
    202: 503,
}
_PIECE = 1 << 20
_MOST_FORM = 16 << 20
_IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_.]*$")
_FORMAT_TAIL = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*$", re.I)
_INSERT_DATA = re.compile(
    rb"^\s*INSERT\s+INTO\s+(?:(?!\bVALUES\b|\bSELECT\b).)*?\bFORMAT\s+(\w+)[ \t]*(?:\r?\n|$)", re.I | re.S
)
_SELECT = re.compile(r"\s*(SELECT|WITH|\()", re.I)
_STREAMED = frozenset({"Native", "TabSeparated", "TSV", "CSV", "RowBinary", "JSONEachRow"})
_NO_RESULT = re.compile(
    r"\s*(CREATE|ALTER|DROP|TRUNCATE|OPTIMIZE|RENAME|ATTACH|DETACH|SET|USE|INSERT|DELETE|UPDATE|SYSTEM)\b",
    re.I,
)
_CODE = re.compile(r"Code: (\d+)\.\s*(?:DB::Exception:\s*)?(.*)", re.S)


def _is_get(scope: Scope) -> bool:
    return bool(scope["method"] == "GET")


async def _read_sql(sql: bytes, body: RequestBody) -> tuple[bytes, bytes]:
    """The statement, and what the body held beyond an INSERT's first line."""
    if sql and _INSERT_DATA.match(sql):
        return sql, b""
    text = sql
    while piece := await body.read():
        text += piece
        found = _INSERT_DATA.match(text)
        if found and text[: found.end()].endswith(b"\n"):
            break
    return text, b""


def _failure(error: Exception) -> _Failure:
    text = str(error)
    found = _CODE.search(text)
    return _Failure(int(found.group(1)), found.group(2).strip()) if found else _Failure(1000, text)


def _late_exception(failure: _Failure, tag: bytes) -> bytes:
    """An error after the status is out: the block that ClickHouse 25.11+ appends, which clients look for."""
    text = f"Code: {failure.code}. DB::Exception: {failure.message}\n".encode()
    mark = b"__exception__\r\n"
    return mark + tag + b"\r\n" + text + b"%d " % len(text) + tag + b"\r\n" + mark


async def _reply(send: Send, status: int, body: bytes, headers: Headers | None = None) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*(headers or []), (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})
