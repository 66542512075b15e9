"""The way to a provider and back, over the platform's domain where it has to be: one-time codes in Redis."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import structlog
from redis.exceptions import RedisError

from tenancy.db import system_session
from tenancy.domains import HostOrganization, base_url, primary_host, resolve_host
from tenancy.errors import InsightHubError, Unavailable
from tenancy.identity_providers import Provider, provider_on
from tenancy.ids import OrganizationId
from tenancy.invalidation import redis
from tenancy.openid import Journey, Person, authorization_url, new_secret, vouched_person
from tenancy.roles import Permission
from tenancy.sealing import Unreadable, seal, unseal
from tenancy.settings import settings
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from tenancy.viewer import Viewer

log = structlog.get_logger(__name__)

JOURNEY_S = 10 * 60
CODE_S = 60
CALLBACK = "/auth/callback"
FINISH = "/auth/finish"


class JourneyOver(InsightHubError):
    """Used, expired, never begun, or begun in another browser or on another host: the answer is the same."""

    status = 400
    code = "journey_over"
    message = gettext_noop("That took too long, or began in another browser. Please try again.")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back. user_id is whose session wanted to connect the identity, empty for signing in.

    invite is the token of the invitation that they came from, empty without one.
    """

    provider: Provider
    person: Person
    next_path: str
    user_id: str
    invite: str


async def begin(
    host: HostOrganization,
    provider: Provider,
    *,
    browser: str,
    next_path: str,
    user_id: str = "",
    invite: str = "",
) -> str:
    """Where the browser goes, to the provider. `browser` is the value of a cookie that only it has.

    The token of an invitation stays here: no address on the way carries it.
    """
    identifier = secrets.token_urlsafe(24)
    state = urlsafe_b64encode(seal(f"{identifier} {host.host}".encode(), _STATE, "")).decode()
    back = await callback_url(host, provider)
    journey = Journey(state, new_secret(), new_secret(), back)
    url = await authorization_url(provider, journey)
    await _keep(
        "journey",
        identifier,
        JOURNEY_S,
        {
            "provider": provider.key,
            "host": host.host,
            "browser": _hash(browser),
            "next": next_path,
            "user": user_id,
            "invite": invite,
            "nonce": journey.nonce,
            "verifier": journey.verifier,
            "redirect_uri": back,
        },
    )
    return url


async def callback_url(host: HostOrganization, provider: Provider) -> str:
    """What has to be registered with the provider: on the platform's domain, or on the reseller's primary."""
    if provider.is_platform:
        return base_url(settings().platform_host) + CALLBACK
    return await _own_callback(host.realm_id)


async def own_callback_url(viewer: Viewer) -> str:
    """What a reseller registers with a provider of its own."""
    viewer.require(Permission.MANAGE_SIGN_IN)
    return await _own_callback(viewer.organization_id)


async def returned(here: HostOrganization, state: str, code: str, error: str) -> str:
    """Where a browser goes that comes from a provider: to the host where it began, whatever happened.

    Raises JourneyOver for a state that is none of ours.
    """
    identifier, host_name = _opened(state)
    host = await resolve_host(host_name)
    if host is None:
        raise JourneyOver()
    found = await _take("journey", identifier)
    outcome: dict[str, Any] = {"host": host_name}
    if found is None or found["redirect_uri"] != base_url(here.host) + CALLBACK:
        return f"{base_url(host_name)}{FINISH}"
    outcome |= {name: found[name] for name in ("browser", "next", "user", "invite", "provider")}
    try:
        provider = await provider_on(host, found["provider"])
        if error or not code:
            outcome["trouble"] = _refusal(error).format(provider=provider.name)
        else:
            journey = Journey(state, found["nonce"], found["verifier"], found["redirect_uri"])
            outcome["person"] = asdict(await vouched_person(provider, journey, code))
    except InsightHubError as trouble:
        outcome["trouble"] = trouble.message
    one_time = secrets.token_urlsafe(32)
    await _keep("arrival", one_time, CODE_S, outcome)
    return f"{base_url(host_name)}{FINISH}?{urlencode({'code': one_time})}"


async def arrive(host: HostOrganization, code: str, browser: str | None) -> Arrival:
    """Who came back to the host where they began, in the same browser; the code is over, in any case.

    Raises JourneyOver, NotFound where the provider is not offered any more, or what the provider said.
    """
    found = await _take("arrival", code) if code else None
    if found is None or not browser or found["host"] != host.host:
        raise JourneyOver()
    if not hmac.compare_digest(found["browser"], _hash(browser)):
        log.warning("sign_in.other_browser", host=host.host)
        raise JourneyOver()
    if "trouble" in found:
        raise ProviderTrouble(found["trouble"], invite=found["invite"])
    provider = await provider_on(host, found["provider"])
    return Arrival(provider, Person(**found["person"]), found["next"], found["user"], found["invite"])


class ProviderTrouble(InsightHubError):
    """What went wrong at the provider, in words; invite is as for Arrival."""

    status = 400
    code = "provider_trouble"

    def __init__(self, message: str, *, invite: str) -> None:
        super().__init__(message)
        self.invite = invite


_STATE = "state of a sign-in"


async def _own_callback(realm_id: OrganizationId) -> str:
    async with system_session(reason="where a provider returns to") as db:
        return base_url(await primary_host(db, realm_id)) + CALLBACK


def _refusal(error: str) -> str:
    if error == "access_denied":
        return _("You did not sign in at {provider}.")
    return _("{provider} could not sign you in. Please try again.")


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _opened(state: str) -> tuple[str, str]:
    try:
        identifier, host = unseal(urlsafe_b64decode(state), _STATE, "").decode().split(" ")
    except (Unreadable, ValueError):
        raise JourneyOver() from None
    return identifier, host


async def _keep(kind: str, secret: str, seconds: int, what: dict[str, Any]) -> None:
    try:
        await redis().set(f"sign-in-{kind}:{_hash(secret)}", json.dumps(what), ex=seconds)
    except (RedisError, OSError) as error:
        raise Unavailable() from error


async def _take(kind: str, secret: str) -> dict[str, Any] | None:
    """What was kept, for the first who asks."""
    try:
        found = await redis().getdel(f"sign-in-{kind}:{_hash(secret)}")
    except (RedisError, OSError) as error:
        raise Unavailable() from error
    return None if found is None else dict(json.loads(found))
