"""Mail that carries a domain of its own: the pair of keys that signs it, and the signing."""

import asyncio
import base64

import dkim
import structlog
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.db import system_session
from tenancy.domains import Purpose, host_for
from tenancy.ids import OrganizationId
from tenancy.sealing import seal, unseal

log = structlog.get_logger(__name__)

SELECTOR = "portal1"


async def add_key(db: AsyncSession, domain: models.Domain) -> models.DomainKey:
    """Makes the pair of keys of a mail domain."""
    private, public = await asyncio.to_thread(_new_pair)
    key = models.DomainKey(
        organization_id=domain.organization_id,
        domain_id=domain.id,
        selector=SELECTOR,
        public_key=public,
        private_key=seal(private, _SEALED_FOR, str(domain.id)),
    )
    db.add(key)
    await db.flush()
    return key


async def mail_domain(db: AsyncSession, organization_id: OrganizationId) -> str | None:
    """The domain that an organisation's mail may come from: its own, else its reseller's, else None."""
    return await host_for(db, organization_id, Purpose.MAIL)


async def dkim_sign(message: bytes, domain: str) -> bytes:
    """The message with a signature of the domain in front; as it was where the domain has no working key."""
    async with system_session(reason="sign a mail") as db:
        row = (await db.execute(_KEY, {"host": domain.lower()})).one_or_none()
    if row is None:
        log.info("mail.not_signed", domain=domain)
        return message
    private = unseal(row.private_key, _SEALED_FOR, str(row.domain_id))
    signature: bytes = await asyncio.to_thread(
        dkim.sign,
        message,
        row.selector.encode(),
        domain.lower().encode(),
        private,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=_SIGNED,
    )
    return signature + message


_SEALED_FOR = "mail signing"
_SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type"]

_KEY = text("""
SELECT k.domain_id, k.selector, k.private_key
  FROM domains d JOIN domain_keys k ON k.domain_id = d.id
 WHERE d.host = :host AND d.purpose = 'mail' AND d.verified_at IS NOT NULL AND d.ready_at IS NOT NULL
""")


def _new_pair() -> tuple[bytes, str]:
    """A private key as PEM, and the public one as a DNS record has it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return private, base64.b64encode(public).decode()
