"""What analytics does when nobody waits for it."""

import redis
import structlog
from celery import shared_task

from tenancy.settings import settings

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
