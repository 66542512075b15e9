"""What analytics does when nobody waits for it."""

from datetime import UTC, datetime
from uuid import UUID

import redis
import structlog
from celery import shared_task

from analytics import client_exports, erasure
from analytics.rollup.build import drop_old_days, large_sites, roll_up
from tenancy.db import run_alone
from tenancy.ids import OrganizationId
from tenancy.settings import settings
from tenancy.sites import zones_of

log = structlog.get_logger(__name__)


@shared_task(name="analytics.forget_expired_salts")  # type: ignore[untyped-decorator]
def forget_expired_salts() -> bool:
    """Has Redis write its file anew, as the old one still holds salts that have expired; whether it does."""
    with redis.Redis.from_url(settings().redis_url, socket_timeout=10) as store:
        try:
            store.bgrewriteaof()
        except redis.RedisError as error:
            # Managed servers refuse it, and see to their files themselves.
            log.warning("salts.file_not_rewritten", reason=str(error)[:200])
            return False
    return True


@shared_task(name="analytics.roll_up_large_sites")  # type: ignore[untyped-decorator]
def roll_up_large_sites() -> int:
    """Counts the closed days of large sites that are not counted yet, or not any more; how many."""
    now = datetime.now(UTC)
    drop_old_days(now)
    zones = run_alone(zones_of(large_sites()))
    return sum(roll_up(number, zone, now) for number, zone in zones.items())


@shared_task(name="analytics.erase_deleted")  # type: ignore[untyped-decorator]
def erase_deleted() -> int:
    """Removes for good what was deleted long enough ago; how many organisations. Can run twice."""
    return erasure.erase_deleted()


@shared_task(name="analytics.make_client_export")  # type: ignore[untyped-decorator]
def make_client_export(above: str, client_id: str, run: str) -> str | None:
    """Makes the file of a client that somebody of the organisation above has asked for. Can run twice."""
    return run_alone(
        client_exports.make_export(OrganizationId(UUID(above)), OrganizationId(UUID(client_id)), UUID(run))
    )


@shared_task(name="analytics.forget_exports")  # type: ignore[untyped-decorator]
def forget_exports() -> int:
    """Takes away the files of clients whose time is over, and says how many."""
    return run_alone(client_exports.forget_exports())


@shared_task(name="analytics.clear_files")  # type: ignore[untyped-decorator]
def clear_files() -> None:
    """Takes what was deleted out of the files of ClickHouse as well."""
    erasure.clear_files()
