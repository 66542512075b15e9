"""What somebody signs in with, and from where: noted with the session, recognised the next time."""

import hmac
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address, ip_network

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.settings import settings
from tenancy.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Device:
    """A browser or program, as far as it says what it is; each part may be empty."""

    browser: str = ""
    system: str = ""
    city: str = ""
    country: str = ""
    """A code, such as DE."""
    address: str = ""


Tell = Callable[[AsyncSession, Viewer, Device], Awaitable[None]]


@contextmanager
def coming_from(read: Callable[[], Device]) -> Iterator[None]:
    """Within the block, a sign-in is from this device, which is read when somebody asks."""
    before = _reader.set(read)
    try:
        yield
    finally:
        _reader.reset(before)


def current_device() -> Device:
    """What the request that is being answered came from; nothing is known outside of one."""
    read = _reader.get()
    return Device() if read is None else read()


def on_new_device(tell: Tell) -> None:
    """Calls tell(db, viewer, device), in the transaction of a sign-in from where that person never was."""
    _tell.clear()
    _tell.append(tell)


async def recognise(db: AsyncSession, viewer: Viewer, device: Device) -> None:
    """Remembers where a person signs in from. Where it is new, whoever asked for it is told.

    Not about the very first one, which is new by its nature. db is a system session.
    """
    if not device.address:
        return
    seen = {"user": viewer.user_id, "digest": _digest(viewer, device)}
    was_known = await db.scalar(_IS_KNOWN, {"user": viewer.user_id})
    if await db.scalar(_AGAIN, seen):
        return
    await db.execute(_REMEMBER, seen)
    if was_known:
        for tell in _tell:
            await tell(db, viewer, device)


def network_around(address: str) -> str:
    """The /24 or /48 of an address: a provider gives its people another one within it from day to day."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


_reader: ContextVar[Callable[[], Device] | None] = ContextVar("device", default=None)
_tell: list[Tell] = []

_IS_KNOWN = text("SELECT EXISTS (SELECT FROM known_devices WHERE user_id = :user)")

_AGAIN = text("""
UPDATE known_devices SET seen_at = now() WHERE user_id = :user AND digest = :digest RETURNING true
""")

_REMEMBER = text("""
INSERT INTO known_devices (user_id, organization_id, digest)
SELECT id, organization_id, :digest FROM users WHERE id = :user
    ON CONFLICT (user_id, digest) DO NOTHING
""")


def _digest(viewer: Viewer, device: Device) -> bytes:
    key = hmac.new(settings().secret_key.encode(), b"known devices", sha256).digest()
    parts = (str(viewer.user_id), network_around(device.address), device.browser, device.system)
    return hmac.new(key, "\n".join(parts).encode(), sha256).digest()
