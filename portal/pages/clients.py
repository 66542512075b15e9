"""/clients: an agency's console. Its conditions stand in the address, as those of the activity log do."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from markupsafe import Markup
from nicegui import ui

from analytics.reports.cards import SiteCard
from analytics.reports.cards import site_cards as cards_report
from analytics.reports.metrics import change
from analytics.reports.usage import SiteUsage, site_usage
from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.access import current_viewer
from portal.pages.client_import import import_button
from portal.pages.forms import Values, form_dialog
from portal.pages.navigation import clients_title, workspace
from portal.pages.new_client import new_client_button
from portal.pages.page_events import PageEvents
from portal.shell import box, drawn, frame
from portal.views import clients as views
from portal.views.icons import icon
from portal.views.shell import heading, link_button, mode_switch
from portal.views.states import error_state
from tenancy.client_list import ClientRow, client_rows
from tenancy.client_states import names_of, put_state
from tenancy.contracts import ClientState, limits_of, people_covered, sites_covered
from tenancy.db import session
from tenancy.errors import InsightHubError
from tenancy.ids import OrganizationId
from tenancy.organizations import branches, get_organization
from tenancy.roles import Permission
from tenancy.sites import Site, list_sites
from tenancy.text import gettext as _
from tenancy.text import ngettext

SILENT_AFTER = timedelta(days=1)
OPEN = "open"
"""The state of the filter that shows what is active or suspended."""


@ui.page("/clients")
async def clients_page(
    here: CurrentHere, viewer: CurrentViewer, words: str = "", state: str = OPEN, sort: str = "name"
) -> None:
    """The organisations below the viewer's."""
    title, now = clients_title(viewer), datetime.now(UTC)
    async with session(viewer) as db:
        rows, sites, owners = await client_rows(db), await list_sites(db), await branches(db)
        limits = await limits_of(db, viewer.organization_id)
    with frame(here, viewer, title=title, groups=[workspace(viewer)], current="/clients"):
        with box("div", "top"):
            drawn(heading(title), "contents")
            box("div", "space")
            if viewer.may(Permission.MANAGE_CLIENTS):
                import_button(here)
                new_client_button(here)
            drawn(mode_switch())
        try:
            cards, usage = await cards_report(sites, now), await site_usage(sites, now)
        except InsightHubError as error:
            drawn(error_state(error.message, retry=None))
            return
        below = _below(rows, owners, sites)
        open_rows = [row for row in rows if row.state in {ClientState.ACTIVE, ClientState.SUSPENDED}]
        drawn(
            views.figures(
                [
                    views.Figure(_("Clients"), len(open_rows), limits.clients),
                    views.Figure(_("Sites"), sum(len(below[row.client.id]) for row in open_rows)),
                    views.Figure(
                        _("Events this month"), sum(one.events for one in usage.values()), limits.events
                    ),
                    views.Figure(_("People active in the last 30 days"), sum(row.active for row in rows)),
                ],
                locale=viewer.locale,
            ),
            "wide",
        )
        drawn(views.attention(_notes(open_rows, below, usage, now)), "wide")
        if rows:
            drawn(_conditions(words, state, sort), "wide")
        lines = _lines(_found(rows, words, state), below, cards, usage)
        lines.sort(key=_ORDERS.get(sort, _ORDERS["name"]))
        manages = viewer.may(Permission.MANAGE_CLIENTS) or viewer.may(Permission.OPERATE_PLATFORM)
        table = views.clients_table(lines, locale=viewer.locale, pickable=manages, filtered=bool(rows))
        drawn(table, "wide")
        if manages and lines:
            actions = [(one, action_words(one)) for one in _offered(state)]
            drawn(views.bulk_bar([(one.value, words) for one, words in actions]), "wide")
            PageEvents().listen({"bulk": _Bulk(here, lines).ask})


class _Bulk:
    """What happens to several clients at once."""

    def __init__(self, here: Here, lines: Sequence[views.ClientLine]) -> None:
        self._here = here
        self._names = {line.public_id: line.name for line in lines}
        self._beside = box()

    async def ask(self, argument: str) -> None:
        """Asks before anything changes; `argument` is "ACTION id id ..."."""
        action, *picked = argument.split()
        state = ClientState(action)
        chosen = [public_id for public_id in picked if public_id in self._names]
        if not chosen:
            ui.notify(_("Select clients first, with the boxes next to their names."), position="top")
            return

        async def put(_values: Values) -> None:
            viewer = await current_viewer(self._here)
            async with session(viewer) as db:
                for public_id in chosen:
                    await put_state(db, viewer, await get_organization(db, public_id), state)
            ui.navigate.reload()

        names = ", ".join(sorted(self._names[one] for one in chosen))
        about = Markup("<p><b>{}</b></p><p>{}</p>").format(names, consequence(state))
        with self._beside:
            form_dialog(action_words(state) + "?", [], submit=action_words(state), on_submit=put, about=about)


def consequence(state: ClientState) -> str:
    """What a change of state means, in a sentence or two."""
    match state:
        case ClientState.ACTIVE:
            return _("Their people can sign in again, and everything is as before.")
        case ClientState.SUSPENDED:
            return _(
                "Dashboards, public links and API keys stop working at once. Visits are still "
                "counted. You can undo this."
            )
        case ClientState.ARCHIVED:
            return _("Suspended, and hidden from this list unless you show archived clients.")
        case ClientState.DELETED:
            return _(
                "Suspended at once. You can reactivate it from the deleted clients. Export it first "
                "if you need its data."
            )


def action_words(state: ClientState) -> str:
    """What is done to bring a client into a state, as a button says it."""
    match state:
        case ClientState.ACTIVE:
            return _("Reactivate")
        case ClientState.SUSPENDED:
            return _("Suspend")
        case ClientState.ARCHIVED:
            return _("Archive")
        case ClientState.DELETED:
            return _("Delete")


