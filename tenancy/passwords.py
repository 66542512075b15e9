"""Passwords: argon2id in a small pool of threads, so that a rush of sign-ins cannot take all memory."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tenancy.errors import Invalid
from tenancy.settings import settings
from tenancy.text import gettext as _

# Printed in the README and on every demo's terminal: worth nothing anywhere else.
DEMO_PASSWORD = "insighthub-demo"  # noqa: S105


def checked_password(password: str) -> str:
    """10 to 200 characters, and not the one that everybody knows."""
    if not 10 <= len(password) <= 200:
        raise Invalid(_("Use a password of at least 10 characters."), field="password")
    if is_demo_password_elsewhere(password):
        raise Invalid(_("That is the password of the public demo. Choose another."), field="password")
    return password


def is_demo_password_elsewhere(password: str) -> bool:
    """Whether this is the demo's password, outside the demo."""
    return password == DEMO_PASSWORD and not settings().demo


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, _HASHER.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Takes as long for an account that does not exist (None) as for a wrong password."""
    expected = password_hash or _nobody()
    matches = await asyncio.get_running_loop().run_in_executor(_threads, _verify, expected, password)
    return matches and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether it was made with older parameters."""
    return _HASHER.check_needs_rehash(password_hash)


# OWASP's first choice: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="argon2")


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
