"""Alive and ready: what whoever watches over the processes is told, and anybody else with them."""

import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

import tenancy.settings
from analytics.collect.stream import stream_of
from analytics.settings import settings
from tests.factories import unique
from tests.portal.conftest import Asks
from tests.portal.program import Program


async def test_alive_on_any_host_by_any_way_of_asking(api_app: FastAPI, whole_app: FastAPI) -> None:
    for app in (api_app, whole_app):
        watcher = Program(app, unique("10-0-0-7"))

        assert (await watcher.get("/healthz")).text == "ok"
        assert (await watcher.request("HEAD", "/healthz")).status_code == 200


async def test_ready_with_every_dependency_by_name(asks: Asks, redis: Redis) -> None:
    owners = [f"owner:{stream_of(number)}" for number in range(settings().ingest_partitions)]
    for key in owners:
        await redis.set(key, "a process")

    answer = await asks("anything.example").get("/readyz")

    await redis.delete(*owners)
    assert answer.status_code == 200
    assert list(answer.json()) == ["postgresql", "redis", "clickhouse", "ingest"]
    assert all(part["ok"] for part in answer.json().values())


async def test_not_ready_says_which_and_nothing_more(asks: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy.settings.settings(), "redis_url", "redis://:secret@127.0.0.1:9/0")

    answer = await asks("anything.example").get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["redis"] == {"ok": False, "detail": "It is not ready."}
    assert answer.json()["postgresql"]["ok"]
    assert "127.0.0.1" not in answer.text


async def test_what_does_not_exist_on_these_addresses_is_no_crash(whole_app: FastAPI) -> None:
    watcher = Program(whole_app, unique("10-0-0-7"))

    for path in ("/healthz", "/readyz", "/s.js"):
        assert (await watcher.request("POST", path)).status_code in {404, 405}
