"""Brings both stores to the newest schema, and says in a sentence which one could not be."""

import structlog

import analytics.migrate
import tenancy.migrate
from tenancy.errors import InsightHubError

log = structlog.get_logger(__name__)


class NotMigrated(InsightHubError):
    """The message names the store and the reason; the whole story is in the log."""

    code = "not_migrated"


def migrate() -> None:
    """PostgreSQL first, as it says who is who."""
    for store, run in (("PostgreSQL", tenancy.migrate.migrate), ("ClickHouse", analytics.migrate.migrate)):
        try:
            run()
        except InsightHubError:
            raise
        except Exception as error:
            log.exception("migrate.failed", store=store)
            reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            raise NotMigrated(f"{store} could not be migrated: {reason}.") from error
