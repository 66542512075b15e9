"""Tenancy's stories run on real stores, and some look at them from behind."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from tenancy import db
from tenancy.settings import settings

Owner = psycopg.Connection[tuple[Any, ...]]
WithDatabase = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture(autouse=True)
def _stores(stack: dict[str, str]) -> None:
    """Every test here needs them."""


@pytest.fixture
def owner(stack: dict[str, str]) -> Iterator[Owner]:
    """A superuser's connection: sees and does everything."""
    with psycopg.connect(plain(settings().database_owner_url), autocommit=True) as connection:
        yield connection


@pytest.fixture
def with_database(monkeypatch: pytest.MonkeyPatch) -> WithDatabase:
    """`async with with_database(url):` this process is connected elsewhere."""

    @asynccontextmanager
    async def connected(url: str) -> AsyncIterator[None]:
        await db.dispose()
        with monkeypatch.context() as patch:
            patch.setattr(settings(), "database_url", url)
            try:
                yield
            finally:
                await db.dispose()

    return connected


def plain(url: str) -> str:
    """A SQLAlchemy URL as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
