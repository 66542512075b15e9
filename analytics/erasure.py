"""The end of what was deleted: first all that its sites have counted, then its rows in PostgreSQL.

Each step looks at what is left, so that the next run goes on where one broke off.
"""

from collections.abc import Sequence

import structlog

from analytics.clickhouse import TABLES, command, delete_rows
from tenancy import removal
from tenancy.db import run_alone

log = structlog.get_logger(__name__)


def erase_deleted() -> int:
    """Removes the sites and organisations whose time is over, and says how many organisations those were.

    An organisation takes two runs: the first has its sites count no more, and what is on its way settles.
    """
    numbers = run_alone(removal.sites_to_erase())
    if numbers:
        erase_sites(numbers)
        run_alone(removal.remove_sites(numbers))
    removed = run_alone(removal.remove_organizations())
    closed = run_alone(removal.close_due_sites())
    log.info("deleted.erased", sites=len(numbers), organizations=removed, closed=closed)
    return removed


def erase_sites(numbers: Sequence[int]) -> None:
    """Deletes every row of these sites."""
    where = f"site_id IN ({', '.join(f'{number:d}' for number in numbers)})"
    for table in TABLES:
        delete_rows(table, where)


def clear_files() -> None:
    """Has ClickHouse write anew the files that still hold deleted rows, which no query sees any more."""
    for table in TABLES:
        command(f"ALTER TABLE {table} APPLY DELETED MASK")
