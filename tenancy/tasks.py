"""What tenancy does when nobody waits for it."""

from datetime import timedelta
from typing import Any

import structlog
from celery import shared_task
from sqlalchemy import CursorResult, delete, func

from tenancy import domain_rechecks, models, viewings
from tenancy.db import run_alone, system_session

# Where nobody was for so long is new again.
_KNOWN_DAYS = 400
log = structlog.get_logger(__name__)


@shared_task(name="tenancy.purge_expired_sessions")  # type: ignore[untyped-decorator]
def purge_expired_sessions() -> int:
    """Deletes the sessions that nobody can use any more, and says how many."""
    return run_alone(_purge_expired_sessions())


@shared_task(name="tenancy.recheck_domains")  # type: ignore[untyped-decorator]
def recheck_domains() -> int:
    """Looks at the domains whose turn it is, and says at how many."""
    return run_alone(domain_rechecks.recheck_domains())


@shared_task(name="tenancy.end_overdue_viewings")  # type: ignore[untyped-decorator]
def end_overdue_viewings() -> int:
    """Ends the looks at clients whose time is over, and says how many."""
    return run_alone(viewings.end_overdue_viewings())


async def _purge_expired_sessions() -> int:
    async with system_session(reason="purge expired sessions") as db:
        result: CursorResult[Any] = await db.execute(  # type: ignore[assignment]
            delete(models.UserSession).where(models.UserSession.expires_at <= func.now())
        )
        forgotten = func.now() - timedelta(days=_KNOWN_DAYS)
        await db.execute(delete(models.KnownDevice).where(models.KnownDevice.seen_at < forgotten))
        # Of sessions that go on: by now nobody can mistake the reuse of one for anything else.
        await db.execute(delete(models.RefreshToken).where(models.RefreshToken.expires_at <= func.now()))
    log.info("sessions.purged", rows=result.rowcount)
    return result.rowcount
