"""/clients: an agency's console. Its conditions stand in the address, as those of the audit log do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from markupsafe import Markup
from nicegui import ui

from analytics.reports.cards import SiteCard
from analytics.reports.cards import site_cards as cards_report
from analytics.reports.metrics import change
from analytics.reports.usage import SiteUsage, site_usage
from portal.client_search import ATTENTION, OPEN, OPEN_STATES, PAGE, PATH, ClientSearch, read_client_search
from portal.client_states import change_state
from portal.elements import box, drawn
from portal.here import CurrentHere, CurrentViewer, Here
from portal.pages.access import current_viewer
from portal.pages.client_attention import Note, attention_notes
from portal.pages.client_import import import_button
from portal.pages.client_state import action_words, consequence
from portal.pages.forms import Values, form_dialog
from portal.pages.long_work import without_keeping_back
from portal.pages.navigation import clients_title, workspace
from portal.pages.new_client import new_client_button
from portal.pages.page_events import PageEvents
from portal.shell import frame
from portal.views import clients as views
from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.shell import heading, link_button, mode_switch
from portal.views.states import error_state, panel_skeleton
from tenancy.client_list import ClientRow, client_rows, sites_by_client
from tenancy.client_states import names_of
from tenancy.contracts import ClientState, limits_of, runs_clients
from tenancy.db import session
from tenancy.errors import InsightHubError
from tenancy.ids import OrganizationId
from tenancy.organizations import branches, get_organization
from tenancy.roles import Permission
from tenancy.sites import Site, list_sites
from tenancy.text import gettext as _

MOST_NOTES = 5
"""So much of what needs attention is shown before one asks for it."""


async def _search(request: Request) -> ClientSearch:
    return read_client_search(request.query_params)


@ui.page(PATH)
async def clients_page(
    here: CurrentHere, viewer: CurrentViewer, search: Annotated[ClientSearch, Depends(_search)]
) -> None:
    """The organisations below the viewer's."""
    title, now = clients_title(viewer), datetime.now(UTC)
    manages = runs_clients(viewer)
    async with session(viewer) as db:
        rows, sites, owners = await client_rows(db), await list_sites(db), await branches(db)
        limits = await limits_of(db, viewer.organization_id)
    with frame(here, viewer, title=title, groups=[workspace(viewer)], current=PATH):
        with box("div", "top"):
            drawn(heading(title), "contents")
            box("div", "space")
            if viewer.may(Permission.MANAGE_CLIENTS):
                import_button(here)
                new_client_button(here)
            drawn(mode_switch())
        below = sites_by_client(rows, sites, owners)
        open_rows = _open(rows)
        waiting = drawn(panel_skeleton(), "wide")
        try:
            counted = await without_keeping_back(_count(search, rows, below, sites, now))
        except InsightHubError as error:
            waiting.set_content(error_state(error.message, retry=None))
            return
        waiting.delete()
        search, usage = counted.search, counted.usage
        figures = [
            views.Figure(_("Clients"), len(open_rows), limits.clients),
            views.Figure(_("Sites"), sum(len(below[row.client.id]) for row in open_rows)),
            views.Figure(_("Events this month"), sum(one.events for one in usage.values()), limits.events),
            views.Figure(_("People active in the last 30 days"), sum(row.active for row in rows)),
        ]
        drawn(views.figures(figures, locale=viewer.locale), "wide")
        drawn(_attention(search, counted.notes, counted.shown), "wide")
        if rows:
            drawn(_conditions(search), "wide")
        lines = [
            _line(row, below[row.client.id], counted.cards, usage, viewer.locale) for row in counted.shown
        ]
        table = views.clients_table(lines, locale=viewer.locale, pickable=manages, filtered=bool(rows))
        drawn(table, "wide")
        if not lines:
            return
        with box("div", "section-top under"):
            if manages:
                actions = [(one.value, action_words(one, was=search.only_state)) for one in _offered(search)]
                drawn(views.bulk_bar(actions), "contents")
                PageEvents().listen({"bulk": _Bulk(here, lines, search.only_state).ask})
            box("div", "space")
            drawn(_pages(search, counted.found, viewer.locale), "contents")


class _Bulk:
    """What happens to several clients at once."""

    def __init__(self, here: Here, lines: Sequence[views.ClientLine], shown: ClientState | None) -> None:
        self._here = here
        self._shown = shown
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
                    await change_state(db, viewer, await get_organization(db, public_id), state)
            ui.navigate.reload()

        names = ", ".join(sorted(self._names[one] for one in chosen))
        about = filled("<p><b>{}</b></p><p>{}</p>", names, consequence(state))
        words = action_words(state, was=self._shown)
        with self._beside:
            form_dialog(words + "?", [], submit=words, on_submit=put, about=about)


def _open(rows: Sequence[ClientRow]) -> list[ClientRow]:
    return [row for row in rows if row.state in OPEN_STATES]


@dataclass(frozen=True, slots=True)
class _Counted:
    """What is shown, of how many clients that were found; cards are those of their sites."""

    search: ClientSearch
    usage: Mapping[int, SiteUsage]
    notes: Sequence[Note]
    found: int
    shown: Sequence[ClientRow]
    cards: Mapping[int, SiteCard]


