"""/clients.csv, and the files that are made of clients, to be fetched."""

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from analytics.client_archive import csv_text
from analytics.client_exports import export_file
from analytics.reports.usage import site_usage
from portal.here import CurrentViewer
from portal.pages.access import CurrentOrganization
from tenancy.client_list import client_rows, sites_by_client
from tenancy.db import session
from tenancy.organizations import branches
from tenancy.roles import Permission
from tenancy.sites import list_sites

router = APIRouter(include_in_schema=False)

COLUMNS = ("name", "state", "language", "sites", "people", "events_this_month", "max_sites", "max_events")


@router.get("/clients.csv", response_model=None)
async def clients_csv(viewer: CurrentViewer) -> Response:
    """A line per client, with what import reads again in columns of the same names."""
    viewer.require(Permission.MANAGE_CLIENTS)
    async with session(viewer) as db:
        rows, sites, owners = await client_rows(db), await list_sites(db), await branches(db)
    usage = await site_usage(sites, datetime.now(UTC))
    below = sites_by_client(rows, sites, owners)
    lines: list[list[object]] = []
    for row in rows:
        own = below[row.client.id]
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
    return _download(csv_text(COLUMNS, lines).encode(), name, "text/csv; charset=utf-8")


@router.get("/clients/{organization}/export.zip", response_model=None)
async def client_zip(owner: CurrentOrganization, viewer: CurrentViewer) -> Response:
    """The file that was made of a client, as long as it is kept."""
    async with session(viewer) as db:
        file = await export_file(db, viewer, owner)
    return _download(file.body, file.name, "application/zip")


def _download(body: bytes, name: str, media_type: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)
