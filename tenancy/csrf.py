"""Proof that a form came from our own page: a hash that only we can make of a cookie that only it sends."""

import hmac
import secrets
from hashlib import sha256

from tenancy.errors import Forbidden
from tenancy.settings import settings
from tenancy.text import gettext_noop as _


class StaleForm(Forbidden):
    code = "stale_form"
    message = _("This form has expired. Please try again.")


def new_nonce() -> str:
    """For the cookie of somebody who has no session yet."""
    return secrets.token_urlsafe(24)


def token_for(cookie: str) -> str:
    """The hidden field that belongs to this session token or nonce."""
    return hmac.new(settings().secret_key.encode(), f"csrf {cookie}".encode(), sha256).hexdigest()


def check_token(cookie: str | None, token: str | None) -> None:
    """Raises StaleForm where the field does not belong to the cookie."""
    if not cookie or not token or not hmac.compare_digest(token_for(cookie).encode(), token.encode()):
        raise StaleForm()
