"""/v1: what a program may do with a key, on whose sites, and how often."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response
from redis.asyncio import Redis
from sqlalchemy import text

import tenancy.quotas
from analytics.ingest.worker import IngestWorker
from analytics.settings import settings
from tenancy.api_keys import Scope, holder_of_key, revoke_api_key
from tenancy.db import session, system_session
from tenancy.plans import REQUESTS_PER_HOUR, Plan
from tenancy.sites import Site, VisitorMode, mark_first_event
from tests.analytics.collect.browser import CHROME
from tests.factories import (
    MadeOrganization,
    a_viewer,
    host_of,
    make_client,
    make_direct,
    make_key,
    make_reseller,
    make_site,
    make_user,
    the_platform,
)
from tests.portal.conftest import Asks
from tests.portal.program import Program


async def a_holder(
    asks: Asks, organization: MadeOrganization, *scopes: Scope, site: Site | None = None
) -> Program:
    program = asks(organization.host)
    program.bears(await make_key(organization, *scopes, site=site))
    return program


def error(answer: Response) -> Any:
    return answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["field"]


async def takes_in(redis: Redis) -> None:
    """What waits in the stream is in the store afterwards."""
    partitions = range(settings().ingest_partitions)
    await IngestWorker(redis, partitions, mark_first_event=mark_first_event).run_once()


async def test_a_key_sees_the_sites_that_it_is_good_for(asks: Asks) -> None:
    agency = await make_reseller()
    client, sibling = await make_client(agency), await make_client(agency)
    site, other = await make_site(client), await make_site(sibling)
    agencys = await a_holder(asks, agency, Scope.READ)
    clients = await a_holder(asks, client, Scope.READ)
    sites_own = await a_holder(asks, agency, Scope.READ, site=other)

    async def seen(program: Program) -> set[str]:
        return {one["id"] for one in (await program.get("/v1/sites")).json()["sites"]}

    assert await seen(agencys) == {site.public_id, other.public_id}
    assert await seen(clients) == {site.public_id}
    assert await seen(sites_own) == {other.public_id}
    for path in ("stats", "realtime", "events"):
        assert (await clients.get(f"/v1/sites/{site.public_id}/{path}")).status_code == 200
        for program, hidden in ((clients, other), (sites_own, site)):
            assert error(await program.get(f"/v1/sites/{hidden.public_id}/{path}")) == (
                404,
                "not_found",
                None,
            )


async def test_a_key_opens_v1_and_nothing_else_and_v1_opens_to_keys_alone(asks: Asks) -> None:
    agency = await make_reseller()
    holder = await a_holder(asks, agency)
    person = asks(agency.host)
    await person.sign_in(await make_user(agency))
    await person.open_browser(await make_user(agency))

    assert error(await holder.get("/api/sites"))[:2] == (401, "not_signed_in")
    assert error(await holder.get("/api/auth/me"))[:2] == (401, "not_signed_in")
    for path in ("/v1", "/v1/", "/v1/sites", "/v1/nothing"):
        refused = await person.get(path)
        assert error(refused) == (401, "invalid_key", None)
        assert refused.headers["www-authenticate"] == "Bearer"
    assert error(await holder.get("/v1/nothing")) == (404, "not_found", None)
    assert error(await holder.get("/v1")) == (404, "not_found", None)
    wrong = await holder.delete("/v1/sites")
    assert (error(wrong)[0], wrong.headers["allow"]) == (405, "GET")


async def test_a_key_works_on_the_hosts_of_its_organisation_until_it_is_revoked(asks: Asks) -> None:
    agency = await make_reseller()
    secret = await make_key(await make_client(agency))
    host = await host_of(agency)
    answers = {}
    for place in (agency, await the_platform(), await make_reseller()):
        program = asks(place.host)
        program.bears(secret)
        answers[place.host] = program, (await program.get("/v1/sites")).status_code
    assert [status for _program, status in answers.values()] == [200, 200, 401]

    viewer = a_viewer(agency)
    async with session(viewer) as db:
        await revoke_api_key(db, viewer, (await holder_of_key(secret, host)).key_id)

    assert [(await program.get("/v1/sites")).status_code for program, _status in answers.values()] == [
        401
    ] * 3


async def test_a_scope_that_is_missing_is_named(asks: Asks) -> None:
    client = await make_direct()
    site = await make_site(client)
    reader, writer = await a_holder(asks, client, Scope.READ), await a_holder(asks, client, Scope.WRITE)
    event = {"name": "renewed", "visitor_id": "kim"}

    refused = await reader.post(f"/v1/sites/{site.public_id}/events", event)
    assert error(refused) == (403, "missing_scope", None)
    assert "write" in refused.json()["error"]["message"]
    assert error(await writer.get("/v1/sites")) == (403, "missing_scope", None)
    assert (await writer.post(f"/v1/sites/{site.public_id}/events", event)).status_code == 202


async def test_every_answer_says_what_is_left_of_the_plan_and_then_to_wait(
    asks: Asks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REQUESTS_PER_HOUR, Plan.FREE, 4)
    direct = await make_direct()
    one, another = await a_holder(asks, direct), await a_holder(asks, direct)

    answers = [
        await one.get("/v1/sites"),
        await one.get("/v1/nothing"),
        await another.post("/v1/sites/none/events", {}),
        await another.get("/v1/sites/none/stats"),
        await one.get("/v1/sites"),
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 422, 404, 429]
    assert [answer.headers["x-ratelimit-limit"] for answer in answers] == ["4"] * 5
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["3", "2", "1", "0", "0"]
    resets = {answer.headers["x-ratelimit-reset"] for answer in answers}
    now = datetime.now(UTC).timestamp()
    assert all(now < int(reset) <= now + 3601 for reset in resets)
    assert error(answers[-1]) == (429, "too_many_requests", None)
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
    # Another customer does not notice.
    assert (await (await a_holder(asks, await make_direct())).get("/v1/sites")).status_code == 200


async def test_a_plan_without_limit_has_none(asks: Asks) -> None:
    direct = await make_direct()
    async with system_session(reason="test") as db:
        await db.execute(
            text("UPDATE organizations SET plan = 'enterprise' WHERE id = :id"), {"id": direct.id}
        )

    answer = await (await a_holder(asks, direct)).get("/v1/sites")

    assert [answer.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset")] == [
        "unlimited",
        "unlimited",
        "0",
    ]


async def test_who_guesses_keys_and_who_asks_too_much_is_stopped_by_address_and_account(
    asks: Asks, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = await make_reseller()
    few = type(tenancy.quotas.PER_ADDRESS)(2, 1, namespace="few")
    monkeypatch.setattr(tenancy.quotas, "PER_ADDRESS", few)
    monkeypatch.setattr(tenancy.quotas, "PER_ACCOUNT", few)
    guesser, docs, person = asks(agency.host), asks(agency.host), asks(agency.host)
    guesser.bears("ak_live_guess")
    await person.sign_in(await make_user(agency))

    assert [(await guesser.get("/v1/sites")).status_code for _ in range(3)] == [401, 401, 429]
    assert [(await docs.get("/api/openapi.json")).status_code for _ in range(3)] == [200, 200, 429]
    assert [(await person.get("/api/sites")).status_code for _ in range(3)] == [200, 200, 429]


async def test_an_event_of_a_server_shows_up_in_the_log_and_in_the_numbers(asks: Asks, redis: Redis) -> None:
    direct = await make_direct()
    site = await make_site(direct, visitor_mode=VisitorMode.PERSISTENT)
    holder = await a_holder(asks, direct)
    path = f"/v1/sites/{site.public_id}/events"
    moment = datetime.now(UTC).replace(microsecond=125_000) - timedelta(minutes=2)
    event = {
        "name": "subscription_renewed",
        "visitor_id": "customer-42",
        "id": "renewal-1",
        "timestamp": moment.isoformat(),
        "properties": {"plan": "pro", "seats": 3, "trial": False, "utm_source": "newsletter"},
    }

    taken = await holder.post(path, event)
    again = await holder.post(path, event)
    old = await holder.post(
        path, {"name": "old", "visitor_id": "a", "timestamp": (moment - timedelta(days=8)).isoformat()}
    )

    assert (taken.status_code, taken.json()) == (202, {"events_received": 1, "events_dropped": 0})
    assert again.json() == old.json() == {"events_received": 1, "events_dropped": 1}
    await takes_in(redis)
    [logged] = (await holder.get(path)).json()["events"]
    assert logged["name"] == "subscription_renewed"
    assert datetime.fromisoformat(logged["timestamp"]) == moment
    assert logged["properties"] == {"plan": "pro", "seats": "3", "trial": "false"}
    assert (logged["hostname"], logged["path"], logged["source"]) == (site.domain, "/", "newsletter")
    assert (logged["browser"], logged["device"], logged["country"]) == ("", "", "")
    stats = (await holder.get(f"/v1/sites/{site.public_id}/stats", dimensions="event")).json()
    assert stats["metrics"]["visitors"]["value"] == 1
    assert stats["dimensions"]["events"] == [{"name": "subscription_renewed", "visitors": 1, "events": 1}]
    now = (await holder.get(f"/v1/sites/{site.public_id}/realtime")).json()
    assert [one["visitor_id"] for one in now["visitors_list"]] == [logged["visitor_id"]]


@pytest.mark.parametrize("mode", list(VisitorMode))
async def test_a_servers_events_join_the_visitor_of_the_browser(
    asks: Asks, redis: Redis, mode: VisitorMode
) -> None:
    direct = await make_direct()
    site = await make_site(direct, visitor_mode=mode)
    holder = await a_holder(asks, direct)
    browser = asks(direct.host)
    body: dict[str, Any] = {
        "site_id": site.tracking_id,
        "events": [{"name": "page_view", "properties": {"url": f"https://{site.domain}/pricing"}}],
    }
    if mode is not VisitorMode.COOKIELESS:
        body["visitor"] = {"id": "kept-by-the-browser"}
    sent = await browser.request(
        "POST", "/api/collect", content=json.dumps(body), headers={"user-agent": CHROME}
    )
    assert sent.status_code == 200
    looks = {"ip_address": browser.address, "user_agent": CHROME}
    path = f"/v1/sites/{site.public_id}/events"
    for who in (
        {"visitor_id": "kept-by-the-browser", **looks},
        {"visitor_id": "somebody else"},
        {"visitor_id": "somebody else"},
    ):
        assert (await holder.post(path, {"name": "paid", **who})).status_code == 202

    await takes_in(redis)

    logged = (await holder.get(path, order="oldest")).json()["events"]
    view = next(one for one in logged if one["name"] == "page_view")
    visitors = [one["visitor_id"] for one in logged if one["name"] == "paid"]
    assert sorted(visitors.count(one) for one in set(visitors)) == [1, 2]
    assert visitors.count(view["visitor_id"]) == 1
    joined = next(one for one in logged if one["name"] == "paid" and one["visitor_id"] == view["visitor_id"])
    assert joined["session_id"] == view["session_id"]
    assert joined["browser"] == view["browser"] == "Chrome"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"name": "paid"}, (422, "invalid", "")),
        ({"name": "paid", "ip_address": "203.0.113.7"}, (422, "invalid", "")),
        ({"name": " ", "visitor_id": "kim"}, (422, "malformed", "name")),
        ({"visitor_id": "kim"}, (422, "invalid", "name")),
        (
            {"name": "paid", "visitor_id": "kim", "url": "https://evil.example/"},
            (403, "host_not_allowed", "url"),
        ),
        ({"name": "paid", "visitor_id": "kim", "url": "/pricing"}, (422, "malformed", "url")),
        ({"name": "paid", "visitor_id": "kim", "ip_address": "kim"}, (422, "invalid", "ip_address")),
        ({"name": "paid", "visitor_id": "kim", "timestamp": "yesterday"}, (422, "invalid", "timestamp")),
        (
            {"name": "paid", "visitor_id": "kim", "properties": {"a": "b" * 2001}},
            (422, "malformed", "properties.a"),
        ),
        (
            {"name": "paid", "visitor_id": "kim", "properties": {str(n): n for n in range(31)}},
            (422, "malformed", "properties"),
        ),
        ({"name": "paid", "visitor_id": "kim", "extra": 1}, (422, "invalid", "extra")),
    ],
)
async def test_an_event_that_is_wrong_is_refused_by_its_field(
    asks: Asks, sent: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    direct = await make_direct()
    site = await make_site(direct)
    holder = await a_holder(asks, direct)

    status, code, field = error(await holder.post(f"/v1/sites/{site.public_id}/events", sent))

    assert (status, code, field or "") == expected


async def test_a_program_goes_through_all_events_once_though_more_arrive(asks: Asks, redis: Redis) -> None:
    direct = await make_direct()
    site = await make_site(direct)
    holder = await a_holder(asks, direct)
    path = f"/v1/sites/{site.public_id}/events"
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    number = 0

    async def happens(count: int, moment: datetime) -> None:
        nonlocal number
        for _ in range(count):
            number += 1
            event = {"name": f"event_{number % 2}", "visitor_id": f"v{number % 5}", "id": str(number)}
            sent = await holder.post(path, {**event, "timestamp": moment.isoformat()})
            assert sent.json() == {"events_received": 1, "events_dropped": 0}
        await takes_in(redis)

    # Seven of one millisecond, so that a page ends among them; others on other days.
    await happens(3, start)
    await happens(7, start + timedelta(days=1))
    await happens(3, start + timedelta(days=2, hours=5))

    async def pages(**asked: str) -> list[list[dict[str, Any]]]:
        found, cursor = [], ""
        while True:
            page = (
                await holder.get(path, **asked, limit="4", **({"cursor": cursor} if cursor else {}))
            ).json()
            found.append(page["events"])
            if page["next"] is None:
                return found
            cursor = page["next"]
            # One arrives while the program reads: in front of where a reader of the newest is.
            if len(found) == 1 and asked.get("order") != "oldest":
                await happens(1, datetime.now(UTC))

    newest = await pages()
    oldest = await pages(order="oldest")

    assert [len(page) for page in newest] == [4, 4, 4, 1]
    ids = [event["id"] for page in newest for event in page]
    assert len(set(ids)) == 13
    moments = [event["timestamp"] for page in newest for event in page]
    assert moments == sorted(moments, reverse=True)
    assert [event["id"] for page in oldest for event in page][:13] == ids[::-1]
    some = await pages(name="event_0", since=(start + timedelta(days=1)).isoformat(), order="oldest",
                       until=(start + timedelta(days=2)).isoformat())  # fmt: skip
    names = [event["name"] for page in some for event in page]
    assert names == ["event_0"] * 4


async def test_cursors_and_filters_that_are_none_are_refused(asks: Asks) -> None:
    direct = await make_direct()
    site = await make_site(direct)
    holder = await a_holder(asks, direct, Scope.READ)
    path = f"/v1/sites/{site.public_id}/events"
    strange = base64.urlsafe_b64encode(b"1.-5").decode().rstrip("=")

    for cursor in ("x", "ä", strange, "MQ", "9" * 80):
        assert error(await holder.get(path, cursor=cursor)) == (422, "invalid", "cursor")
    for field, value in (
        ("limit", "0"),
        ("limit", "1001"),
        ("since", "2026-01-01T00:00:00"),
        ("order", "up"),
    ):
        assert error(await holder.get(path, **{field: value})) == (422, "invalid", field)
    far = await holder.get(path, since="9000-01-01T00:00:00Z", until="0001-01-01T00:00:00Z")
    assert far.json() == {"events": [], "next": None}
