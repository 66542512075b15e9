"""Sites by API: who may see and change which, and what goes into their pages."""

import json

import pytest

from tenancy.roles import Role
from tests.factories import make_client, make_direct, make_reseller, make_site, make_user
from tests.portal.conftest import AsksAs


async def test_a_site_from_its_creation_to_its_end(asks_as: AsksAs) -> None:
    owner = await asks_as(await make_user(await make_reseller()))

    created = await owner.post(
        "/api/sites",
        {"name": "Shop", "domain": "https://www.shop.example/start", "timezone": "Europe/Berlin"},
    )

    site = created.json()
    path = f"/api/sites/{site['id']}"
    assert created.status_code == 201
    assert site.items() >= {"name": "Shop", "domain": "shop.example", "timezone": "Europe/Berlin"}.items()
    assert site["visitor_mode"] == "cookieless"
    assert site["first_event_at"] is None
    assert (await owner.get(path)).json() == site
    assert (await owner.get("/api/sites")).json() == {"sites": [site]}

    changed = await owner.patch(path, {"name": "New shop", "visitor_mode": "consent"})
    assert changed.json() == {**site, "name": "New shop", "visitor_mode": "consent"}

    assert (await owner.delete(path)).status_code == 204
    assert (await owner.get(path)).status_code == 404
    assert (await owner.delete(path)).status_code == 404
    assert (await owner.get("/api/sites")).json() == {"sites": []}


async def test_an_agency_sees_its_clients_sites_and_a_client_its_own(asks_as: AsksAs) -> None:
    agency = await make_reseller()
    one, other = await make_client(agency), await make_client(agency)
    sites = {await make_site(one), await make_site(other)}
    mine = await make_site(one)

    of_agency = (await (await asks_as(await make_user(agency))).get("/api/sites")).json()["sites"]
    reader = await asks_as(await make_user(one, Role.VIEWER))
    of_client = (await reader.get("/api/sites")).json()["sites"]

    assert {site["id"] for site in of_agency} == {site.public_id for site in sites | {mine}}
    assert {site["id"] for site in of_client} == {
        site.public_id for site in sites | {mine} if site.organization_id == one.id
    }


async def test_an_agency_creates_a_site_for_its_client_alone(asks_as: AsksAs) -> None:
    agency = await make_reseller()
    client = await make_client(agency)
    stranger = await make_client(await make_reseller())
    owner = await asks_as(await make_user(agency))
    site = {"name": "Shop", "domain": "shop.example"}

    made = await owner.post("/api/sites", {**site, "organization_id": client.public_id})
    refused = await owner.post("/api/sites", {**site, "organization_id": stranger.public_id})

    assert made.status_code == 201
    seen = await (await asks_as(await make_user(client))).get(f"/api/sites/{made.json()['id']}")
    assert seen.status_code == 200
    assert refused.status_code == 404


async def test_who_only_reads_changes_nothing(asks_as: AsksAs) -> None:
    client = await make_client(await make_reseller())
    path = f"/api/sites/{(await make_site(client)).public_id}"
    reader = await asks_as(await make_user(client, Role.VIEWER))

    tries = [
        await reader.post("/api/sites", {"name": "Shop", "domain": "shop.example"}),
        await reader.patch(path, {"name": "Mine"}),
        await reader.delete(path),
    ]

    assert [answer.status_code for answer in tries] == [403, 403, 403]
    assert tries[0].json()["error"]["code"] == "forbidden"
    assert (await reader.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"domain": "no domain"}, "domain"),
        ({"name": " "}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"currency": "XXXX"}, "currency"),
        ({"visitor_mode": "always"}, "visitor_mode"),
        ({"allowed_hosts": ["ok.example", 5]}, "allowed_hosts.1"),
        ({"tracking_id": "mine"}, "tracking_id"),
    ],
)
async def test_what_is_wrong_is_named(asks_as: AsksAs, change: dict[str, object], field: str) -> None:
    owner = await asks_as(await make_user(await make_reseller()))

    answer = await owner.request(
        "POST",
        "/api/sites",
        content=json.dumps({"name": "Shop", "domain": "shop.example", **change}),
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 422
    assert (answer.json()["error"]["code"], answer.json()["error"]["field"]) == ("invalid", field)


async def test_on_a_resellers_host_the_snippet_carries_its_brand_and_not_the_platforms(
    asks_as: AsksAs,
) -> None:
    agency = await make_reseller(theme={"script_global": "northwind"})
    site = await make_site(agency)
    owner = await asks_as(await make_user(agency))

    answer = (await owner.get(f"/api/sites/{site.public_id}/snippet")).json()

    assert answer["tracking_id"] == site.tracking_id
    assert f"'http://{agency.host}/s.js','northwind'" in answer["snippet"]
    assert f"northwind('init','{site.tracking_id}'" in answer["snippet"]
    assert "insight" not in answer["snippet"].lower()


async def test_on_the_platforms_host_the_snippet_is_ours(asks_as: AsksAs) -> None:
    direct = await make_direct()
    site = await make_site(direct)
    owner = await asks_as(await make_user(direct))

    snippet = (await owner.get(f"/api/sites/{site.public_id}/snippet")).json()["snippet"]

    assert f"'http://{direct.host}/ih.js','insighthub'" in snippet
