"""The OpenAPI document keeps its word: whatever is sent, each answer is one that it describes."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
import schemathesis
from fastapi import FastAPI
from httpx import Response
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import tenancy.settings
from portal.api.schema_text import example_of
from tests.factories import (
    MadeOrganization,
    MadeUser,
    make_client,
    make_key,
    make_reseller,
    make_site,
    make_user,
)
from tests.portal.program import Program

AnyCase: TypeAlias = "Case[Any]"
Operation: TypeAlias = "APIOperation[Any, Any, Any, Any]"
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 10
"""Of each operation, right and wrong ones each: what breaks at once shows, and all of it takes seconds."""


class Asker:
    """Sends generated requests as somebody who may, to a site that exists."""

    def __init__(self, app: FastAPI, client: MadeOrganization, owner: MadeUser) -> None:
        self._program = Program(app, client.host)
        self._client = client
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._token = self._key = self._site = ""
        self.statuses: dict[str, set[int]] = {}

    async def prepares(self) -> None:
        """A site and tokens that no operation before has ended."""
        self._site = (await make_site(self._client)).public_id
        self._token = await self._program.sign_in(self._owner)
        self._key = await make_key(self._client)

    def asks(self, case: AnyCase, *, properly: bool) -> Response:
        """From hypothesis's thread: the answer, which the app makes in its own loop."""
        if properly and "site_id" in (case.path_parameters or {}):
            case.path_parameters = {**(case.path_parameters or {}), "site_id": self._site}
        answer = asyncio.run_coroutine_threadsafe(self._send(case), self._loop).result(60)
        self.statuses.setdefault(case.operation.label, set()).add(answer.status_code)
        return answer

    def asks_its_example(self, operation: Operation, document: Any) -> None:
        """The request that the documentation shows for the operation, which must be a good one."""
        says = document["paths"][operation.path][operation.method]
        body = says.get("requestBody")
        case = operation.Case(
            method=operation.method.upper(),  # type: ignore[arg-type]
            path_parameters={"site_id": self._site} if "{site_id}" in operation.path else {},
            **(
                {
                    "body": example_of(body["content"]["application/json"]["schema"], document),
                    "media_type": "application/json",
                }
                if body
                else {}
            ),
        )
        case.validate_response(self.asks(case, properly=True), checks=CHECKS)

    async def _send(self, case: AnyCase) -> Response:
        details = case.as_transport_kwargs(base_url="http://app")
        bearer = self._key if case.operation.path.startswith("/v1/") else self._token
        headers = {"authorization": f"Bearer {bearer}", **details.pop("headers")}
        known = {"method", "url", "params", "json", "data", "cookies"}
        assert set(details) <= known, set(details) - known
        if isinstance(content := details.pop("data", None), str | bytes):
            details["content"] = content
        details.pop("cookies", None)
        url = str(details.pop("url")).removeprefix("http://app")
        return await self._program.request(details.pop("method"), url, headers=headers, **details)


def checked(
    operation: "APIOperation[Any, Any, Any, Any]", mode: GenerationMode, asker: Asker
) -> Callable[[], None]:
    """Asks the operation with requests of one mode, and holds each answer against the document."""

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: AnyCase) -> None:
        answer = asker.asks(case, properly=mode is GenerationMode.POSITIVE)
        case.validate_response(answer, checks=CHECKS)

    return check


async def test_every_answer_is_one_that_the_document_describes(
    api_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenancy.settings.settings(), "rate_limits", False)
    client = await make_client(await make_reseller())
    asker = Asker(api_app, client, await make_user(client))
    document = (await Program(api_app, client.host).get("/api/openapi.json")).json()
    operations = []
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok)
        operations.append(found.ok())

    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            await asker.prepares()
            await asyncio.to_thread(checked(operation, mode, asker))
        await asker.prepares()
        await asyncio.to_thread(asker.asks_its_example, operation, document)

    assert len(operations) == sum(map(len, document["paths"].values()))
    # Without this, a test whose every request is refused at the door would pass. On an agency's host one
    # cannot sign up unless it says so, and no example is anybody's password.
    unanswered = {label for label, statuses in asker.statuses.items() if min(statuses) >= 300}
    assert unanswered == {"POST /api/auth/login", "POST /api/auth/refresh", "POST /api/auth/register"}
