"""How people are told by mail of what happened without them: each in their own language, none twice."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.in_charge import Person
from tenancy.text import speaking
from themes.emails import Mail, send_mail

log = structlog.get_logger(__name__)

T = TypeVar("T")


async def tell(db: AsyncSession, people: Iterable[Person], write: Callable[[Person], Mail]) -> None:
    """Sends each of them the mail that write() makes, which speaks their language meanwhile.

    Of somebody who is there twice, the last role counts.
    """
    for person in {person.email: person for person in people}.values():
        with speaking(person.locale):
            mail = write(person)
        await send_mail(db, person.organization_id, person.email, mail, locale=person.locale)


async def each_by_itself(news: Iterable[T], tell_of: Callable[[T], Awaitable[bool]]) -> int:
    """Calls tell_of() for each, and says how often something was told; what goes wrong stops no other."""
    told = 0
    for one in news:
        try:
            told += await tell_of(one)
        except Exception:
            log.exception("notice.failed")
    return told
