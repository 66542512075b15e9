"""The door to PostgreSQL: a block is a transaction, inside one organisation's view of the data."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, ParamSpec, TypeVar

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from tenancy.errors import InsightHubError, OnlyReading, Unavailable
from tenancy.loops import PerLoop
from tenancy.settings import settings
from tenancy.viewer import Insider, Viewer

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


@asynccontextmanager
async def session(viewer: Insider) -> AsyncIterator[AsyncSession]:
    """A transaction that sees the viewer's organisation and those below it.

    It cannot write for who looks at a client's pages as the client does: then it raises OnlyReading.
    """
    async with _transaction(reads=_reads.get() or _only_looks(viewer)) as db:
        await db.execute(_ENTER, {"organization": viewer.organization_id, "user": viewer.user_id})
        yield db


@asynccontextmanager
async def system_session(*, reason: str, keeps_books: bool = False) -> AsyncIterator[AsyncSession]:
    """A transaction that sees every organisation. The places that open one are listed in a test.

    `keeps_books`: what it writes is ours to note, such as when somebody was seen, also after only_read().
    """
    log.debug("db.system_session", reason=reason)
    async with _transaction(reads=_reads.get() and not keeps_books) as db:
        await db.execute(_ENTER_PLATFORM)
        yield db


def only_read() -> None:
    """From here on, neither this task nor those that it starts can write: they raise OnlyReading."""
    _reads.set(True)


@contextmanager
def reading(only: bool) -> Iterator[None]:
    """As only_read(), within the block; nothing at all unless `only`."""
    before = _reads.set(only or _reads.get())
    try:
        yield
    finally:
        _reads.reset(before)


def after_commit(db: AsyncSession, fn: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Calls fn (and awaits what it returns, where that is needed) once the block has committed."""
    db.info.setdefault(_QUEUE, []).append((fn, args, kwargs))


class UnsafeRole(InsightHubError):
    code = "unsafe_database_role"


async def check_role() -> None:
    """Raises UnsafeRole where DATABASE_URL's role could walk around row-level security."""
    async with _session() as db:
        role = _Role(*(await db.execute(_ROLE)).one())
    faults = [
        sentence
        for wrong, sentence in (
            (role.superuser, "it is a superuser"),
            (role.bypasses, "it has BYPASSRLS"),
            (role.owned, f"it owns {role.owned} tables"),
            (role.unforced, f"{role.unforced} tables that it may use have no forced row-level security"),
            (role.views, f"{role.views} views that it may use are not security_invoker"),
        )
        if wrong
    ]
    if faults:
        # untranslated: it goes to the log of a start.
        raise UnsafeRole(f"Refusing to serve as the database role {role.name}: {', '.join(faults)}.")


async def ping() -> None:
    """Raises Unavailable where PostgreSQL does not answer."""
    async with _transaction() as db:
        await db.execute(text("SELECT 1"))


async def dispose() -> None:
    """Closes this event loop's connections, to PostgreSQL and to Redis."""
    await PerLoop.close_all()


def run_alone(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine where there is no event loop (a Celery task, a command), and closes what it opened."""

    async def run() -> T:
        try:
            return await main
        finally:
            await dispose()

    return asyncio.run(run())


# It counts only in the transaction that entered: a setting leaked on a pooled connection is worthless.
_ENTER = text("SELECT app.enter(:organization, :user)")
_ENTER_PLATFORM = text("SELECT app.enter(app.platform_id(), NULL)")
_READ_ONLY = text("SET TRANSACTION READ ONLY")
_QUEUE = "after_commit"
_reads: ContextVar[bool] = ContextVar("reads", default=False)


class _Role(NamedTuple):
    name: str
    superuser: bool
    bypasses: bool
    owned: int
    unforced: int
    views: int


_ROLE = text("""
WITH usable AS (
    SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')
       AND has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE')
)
SELECT r.rolname, r.rolsuper, r.rolbypassrls,
       (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid),
       (SELECT count(*) FROM usable
         WHERE relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)),
       (SELECT count(*) FROM usable
         WHERE relkind IN ('v', 'm') AND NOT coalesce('security_invoker=true' = ANY (reloptions), false))
  FROM pg_roles r WHERE r.rolname = current_user
""")
# SQLSTATE classes: connection exception, insufficient resources, operator intervention (as shutdown).
_LOST = ("08", "53", "57P")
_WROTE = "25006"


def _engine() -> AsyncEngine:
    return create_async_engine(
        settings().database_url, pool_pre_ping=True, pool_timeout=10, connect_args={"connect_timeout": 3}
    )


_engines = PerLoop(_engine, AsyncEngine.dispose)


def _session() -> AsyncSession:
    return AsyncSession(_engines.get(), expire_on_commit=False)


@asynccontextmanager
async def _transaction(*, reads: bool = False) -> AsyncIterator[AsyncSession]:
    try:
        async with _session() as db, db.begin():
            if reads:
                await db.execute(_READ_ONLY)
            yield db
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _WROTE:
            raise OnlyReading() from error
        if _is_lost(error):
            raise Unavailable() from error
        raise
    except PoolTimeout as error:
        raise Unavailable() from error
    await _call(db.info.pop(_QUEUE, []))


def _only_looks(viewer: Insider) -> bool:
    return isinstance(viewer, Viewer) and viewer.viewing is not None


def _is_lost(error: DBAPIError) -> bool:
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        return error.connection_invalidated or isinstance(error, OperationalError)
    return state.startswith(_LOST)


async def _call(queue: list[tuple[Callable[..., object], tuple[object, ...], dict[str, object]]]) -> None:
    for fn, args, kwargs in queue:
        try:
            result = fn(*args, **kwargs)
            if inspect.isawaitable(result):
                await result
        except Exception:
            # What was committed stands, and the rest of the queue still has to run.
            log.exception("db.after_commit_failed", call=getattr(fn, "__qualname__", repr(fn)))
