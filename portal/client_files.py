"""/clients.csv, and all that there is about a client as one file, to keep before it is deleted."""

import csv
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response

from analytics.reports.metrics import Metric
from analytics.reports.overview import overview_report
from analytics.reports.period import Interval, Preset, period_for
from analytics.reports.usage import site_usage
from portal.csv_cells import safe_row
from portal.here import CurrentViewer
from portal.pages.access import CurrentOrganization
from tenancy.audit import Action, Target, record
from tenancy.client_list import client_rows
from tenancy.contracts import contract_of, require_above
from tenancy.db import session
from tenancy.members import list_members
from tenancy.organizations import branches
from tenancy.roles import Permission
from tenancy.sites import Site, list_sites

router = APIRouter(include_in_schema=False)

COLUMNS = ("name", "state", "language", "sites", "people", "events_this_month", "max_sites", "max_events")
DAYS_AT_ONCE = 90


@router.get("/clients.csv", response_model=None)
async def clients_csv(viewer: CurrentViewer) -> Response:
    """A line per client, with what import reads again in columns of the same names."""
    viewer.require(Permission.MANAGE_CLIENTS)
    async with session(viewer) as db:
        rows, sites, owners = await client_rows(db), await list_sites(db), await branches(db)
    usage = await site_usage(sites, datetime.now(UTC))
    lines: list[list[object]] = []
    for row in rows:
        own = [site for site in sites if owners.get(site.organization_id) == row.client.id]
        events = sum(usage[site.number].events for site in own)
        lines.append(
            [
                row.client.name,
                row.state,
                row.client.locale,
                len(own),
                row.people,
                events,
                row.limits.sites,
                row.limits.events,
            ]
        )
    name = f"clients-{datetime.now(UTC):%Y-%m-%d}.csv"
    return _download(_csv(COLUMNS, lines).encode(), name, "text/csv; charset=utf-8")


@router.get("/clients/{organization}/export.zip", response_model=None)
async def client_zip(owner: CurrentOrganization, viewer: CurrentViewer) -> Response:
    """The client itself, its people, its sites, and the numbers of each day of each site, as CSV files."""
    require_above(viewer, owner.id)
    async with session(viewer) as db:
        contract, sites = await contract_of(db, owner.id), await list_sites(db, owner.id)
        people = await list_members(db, viewer, owner)
        target = Target(owner.public_id, owner.name)
        await record(db, viewer, Action.ORGANIZATION_EXPORTED, target, organization_id=owner.id)
    files = {
        "organization.csv": _csv(
            ("id", "name", "language", "timezone", "created_at", "notes"),
            [[owner.public_id, owner.name, owner.locale, owner.timezone, owner.created_at, contract.notes]],
        ),
        "people.csv": _csv(
            ("name", "email", "role", "joined_at", "last_seen_at"),
            [[one.name, one.email, one.role, one.joined_at, one.last_seen_at] for one in people],
        ),
        "sites.csv": _csv(
            ("id", "name", "domain", "tracking_id", "timezone", "currency", "created_at"),
            [
                [
                    site.public_id,
                    site.name,
                    site.domain,
                    site.tracking_id,
                    site.timezone,
                    site.currency,
                    site.created_at,
                ]
                for site in sites
            ],
        ),
    }
    for site in sites:
        files[f"days/{site.public_id}.csv"] = await _days(site, datetime.now(UTC))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in files.items():
            archive.writestr(name, words)
    name = f"{owner.slug}-{datetime.now(UTC):%Y-%m-%d}.zip"
    return _download(packed.getvalue(), name, "application/zip")


async def _days(site: Site, now: datetime) -> str:
    """The metrics of each day since the first event, in the site's zone."""
    lines: list[list[object]] = []
    if site.first_event_at is not None:
        zone = ZoneInfo(site.timezone)
        first, last = site.first_event_at.astimezone(zone).date(), now.astimezone(zone).date()
        while last >= first:
            begin = last - timedelta(days=DAYS_AT_ONCE - 1)
            period = period_for(Preset.CUSTOM, site, now, begin, last)
            found = await overview_report(site, period, interval=Interval.DAY, comparison=None)
            lines += [
                [f"{one.start:%Y-%m-%d}", *(one.values.get(metric) for metric in Metric)]
                for one in reversed(found.series)
                if one.start.date() >= first
            ]
            last = begin - timedelta(days=1)
    return _csv(("day", *Metric), lines)


def _csv(titles: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(titles)
    for line in lines:
        writer.writerow(safe_row("" if cell is None else str(cell) for cell in line))
    # Spreadsheets take a file for UTF-8 only where it begins like this.
    return "\ufeff" + written.getvalue()


def _download(body: bytes, name: str, media_type: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)
