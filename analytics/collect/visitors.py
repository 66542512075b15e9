"""Visitor ids: keyed 64-bit hashes, with a salt that lives for two days or a key of this installation."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from redis.asyncio import Redis

SALT_LIFE = timedelta(hours=48)


class VisitorId(NamedTuple):
    """An id, and the id of the same browser under yesterday's salt, which wins while its visit goes on."""

    today: int
    yesterday: int | None = None


class Salts(NamedTuple):
    """The salts of a UTC day and of the day before; the latter is missing on an installation's first day."""

    day: str
    today: bytes
    yesterday: bytes | None


class SaltShelf:
    """Daily salts, kept in Redis for 48 hours and then nowhere."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._salts: Salts | None = None

    async def salts(self, now: datetime) -> Salts:
        """The salts of now's day; one look-up per day and process."""
        day = now.astimezone(UTC).strftime("%Y%m%d")
        if self._salts is None or self._salts.day != day:
            yesterday = (now.astimezone(UTC) - timedelta(days=1)).strftime("%Y%m%d")
            key = f"salt:{day}"
            await self._redis.set(key, secrets.token_bytes(32), nx=True, ex=SALT_LIFE)
            kept: list[Any] = await self._redis.mget(key, f"salt:{yesterday}")
            today, before = kept
            # Between SET and MGET the key cannot expire: its life is days.
            self._salts = Salts(day, today, before)
        return self._salts


def cookieless_id(salts: Salts, site: int, address: str, user_agent: str) -> VisitorId:
    """The id of a browser for a day; nobody can go back from it once the salt is gone."""
    return _salted(salts, site, f"{address}|{user_agent}".encode("utf-8", "surrogatepass"))


def named_id(salts: Salts, site: int, name: str) -> VisitorId:
    """The id for a day of whom a site's server names, where nobody is to be known for longer."""
    return _salted(salts, site, b"name|" + name.encode("utf-8", "surrogatepass"))


def kept_id(key: bytes, site: int, client_id: str) -> VisitorId:
    """The id behind the random id that a browser keeps."""
    return VisitorId(_hash(key, site, client_id.encode("utf-8", "surrogatepass")))


def person_id(key: bytes, site: int, user_id: str) -> int:
    """The id of a person, from the site's own user id."""
    return _hash(key, site, b"person|" + user_id.encode("utf-8", "surrogatepass"))


def installation_key(secret_key: str) -> bytes:
    """The key of kept ids, derived so that it says nothing about the secret that it comes from."""
    return blake2b(secret_key.encode(), digest_size=32, person=b"visitor ids").digest()


def _salted(salts: Salts, site: int, seen: bytes) -> VisitorId:
    return VisitorId(
        _hash(salts.today, site, seen),
        None if salts.yesterday is None else _hash(salts.yesterday, site, seen),
    )


def _hash(key: bytes, site: int, data: bytes) -> int:
    digest = blake2b(data, digest_size=8, key=key, person=site.to_bytes(8, "little")).digest()
    return int.from_bytes(digest, "little")
