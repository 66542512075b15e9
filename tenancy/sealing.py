"""Secrets at rest: AES-256-GCM under keys drawn from SECRET_KEY, one for each purpose."""

import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenancy.errors import InsightHubError
from tenancy.settings import settings
from tenancy.text import gettext_noop as _


class Unreadable(InsightHubError):
    """SECRET_KEY is another one now, or the bytes are not of this place."""

    code = "unreadable_secret"
    message = _("A stored secret can no longer be read. Please enter it again.")


def seal(secret: bytes, purpose: str, place: str) -> bytes:
    """The secret, readable by unseal() with the same purpose and place (the row that holds it) alone."""
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + nonce + _cipher(settings().secret_key, purpose).encrypt(nonce, secret, place.encode())


def unseal(sealed: bytes, purpose: str, place: str) -> bytes:
    """What was sealed. Raises Unreadable for another key, purpose or place, and for changed bytes."""
    if not sealed.startswith(_VERSION):
        raise Unreadable()
    nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    try:
        return _cipher(settings().secret_key, purpose).decrypt(nonce, body, place.encode())
    except (InvalidTag, ValueError):
        raise Unreadable() from None


_NONCE = 12
# The first byte says how the rest is written, so that there can be another way one day.
_VERSION = b"\x01"


@lru_cache(maxsize=64)
def _cipher(secret_key: str, purpose: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"sealing {purpose}".encode())
    return AESGCM(derive.derive(secret_key.encode()))