_ORDERS = {
    "name": lambda line: line.name.casefold(),
    "events": lambda line: (-line.events, line.name.casefold()),
    "visitors": lambda line: (-line.visitors_today, line.name.casefold()),
    "sites": lambda line: (-line.sites, line.name.casefold()),
}


def _offered(shown: str) -> list[ClientState]:
    if shown == OPEN:
        return [ClientState.SUSPENDED, ClientState.ACTIVE, ClientState.ARCHIVED]
    return [one for one in (ClientState.ACTIVE, ClientState.ARCHIVED) if one != shown]


def _found(rows: Sequence[ClientRow], words: str, state: str) -> list[ClientRow]:
    shown = {ClientState.ACTIVE, ClientState.SUSPENDED} if state not in set(ClientState) else {state}
    wanted = words.casefold().split()
    return [
        row
        for row in rows
        if row.state in shown and all(word in row.client.name.casefold() for word in wanted)
    ]


def _conditions(words: str, state: str, sort: str) -> Markup:
    """A search and two choices: a plain form does it."""
    states = [(OPEN, _("Active and suspended")), *((one.value, _(names_of(one))) for one in ClientState)]
    orders = [
        ("name", _("By name")),
        ("events", _("By events")),
        ("visitors", _("By visitors")),
        ("sites", _("By sites")),
    ]
    search = Markup(
        '<label class="grow"><span>{0}</span><input name="words" type="search" value="{1}" maxlength="120"'
        ' placeholder="{2}"></label>'
    ).format(_("Search"), words, _("Client name"))
    return Markup(
        '<form class="conditions" action="/clients" data-auto>{}{}{}'
        '<button class="btn square" aria-label="{}">{}</button>{}</form>'
    ).format(
        search,
        _select("state", _("Show"), states, state),
        _select("sort", _("Sort"), orders, sort),
        _("Search"),
        icon("search"),
        link_button("file-text", _("Export as CSV"), "/clients.csv", download=True),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> Markup:
    lines = Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            value, Markup(" selected") if value == chosen else "", words
        )
        for value, words in options
    )
    return Markup('<label><span>{}</span><select name="{}">{}</select></label>').format(label, name, lines)


def _below(
    rows: Sequence[ClientRow], owners: Mapping[OrganizationId, OrganizationId], sites: Sequence[Site]
) -> dict[OrganizationId, list[Site]]:
    """The sites of each client and of what is below it."""
    found: dict[OrganizationId, list[Site]] = {row.client.id: [] for row in rows}
    for site in sites:
        owner = owners.get(site.organization_id)
        if owner in found:
            found[owner].append(site)
    return found


def _notes(
    rows: Sequence[ClientRow],
    below: Mapping[OrganizationId, Sequence[Site]],
    usage: Mapping[int, SiteUsage],
    now: datetime,
) -> list[tuple[str, str]]:
    """What needs attention, and where."""
    notes = []
    for row in rows:
        place, name = f"/clients/{row.client.public_id}", row.client.name
        for host in row.failing:
            words = _("{host} of {client} does not work.").format(host=host, client=name)
            notes.append((words, f"{place}/domains"))
        events = sum(usage[site.number].events for site in below[row.client.id])
        if row.limits.events is not None and events > row.limits.events:
            words = _("{client} is over its monthly event limit.").format(client=name)
            notes.append((words, f"{place}/contract"))
        own = sum(site.organization_id == row.client.id for site in below[row.client.id])
        if row.limits.sites is not None and own > row.limits.sites:
            counted = ngettext("{number} site", "{number} sites", own).format(number=own)
            notes.append((f"{name}: {counted}. {sites_covered(row.limits.sites)}", f"{place}/contract"))
        if row.limits.people is not None and row.people > row.limits.people:
            counted = ngettext("{number} person", "{number} people", row.people).format(number=row.people)
            notes.append((f"{name}: {counted}. {people_covered(row.limits.people)}", f"{place}/contract"))
        for site in below[row.client.id]:
            last = usage[site.number].last_at
            silent = last is None or now - last > SILENT_AFTER
            if site.first_event_at is not None and silent and row.state is ClientState.ACTIVE:
                words = _("{site} of {client} has had no visits for a day.").format(
                    site=site.name, client=name
                )
                notes.append((words, f"/sites/{site.public_id}/install"))
        if row.waiting:
            words = ngettext(
                "{number} invitation of {client} is still pending.",
                "{number} invitations of {client} are still pending.",
                row.waiting,
            ).format(number=row.waiting, client=name)
            notes.append((words, f"{place}/people"))
    return notes


def _lines(
    rows: Sequence[ClientRow],
    below: Mapping[OrganizationId, Sequence[Site]],
    cards: Mapping[int, SiteCard],
    usage: Mapping[int, SiteUsage],
) -> list[views.ClientLine]:
    """A line per client, with the sums over its sites and those of organisations below it."""
    lines = []
    for row in rows:
        sites = below[row.client.id]
        counted = [cards[site.number] for site in sites if site.number in cards]
        before = sum(card.visitors_yesterday for card in counted)
        today = sum(card.visitors_today for card in counted)
        lines.append(
            views.ClientLine(
                public_id=row.client.public_id,
                name=row.client.name,
                state=row.state,
                sites=len(sites),
                people=row.people,
                visitors_today=today,
                change=change(today, before) if counted else None,
                spark=tuple(map(sum, zip(*(card.spark for card in counted), strict=False))),
                events=sum(usage[site.number].events for site in sites),
                most_events=row.limits.events,
            )
        )
    return lines
