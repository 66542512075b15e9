"""What stands in the file of a client: CSV files of itself, its people, its sites, and each site's days."""

import csv
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from analytics.reports.metrics import Metric
from analytics.reports.overview import overview_report
from analytics.reports.period import Interval, Preset, period_for
from tenancy.contracts import Contract
from tenancy.csv_cells import safe_row
from tenancy.members import Member
from tenancy.organizations import OrganizationInfo
from tenancy.sites import Site

DAYS_AT_ONCE = 90


class ClientArchive:
    """A ZIP file that grows on disk, and not in memory."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)
        self._now = datetime.now(UTC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    def put_client(
        self, client: OrganizationInfo, contract: Contract, people: Sequence[Member], sites: Sequence[Site]
    ) -> None:
        """The client itself, its people, and its sites."""
        self._put(
            "organization.csv",
            ("id", "name", "language", "timezone", "created_at", "notes"),
            [
                [
                    client.public_id,
                    client.name,
                    client.locale,
                    client.timezone,
                    client.created_at,
                    contract.notes,
                ]
            ],
        )
        self._put(
            "people.csv",
            ("name", "email", "role", "joined_at", "last_seen_at"),
            [[one.name, one.email, one.role, one.joined_at, one.last_seen_at] for one in people],
        )
        self._put(
            "sites.csv",
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
        )

    async def put_days(self, site: Site) -> None:
        """The metrics of each day since the first event, in the site's zone, the newest first."""
        lines: list[list[object]] = []
        if site.first_event_at is not None:
            zone = ZoneInfo(site.timezone)
            first = site.first_event_at.astimezone(zone).date()
            last = self._now.astimezone(zone).date()
            while last >= first:
                begin = last - timedelta(days=DAYS_AT_ONCE - 1)
                period = period_for(Preset.CUSTOM, site, self._now, begin, last)
                found = await overview_report(site, period, interval=Interval.DAY, comparison=None)
                lines += [
                    [f"{one.start:%Y-%m-%d}", *(one.values.get(metric) for metric in Metric)]
                    for one in reversed(found.series)
                    if one.start.date() >= first
                ]
                last = begin - timedelta(days=1)
        self._put(f"days/{site.public_id}.csv", ("day", *Metric), lines)

    def file_name(self, client: OrganizationInfo) -> str:
        """harbor-coffee-2026-11-26.zip"""
        return f"{client.slug}-{self._now:%Y-%m-%d}.zip"

    def packed(self) -> bytes:
        """The whole file; nothing can be put into it afterwards."""
        self._zip.close()
        self._file.seek(0)
        return self._file.read()

    def _put(self, name: str, titles: Iterable[str], lines: Iterable[Iterable[object]]) -> None:
        self._zip.writestr(name, csv_text(titles, lines))


def csv_text(titles: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """A CSV file that spreadsheets take for what it is, and that does nothing in them."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(titles)
    for line in lines:
        writer.writerow(safe_row("" if cell is None else str(cell) for cell in line))
    # Spreadsheets take a file for UTF-8 only where it begins like this.
    return "\ufeff" + written.getvalue()
