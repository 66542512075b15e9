"""The ids that must not mix, and how the public ones are drawn."""

import secrets
from typing import NewType
from uuid import UUID

OrganizationId = NewType("OrganizationId", UUID)
UserId = NewType("UserId", UUID)
SiteId = NewType("SiteId", UUID)

# Crockford's letters: nothing to misread, and without "i" no id can spell a product's name.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def organization_public_id() -> str:
    """org_ and 16 random letters (80 bits)."""
    return f"org_{_draw(16)}"


def site_public_id() -> str:
    """site_ and 16 random letters (80 bits)."""
    return f"site_{_draw(16)}"


def tracking_id() -> str:
    """20 random letters (100 bits): stands in public pages, cannot be guessed from another."""
    return _draw(20)


def link_token() -> str:
    """26 random letters (130 bits): whoever knows it sees what is shared."""
    return _draw(26)


def _draw(letters: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(letters))
