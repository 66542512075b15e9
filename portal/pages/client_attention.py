"""What of clients needs attention: the sentences, and where each is settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.reports.usage import SiteUsage, is_silent
from tenancy.client_list import ClientRow
from tenancy.contracts import ClientState, people_covered, sites_covered
from tenancy.ids import OrganizationId
from tenancy.sites import Site
from tenancy.text import gettext as _
from tenancy.text import ngettext


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about a client, and where one does something about it. The lowest urgency comes first."""

    client: OrganizationId
    urgency: int
    words: str
    href: str


def attention_notes(
    rows: Sequence[ClientRow],
    below: Mapping[OrganizationId, Sequence[Site]],
    usage: Mapping[int, SiteUsage],
    now: datetime,
) -> list[Note]:
    """What there is to say of these clients, whose sites are `below`: what is broken before what waits."""
    notes = [note for row in rows for note in _of_client(row, below[row.client.id], usage, now)]
    return sorted(notes, key=lambda note: note.urgency)


_BROKEN, _OVER, _SILENT, _WAITING = range(4)


def _of_client(
    row: ClientRow, sites: Sequence[Site], usage: Mapping[int, SiteUsage], now: datetime
) -> list[Note]:
    place, name = f"/clients/{row.client.public_id}", row.client.name
    found: list[tuple[int, str, str]] = []
    for host in row.failing:
        words = _("{host} of {client} does not work.").format(host=host, client=name)
        found.append((_BROKEN, words, f"{place}/domains"))
    events = sum(usage[site.number].events for site in sites)
    if row.limits.events is not None and events > row.limits.events:
        words = _("{client} is over its monthly event limit.").format(client=name)
        found.append((_OVER, words, f"{place}/contract"))
    own = sum(site.organization_id == row.client.id for site in sites)
    if row.limits.sites is not None and own > row.limits.sites:
        counted = ngettext("{number} site", "{number} sites", own).format(number=own)
        found.append((_OVER, f"{name}: {counted}. {sites_covered(row.limits.sites)}", f"{place}/contract"))
    if row.limits.people is not None and row.people > row.limits.people:
        counted = ngettext("{number} person", "{number} people", row.people).format(number=row.people)
        found.append((_OVER, f"{name}: {counted}. {people_covered(row.limits.people)}", f"{place}/contract"))
    for site in sites:
        if row.state is ClientState.ACTIVE and is_silent(site, usage[site.number], now):
            words = _("{site} of {client} has had no visits for a day.").format(site=site.name, client=name)
            found.append((_SILENT, words, f"/sites/{site.public_id}/install"))
    if row.waiting:
        words = ngettext(
            "{number} invitation of {client} is still pending.",
            "{number} invitations of {client} are still pending.",
            row.waiting,
        ).format(number=row.waiting, client=name)
        found.append((_WAITING, words, f"{place}/people"))
    return [Note(row.client.id, urgency, words, href) for urgency, words, href in found]
