"""Whatever goes wrong below /api, the answer is an error of the one shape."""

from typing import Any

import pytest
from httpx import Response

import analytics.clickhouse
import analytics.settings
from tests.factories import make_client, make_reseller, make_site, make_user, unique
from tests.portal.conftest import Asks, AsksAs

JSON = {"content-type": "application/json"}


def error(answer: Response) -> Any:
    """(status, code, field) of an answer that has the shape."""
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "field"}
    assert body["error"]["message"]
    return answer.status_code, body["error"]["code"], body["error"]["field"]


async def test_addresses_and_methods_that_do_not_exist(asks: Asks) -> None:
    program = asks((await make_reseller()).host)

    assert error(await program.get("/api/nothing")) == (404, "not_found", None)
    assert error(await program.post("/api/sites/a/b/c", {})) == (404, "not_found", None)
    assert error(await program.get("/api/")) == (404, "not_found", None)
    refused = await program.delete("/api/auth/me")
    assert error(refused) == (405, "method_not_allowed", None)
    assert refused.headers["allow"] == "GET"
    refused = await program.request("PUT", "/api/sites")
    assert error(refused) == (405, "method_not_allowed", None)
    assert refused.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{email:", (400, "malformed", None)),
        (b"\xff\xfe", (400, "malformed", None)),
        (b"", (422, "invalid", None)),
        (b"[]", (422, "invalid", None)),
        (b'"text"', (422, "invalid", None)),
        (b"{}", (422, "invalid", "email")),
        (b'{"email": 5, "password": "x"}', (422, "invalid", "email")),
        (b'{"email": "\\ud800", "password": "x"}', (422, "invalid", "email")),
        (b'{"email": "a@b.c", "password": "\\u0000"}', (422, "invalid", "password")),
        (b'{"email": "' + b"a" * 70_000 + b'"}', (413, "too_large", None)),
        (b"[" * 60_000, (400, "malformed", None)),
    ],
)
async def test_bodies_of_every_wrong_shape(
    asks: Asks, content: bytes, expected: tuple[int, str, str | None]
) -> None:
    program = asks((await make_reseller()).host)

    assert error(await program.request("POST", "/api/auth/login", content=content, headers=JSON)) == expected


async def test_a_body_of_another_type_is_not_read(asks: Asks) -> None:
    """A page of another site may send text without asking first, but not JSON."""
    program = asks((await make_reseller()).host)

    answer = await program.request(
        "POST",
        "/api/auth/login",
        content='{"email":"a@b.c","password":"x"}',
        headers={"content-type": "text/plain"},
    )

    assert error(answer) == (422, "invalid", None)


async def test_ids_that_no_site_has(asks_as: AsksAs) -> None:
    owner = await asks_as(await make_user(await make_reseller()))

    for odd in ("none", "%00", "%ff", "a" * 1000, "site_%F0%9F%98%80", "..%2f..", "'"):
        assert error(await owner.get(f"/api/sites/{odd}")) == (404, "not_found", None)
        assert error(await owner.get(f"/api/sites/{odd}/stats")) == (404, "not_found", None)


async def test_a_host_that_nobody_claimed_is_told_nothing(asks: Asks) -> None:
    stranger = asks(f"{unique('nobody')}.example")

    for path in ("/api/sites", "/api/docs", "/api/openapi.json", "/api/nothing"):
        answer = await stranger.get(path)
        assert error(answer) == (404, "not_found", None)
        assert "insight" not in answer.text.lower()


async def test_another_site_changes_nothing_even_without_a_session(asks: Asks) -> None:
    program = asks((await make_reseller()).host)

    answer = await program.request(
        "POST", "/api/auth/login", json={}, headers={"origin": "https://evil.example"}
    )

    assert error(answer) == (403, "other_origin", None)


async def test_a_store_that_does_not_answer_is_said_to_be_one(
    asks_as: AsksAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await make_client(await make_reseller())
    site = await make_site(client)
    owner = await asks_as(await make_user(client))
    path = f"/api/sites/{site.public_id}/realtime"
    monkeypatch.setattr(analytics.settings.settings(), "clickhouse_url", "http://127.0.0.1:9")
    await analytics.clickhouse.close()

    down = await owner.get(path)
    monkeypatch.undo()

    assert error(down) == (503, "unavailable", None)
    assert (await owner.get(path)).status_code == 200
