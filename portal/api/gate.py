"""The gate before /api and /v1: every request counts, and says what is left; /v1 opens to keys alone."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.api.errors import of_error
from portal.here import bearer_of, client_of, here
from portal.hosts import is_for_programs, is_public_api
from tenancy.api_keys import InvalidKey, KeyHolder, holder_of_key
from tenancy.errors import InsightHubError, TooManyTries
from tenancy.quotas import Allowance, count_for_account, count_for_address, count_for_plan
from tenancy.text import gettext_noop as _


class TooManyRequests(TooManyTries):
    code = "too_many_requests"
    message = _("Too many requests. Wait until the limit resets.")


class ApiGate:
    """Puts the holder of a key into the scope, and the three X-RateLimit headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Without an organisation it is collect, or a file: those have limits of their own.
        if (
            scope["type"] != "http"
            or not is_for_programs(scope["path"])
            or "here" not in scope.get("state", {})
        ):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal: InsightHubError | None = None
        try:
            if is_public_api(scope["path"]):
                allowance, scope["state"]["holder"] = await _by_key(connection)
            else:
                allowance = await _by_person(connection)
        except _Refused as refused:
            allowance, refusal = refused.allowance, refused.error
        except InsightHubError as error:
            await of_error(error)(scope, receive, send)
            return
        if not allowance.admitted:
            refusal = TooManyRequests(retry_after_s=allowance.retry_after_s)
        counted = _counted(send, allowance)
        await (self._app if refusal is None else of_error(refusal))(scope, receive, counted)


class _Refused(Exception):
    def __init__(self, allowance: Allowance, error: InsightHubError) -> None:
        self.allowance = allowance
        self.error = error


async def _by_key(connection: HTTPConnection) -> tuple[Allowance, KeyHolder]:
    try:
        holder = await holder_of_key(bearer_of(connection) or "", here(connection).host)
    except InvalidKey as error:
        raise _Refused(await count_for_address(client_of(connection)), error) from None
    return await count_for_plan(holder.organization_id, holder.plan), holder


async def _by_person(connection: HTTPConnection) -> Allowance:
    viewer = here(connection).viewer
    if viewer is None:
        return await count_for_address(client_of(connection))
    return await count_for_account(viewer.user_id)


def _counted(send: Send, allowance: Allowance) -> Send:
    if allowance.limit is None:
        limit, remaining, resets_at = b"unlimited", b"unlimited", b"0"
    else:
        limit, remaining = b"%d" % allowance.limit, b"%d" % allowance.remaining
        resets_at = b"%d" % allowance.resets_at
    headers = [
        (b"x-ratelimit-limit", limit),
        (b"x-ratelimit-remaining", remaining),
        (b"x-ratelimit-reset", resets_at),
    ]

    async def send_counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *headers]}
        await send(message)

    return send_counted