async def _count(
    search: ClientSearch,
    rows: Sequence[ClientRow],
    below: Mapping[OrganizationId, Sequence[Site]],
    sites: Sequence[Site],
    now: datetime,
) -> _Counted:
    usage = await site_usage(sites, now)
    notes = attention_notes(_open(rows), below, usage, now)
    found = search.found(rows, {note.client for note in notes})
    search = search.within(len(found))
    # Only an order by visitors counts those of clients on other pages.
    cards = await _cards(found, below, now) if search.order == "visitors" else {}
    shown = _page_of(search, found, below, usage, cards)
    return _Counted(search, usage, notes, len(found), shown, cards or await _cards(shown, below, now))


async def _cards(
    rows: Sequence[ClientRow], below: Mapping[OrganizationId, Sequence[Site]], now: datetime
) -> dict[int, SiteCard]:
    return await cards_report([site for row in rows for site in below[row.client.id]], now)


def _page_of(
    search: ClientSearch,
    found: Sequence[ClientRow],
    below: Mapping[OrganizationId, Sequence[Site]],
    usage: Mapping[int, SiteUsage],
    cards: Mapping[int, SiteCard],
) -> list[ClientRow]:
    """The clients of one page, in order; an order by visitors needs the cards of all."""
    sites = {row.client.id: below[row.client.id] for row in found}
    most: dict[OrganizationId, int] = {}
    match search.order:
        case "events":
            most = {client: sum(usage[one.number].events for one in its) for client, its in sites.items()}
        case "sites":
            most = {client: len(its) for client, its in sites.items()}
        case "visitors":
            most = {
                client: sum(cards[one.number].visitors_today for one in its) for client, its in sites.items()
            }
    ordered = sorted(found, key=lambda row: (-most.get(row.client.id, 0), row.client.name.casefold()))
    return ordered[(search.page - 1) * PAGE : search.page * PAGE]


def _attention(search: ClientSearch, notes: Sequence[Note], shown: Sequence[ClientRow]) -> Markup:
    """The first few; all that there is of those that are shown, where one has asked for them."""
    if search.state == ATTENTION:
        asked = {row.client.id for row in shown}
        return views.attention([(note.words, note.href) for note in notes if note.client in asked])
    more = (len(notes) - MOST_NOTES, ClientSearch(state=ATTENTION).address())
    return views.attention([(note.words, note.href) for note in notes[:MOST_NOTES]], more=more)


def _pages(search: ClientSearch, number: int, locale: str) -> Markup:
    """Which of how many are shown, and the ways to the others."""
    if number <= PAGE:
        return Markup("")
    first, last = (search.page - 1) * PAGE + 1, min(search.page * PAGE, number)
    words = _("{first} to {last} of {number}").format(
        first=numbers.integer(first, locale),
        last=numbers.integer(last, locale),
        number=numbers.integer(number, locale),
    )
    links = filled('<span class="muted">{}</span>', words)
    if search.page > 1:
        links += link_button("chevron-left", _("Back"), search.address(page=search.page - 1))
    if last < number:
        links += link_button("chevron-right", _("Next"), search.address(page=search.page + 1))
    return links


def _offered(search: ClientSearch) -> list[ClientState]:
    if search.only_state is None:
        return [ClientState.SUSPENDED, ClientState.ACTIVE, ClientState.ARCHIVED]
    return [one for one in (ClientState.ACTIVE, ClientState.ARCHIVED) if one is not search.only_state]


def _conditions(search: ClientSearch) -> Markup:
    """A search and two choices: a plain form does it."""
    states = [
        (OPEN, _("Active and suspended")),
        (ATTENTION, _("Needs attention")),
        *((one.value, _(names_of(one))) for one in ClientState),
    ]
    orders = [
        ("name", _("By name")),
        ("events", _("By events")),
        ("visitors", _("By visitors")),
        ("sites", _("By sites")),
    ]
    field = filled(
        '<label class="grow"><span>{0}</span><input name="words" type="search" value="{1}" maxlength="120"'
        ' placeholder="{2}"></label>',
        _("Search"),
        search.words,
        _("Client name"),
    )
    return filled(
        '<form class="conditions" action="{}" data-auto>{}{}{}'
        '<button class="btn square" aria-label="{}">{}</button>{}</form>',
        PATH,
        field,
        _select("state", _("Show"), states, search.state),
        _select("sort", _("Sort"), orders, search.order),
        _("Search"),
        icon("search"),
        link_button("file-text", _("Export as CSV"), "/clients.csv", download=True),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> Markup:
    lines = joined(
        filled(
            '<option value="{}"{}>{}</option>', value, Markup(" selected") if value == chosen else "", words
        )
        for value, words in options
    )
    return filled('<label><span>{}</span><select name="{}">{}</select></label>', label, name, lines)


def _line(
    row: ClientRow,
    sites: Sequence[Site],
    cards: Mapping[int, SiteCard],
    usage: Mapping[int, SiteUsage],
    locale: str,
) -> views.ClientLine:
    """A client's line, with the sums over its sites and those of organisations below it."""
    counted = [cards[site.number] for site in sites]
    before = sum(card.visitors_yesterday for card in counted)
    today = sum(card.visitors_today for card in counted)
    return views.ClientLine(
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
        note=views.removal_words(row.standing, row.client.timezone, locale),
    )
