"""A signed link that shows how the pages of a host will look, before its DNS leads anywhere."""

import hmac
import time
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text

from tenancy.db import system_session
from tenancy.domains import HOST_ROWS, HostOrganization, host_organization
from tenancy.errors import NotFound
from tenancy.settings import settings

DAYS = 7


def preview_token(domain_id: UUID, *, now: float | None = None) -> str:
    """Shows the domain's sign-in page to whoever has it, for a week."""
    until = int(now if now is not None else time.time()) + DAYS * 24 * 60 * 60
    return f"{domain_id.hex}{until:x}-{_signature(domain_id, until)}"


async def previewed_host(token: str) -> HostOrganization:
    """The host of the token, as if it were served. Raises NotFound for a token that is none, or old."""
    content, _dash, signature = token.rpartition("-")
    try:
        domain_id, until = UUID(content[:32]), int(content[32:], 16)
    except ValueError:
        raise NotFound() from None
    right = hmac.compare_digest(_signature(domain_id, until).encode(), signature.encode())
    if not right or until < time.time():
        raise NotFound()
    async with system_session(reason="preview of a host") as db:
        row = (await db.execute(_DOMAIN, {"id": domain_id})).one_or_none()
    if row is None:
        raise NotFound()
    return host_organization(row)


_DOMAIN = text(HOST_ROWS + " WHERE d.id = :id AND d.purpose = 'app'")


def _signature(domain_id: UUID, until: int) -> str:
    message = f"preview {domain_id.hex} {until}".encode()
    return hmac.new(settings().secret_key.encode(), message, sha256).hexdigest()[:40]
