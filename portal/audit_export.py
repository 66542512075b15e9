"""/settings/audit.csv: the audit log for a spreadsheet, as long as it is, without holding it in memory."""

import csv
import json
from collections.abc import AsyncIterator
from io import StringIO
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from portal.audit_search import CurrentAudit
from portal.views.audit import label, plain_details, plain_sentence
from tenancy.audit import Entry, Search, entries
from tenancy.csv_cells import safe_row
from tenancy.db import session
from tenancy.text import gettext, gettext_noop
from tenancy.viewer import Viewer

router = APIRouter(include_in_schema=False)

ROWS_AT_ONCE = 500


@router.get("/settings/audit.csv", response_model=None)
async def audit_csv(asked: CurrentAudit) -> StreamingResponse:
    """Every entry that the conditions in the address let through."""
    zone = ZoneInfo(asked.own.timezone)
    name = f"audit-log-{asked.now.astimezone(zone):%Y-%m-%d}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    lines = _lines(asked.viewer, asked.search, zone)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(viewer: Viewer, search: Search, zone: ZoneInfo) -> AsyncIterator[str]:
    # Spreadsheets take a file for UTF-8 only where it begins like this.
    yield "\ufeff" + _written([[gettext(title) for title in _TITLES]])
    last: Entry | None = None
    while True:
        # A transaction for each part: whoever reads slowly must not keep a connection from others.
        async with session(viewer) as db:
            found = await entries(db, viewer, search, limit=ROWS_AT_ONCE, after=last)
        yield _written([safe_row(_cells(entry, zone)) for entry in found])
        if len(found) < ROWS_AT_ONCE:
            return
        last = found[-1]


_ = gettext_noop
_TITLES = (
    *(
        _("Time"),
        _("Organisation"),
        _("Who"),
        _("Their organisation"),
        _("Viewing as"),
        _("Action"),
        _("What"),
    ),
    *(_("Target"), _("Details"), _("IP address"), _("Data")),
)


def _written(rows: list[list[str]]) -> str:
    page = StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()


def _cells(entry: Entry, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        entry.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
        entry.organization_name,
        entry.actor.name,
        entry.actor.organization,
        entry.acting_as or "",
        label(entry.action),
        plain_sentence(entry),
        entry.target.name,
        plain_details(entry.details),
        entry.address,
        json.dumps({"action": entry.action, "target": entry.target.id, **entry.details}, ensure_ascii=False),
    )
