"""OpenID Connect with one provider: where to send somebody, and what the provider says about them."""

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tenancy.errors import InsightHubError
from tenancy.identity_providers import Provider
from tenancy.outbound import NotOutside, Unreachable, outbound
from tenancy.text import gettext as _
from tenancy.text import gettext_noop

log = structlog.get_logger(__name__)


class NotVouched(InsightHubError):
    """The provider's answer is none that one can rely on."""

    status = 400
    code = "not_vouched"
    message = gettext_noop("The provider did not confirm who you are. Please try again.")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider publishes about itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    auth_methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a provider has vouched for; email is empty unless the provider says that it is theirs."""

    issuer: str
    subject: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Journey:
    """What one way to a provider and back is held together by."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


def new_secret() -> str:
    """For a nonce or a verifier (RFC 7636 wants 43 characters or more)."""
    return secrets.token_urlsafe(48)


async def fetch_metadata(provider: Provider) -> Metadata:
    """Raises Unreachable, or NotVouched where it is no provider, or another than it says."""
    async with outbound(trusted=provider.trusted) as client:
        return await _metadata(client, provider)


async def check_provider(provider: Provider, redirect_uri: str) -> None:
    """Asks the provider as signing in would. Raises Unreachable or NotVouched, which say what is wrong."""
    async with outbound(trusted=provider.trusted) as client:
        metadata = await _metadata(client, provider)
        try:
            KeySet.import_key_set(await _json(client, metadata.jwks_uri))  # type: ignore[arg-type]
        except (JoseError, NotVouched, ValueError, TypeError, KeyError):
            raise NotVouched(_("The provider does not publish the keys that it signs with.")) from None
        journey = Journey("", "", new_secret(), redirect_uri)
        # A code that cannot be right: who the client is gets looked at before it.
        answer = await _ask_for_tokens(client, provider, metadata, journey, "check")
        with suppress(ValueError):
            said = answer.json()
            if isinstance(said, dict) and said.get("error") in {"invalid_client", "unauthorized_client"}:
                raise NotVouched(_("The provider does not accept the client ID or the secret."))


async def authorization_url(provider: Provider, journey: Journey) -> str:
    """Where the browser goes, to sign in there."""
    metadata = await fetch_metadata(provider)
    url: str = prepare_grant_uri(
        metadata.authorization_endpoint,
        client_id=provider.client_id,
        response_type="code",
        redirect_uri=journey.redirect_uri,
        scope="openid email profile",
        state=journey.state,
        nonce=journey.nonce,
        code_challenge=create_s256_code_challenge(journey.verifier),
        code_challenge_method="S256",
    )
    return url


async def vouched_person(provider: Provider, journey: Journey, code: str) -> Person:
    """Whom the provider vouches for, in return for its code. Raises Unreachable, or NotVouched."""
    async with outbound(trusted=provider.trusted) as client:
        metadata = await _metadata(client, provider)
        tokens = await _tokens(client, provider, metadata, journey, code)
        keys = await _json(client, metadata.jwks_uri)
        claims = _checked(tokens, keys, provider, metadata, journey.nonce)
        if "email" not in claims and metadata.userinfo_endpoint:
            bearer = {"authorization": f"Bearer {tokens.get('access_token', '')}"}
            more = await _json(client, metadata.userinfo_endpoint, headers=bearer)
            if more.get("sub") == claims["sub"]:
                claims = {**more, **claims}
    # Some providers write "true".
    vouches = claims.get("email_verified") in (True, "true")
    email = str(claims.get("email") or "") if vouches else ""
    name = str(claims.get("name") or "").strip()
    return Person(metadata.issuer, str(claims["sub"]), email.strip().lower(), name)


# Signatures that prove who signed; none of those with a shared key.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_CLOCKS_DIFFER_S = 120
_NO_PROVIDER = gettext_noop("No OpenID Connect provider responds at that address. Copy the issuer exactly.")


async def _metadata(client: httpx.AsyncClient, provider: Provider) -> Metadata:
    try:
        found = await _json(client, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    except NotVouched:
        raise NotVouched(_(_NO_PROVIDER)) from None
    if str(found.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):
        raise NotVouched(_("That address belongs to a different provider. Copy the issuer exactly."))
    try:
        return Metadata(
            issuer=str(found["issuer"]),
            authorization_endpoint=str(found["authorization_endpoint"]),
            token_endpoint=str(found["token_endpoint"]),
            jwks_uri=str(found["jwks_uri"]),
            userinfo_endpoint=str(found.get("userinfo_endpoint") or ""),
            auth_methods=tuple(found.get("token_endpoint_auth_methods_supported") or ()),
        )
    except KeyError:
        raise NotVouched(_(_NO_PROVIDER)) from None


async def _tokens(
    client: httpx.AsyncClient, provider: Provider, metadata: Metadata, journey: Journey, code: str
) -> dict[str, Any]:
    return _read(await _ask_for_tokens(client, provider, metadata, journey, code))


async def _ask_for_tokens(
    client: httpx.AsyncClient, provider: Provider, metadata: Metadata, journey: Journey, code: str
) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": journey.redirect_uri,
        "code_verifier": journey.verifier,
    }
    auth = None
    if metadata.auth_methods and "client_secret_basic" not in metadata.auth_methods:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    else:
        auth = httpx.BasicAuth(provider.client_id, provider.client_secret)
    headers = {"accept": "application/json"}
    return await _send(client, "POST", metadata.token_endpoint, data=form, auth=auth, headers=headers)


def _checked(
    tokens: dict[str, Any], keys: dict[str, Any], provider: Provider, metadata: Metadata, nonce: str
) -> dict[str, Any]:
    try:
        token = jwt.decode(str(tokens["id_token"]), KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": metadata.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
            },
            params={
                "nonce": nonce,
                "client_id": provider.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(leeway=_CLOCKS_DIFFER_S)
    except (JoseError, KeyError, ValueError, TypeError) as error:
        log.warning("openid.token_refused", issuer=metadata.issuer, error=type(error).__name__)
        raise NotVouched() from None
    return dict(claims)


async def _json(client: httpx.AsyncClient, url: str, **details: Any) -> dict[str, Any]:
    return _read(await _send(client, "GET", url, **details))


async def _send(client: httpx.AsyncClient, method: str, url: str, **details: Any) -> httpx.Response:
    try:
        answer = await client.request(method, url, **details)
    except NotOutside:
        raise Unreachable(_("That is not a public https address.")) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.info("openid.unreachable", error=type(error).__name__)
        raise Unreachable() from None
    if answer.status_code >= 500:
        raise Unreachable()
    return answer


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != 200:
        log.warning("openid.refused", status=answer.status_code)
        raise NotVouched()
    try:
        found = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise NotVouched() from None
    if not isinstance(found, dict):
        raise NotVouched()
    return found
