"""Clients from a CSV file: read as a whole, told line by line what is wrong, and made all together."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO

from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.contracts import Contract, admit_client, change_contract, limit_of_text
from tenancy.errors import InsightHubError, Invalid
from tenancy.languages import OFFERED
from tenancy.organizations import OrganizationInfo, create_client
from tenancy.roles import Permission
from tenancy.site_fields import checked_domain, checked_name
from tenancy.sites import create_site
from tenancy.text import gettext as _
from tenancy.viewer import Viewer

MOST_LINES = 1_000


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as a line of the file has it; `problem` is what is wrong with the line, "" for nothing."""

    line: int
    name: str
    language: str | None = None
    site: str = ""
    max_sites: int | None = None
    max_events: int | None = None
    problem: str = ""


def read_clients(contents: str) -> list[NewClient]:
    """The lines of a file with a column "name", and as wanted language, site, max_sites and max_events.

    Raises Invalid where it is no such file.
    """
    plain = contents.removeprefix("\ufeff")
    first = plain.partition("\n")[0]
    reader = csv.DictReader(StringIO(plain), delimiter=";" if first.count(";") > first.count(",") else ",")
    if not reader.fieldnames or "name" not in [one.strip().lower() for one in reader.fieldnames]:
        raise Invalid(_("The header line must name the columns, and one of them must be “name”."))
    lines = [
        {(key or "").strip().lower(): (value or "").strip() for key, value in row.items() if key is not None}
        for row in reader
    ]
    if len(lines) > MOST_LINES:
        raise Invalid(_("A file can have at most 1,000 lines."))
    return [_read(number, line) for number, line in enumerate(lines, start=2) if any(line.values())]


async def create_clients(
    db: AsyncSession, viewer: Viewer, clients: list[NewClient]
) -> list[OrganizationInfo]:
    """Makes all of them, or raises and makes none. Raises Invalid, LimitReached or Conflict."""
    viewer.require(Permission.MANAGE_CLIENTS)
    if wrong := [one for one in clients if one.problem]:
        raise Invalid(_("Line {line}: {problem}").format(line=wrong[0].line, problem=wrong[0].problem))
    await admit_client(db, viewer.organization_id, more=len(clients))
    made = []
    for one in clients:
        client = await create_client(db, viewer, name=one.name, locale=one.language)
        contract = Contract(max_sites=one.max_sites, max_events_monthly=one.max_events)
        if contract != Contract():
            await change_contract(db, viewer, client.id, contract)
        if one.site:
            await create_site(db, viewer, name=one.site, domain=one.site, organization_id=client.id)
        made.append(client)
    return made


def _read(number: int, line: Mapping[str, str]) -> NewClient:
    name, site = line.get("name", "").lstrip("'"), line.get("site", "")
    try:
        return NewClient(
            line=number,
            name=checked_name(name),
            language=_language(line.get("language", "")),
            site=checked_domain(site) if site else "",
            max_sites=limit_of_text(line.get("max_sites", ""), "max_sites"),
            max_events=limit_of_text(line.get("max_events", ""), "max_events"),
        )
    except InsightHubError as error:
        return NewClient(number, name, problem=error.message)


def _language(words: str) -> str | None:
    code = words.lower()
    if code and code not in {one.code for one in OFFERED}:
        raise Invalid(_("Choose a language from the list."))
    return code or None
