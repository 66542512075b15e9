"""The documentation of the API: whole, consistent, and everybody's own."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from analytics.reports.filters import Dimension
from analytics.reports.metrics import Metric
from portal.api.schema_text import example_of
from portal.api.stats_body import DIMENSION_KEYS, METRIC_KEYS, METRICS, Stats
from tests.factories import make_reseller, the_platform
from tests.portal.conftest import Asks


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from references(one)


async def test_every_operation_is_described_and_every_reference_leads_somewhere(
    asks: Asks, api_app: FastAPI
) -> None:
    agency = await make_reseller()

    document = (await asks(agency.host).get("/api/openapi.json")).json()

    served = {
        (route.path, method.lower())
        for route in iter_route_contexts(api_app.routes)
        if route.path
        and route.path.startswith(("/api/", "/v1/"))
        and getattr(route, "include_in_schema", False)
        for method in route.methods or ()
    }
    operations = {
        (path, method): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert set(operations) == served
    assert ("/api/sites/{site_id}/stats", "get") in served
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)
    assert all(operation["description"] for operation in operations.values())
    schemas = document["components"]["schemas"]
    known = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "headers")
        for name in document["components"][kind]
    }
    assert set(references(document)) <= known
    # The framework's own shape of errors is not ours.
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)
    for operation in operations.values():
        for status, answer in operation["responses"].items():
            if status >= "400":
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}


async def test_who_may_ask_without_signing_in_is_said(asks: Asks) -> None:
    document = (await asks((await make_reseller()).host).get("/api/openapi.json")).json()

    schemes = document["components"]["securitySchemes"]
    assert document["security"] == [{"token": []}, {"session": []}]
    assert set(schemes) == {"token", "session", "key"}
    operations = [
        (path, operation) for path, methods in document["paths"].items() for operation in methods.values()
    ]
    unsigned = {path for path, operation in operations if operation.get("security") == []}
    assert unsigned == {"/api/auth/register", "/api/auth/login", "/api/auth/refresh"}
    for path, operation in operations:
        assert (operation.get("security") == [{"key": []}]) == path.startswith("/v1/")


async def test_every_answer_says_what_is_left(asks: Asks) -> None:
    document = (await asks((await make_reseller()).host).get("/api/openapi.json")).json()

    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                assert set(document["components"]["headers"]) <= set(answer["headers"])
                assert ("Retry-After" in answer["headers"]) == (status == "429")
            assert {"429", "503"} <= set(operation["responses"])


async def test_the_page_lists_every_operation_with_a_call_to_copy(asks: Asks) -> None:
    agency = await make_reseller(theme={"name": "Northwind <Analytics>", "primary_color": "#c2410c"})
    program = asks(agency.host)
    document = (await program.get("/api/openapi.json")).json()

    answer = await program.get("/api/docs")

    page = answer.text
    assert answer.status_code == 200
    assert document["info"]["title"] == "Northwind <Analytics> API"
    assert "Northwind &lt;Analytics&gt; API" in page
    assert "#c2410c" in page
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in page
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
            assert f'id="curl-{operation["operationId"]}"' in page
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(re.findall(r'id="([^"]+)"', page))
    assert f"curl -X POST http://{agency.host}/api/auth/login" in page


async def test_nothing_of_it_comes_from_elsewhere_or_names_the_platform(asks: Asks) -> None:
    agency = await make_reseller()
    program = asks(agency.host)

    page = await program.get("/api/docs")
    document = await program.get("/api/openapi.json")

    for text in (page.text, document.text):
        assert "insight" not in text.lower()
        named = set(re.findall(r"https?://([\w.-]+)", text))
        assert named <= {agency.host, "www.w3.org", "shop.example.com", "news.example.com"}
    assert "FastAPI" not in page.text + document.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_on_the_platforms_own_host_it_is_the_platforms(asks: Asks) -> None:
    platform = await the_platform()

    document = (await asks(platform.host).get("/api/openapi.json")).json()

    assert document["info"]["title"] == "InsightHub API"
    assert document["servers"] == [{"url": f"http://{platform.host}"}]


def test_the_example_of_the_statistics_is_one() -> None:
    [example] = Stats.model_json_schema()["examples"]

    assert Stats.model_validate(example).model_dump(mode="json", exclude_unset=True) == example


async def test_examples_read_in_the_order_of_the_fields(asks: Asks) -> None:
    api = (await asks((await make_reseller()).host).get("/api/openapi.json")).json()

    stats = example_of({"$ref": "#/components/schemas/Stats"}, api)

    assert list(stats) == ["period", "metrics", "timeseries", "dimensions"]
    assert list(stats["metrics"]) == ["visitors", "bounce_rate", "avg_duration"]
    assert list(stats["dimensions"]["pages"][0]) == ["path", "pageviews", "avg_time"]


def test_every_metric_and_dimension_has_its_names() -> None:
    assert set(METRIC_KEYS) == set(METRICS.values()) == set(Metric)
    assert set(DIMENSION_KEYS) == set(Dimension)
    assert len(set(DIMENSION_KEYS.values())) == len(Dimension)
