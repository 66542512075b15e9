"""/settings/audit: who did what, in the viewer's organisation and those below."""

from markupsafe import Markup
from nicegui import ui

from portal.audit_search import DAYS, AuditState, CurrentAudit
from portal.elements import box, drawn
from portal.here import CurrentHere
from portal.pages.settings_area import settings_frame
from portal.views import audit as words
from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.shell import link_button
from tenancy.audit import Action, Actor, actors, entries
from tenancy.db import session
from tenancy.organizations import OrganizationInfo, list_clients
from tenancy.text import gettext as _
from tenancy.text import ngettext

PATH = "/settings/audit"
PAGE = 50


@ui.page(PATH)
async def audit_page(asked: CurrentAudit, here: CurrentHere) -> None:
    """The newest first, as far as the conditions in the address let through."""
    viewer, state, own, where = asked.viewer, asked.state, asked.own, asked.where
    async with session(viewer) as db:
        below = await list_clients(db)
        offset = (state.page - 1) * PAGE
        found = await entries(db, viewer, asked.search, limit=PAGE + 1, offset=offset)
        people = await actors(db, viewer, state.since(asked.now))
    with settings_frame(here, viewer, PATH):
        places = [own, *below] if below else []
        if where is not None and where.id not in {one.id for one in places}:
            places.append(where)
        drawn(_form(state, people, places), "wide")
        shown = found[:PAGE]
        drawn(words.audit_table(shown, own=own.name, timezone=own.timezone, locale=viewer.locale), "wide")
        with box("div", "section-top"):
            zone = _("All times are in {zone}.").format(zone=own.timezone.replace("_", " "))
            drawn(filled('<span class="muted">{}</span>', zone))
            box("div", "space")
            drawn(_pages(state, more=len(found) > PAGE), "contents")


def _form(state: AuditState, people: list[Actor], places: list[OrganizationInfo]) -> Markup:
    """Conditions that stand in the address: a plain form does it."""
    fields = [_select("what", _("What"), _whats(), state.what)]
    whos = [("", _("Everyone")), *((one.id, _name(one, people)) for one in people)]
    fields.append(_select("who", _("Who"), [(None, whos)], state.who))
    if places:
        options = [("", _("Everywhere")), *((one.public_id, one.name) for one in places)]
        fields.append(_select("in", _("Where"), [(None, options)], state.where))
    periods = [
        (str(days), ngettext("Last day", "Last {number} days", days).format(number=days)) for days in DAYS
    ]
    fields.append(_select("days", _("When"), [(None, periods)], str(state.days)))
    search = filled(
        '<label class="grow"><span>{0}</span><input name="words" type="search" value="{1}" maxlength="120"'
        ' placeholder="{2}"></label>',
        _("Search for"),
        state.words,
        _("Name or address"),
    )
    export = link_button(
        "file-text", _("Export as CSV"), f"{PATH}.csv?{state.at_page(1).query()}", download=True
    )
    return filled(
        '<form class="conditions" action="{}" data-auto>{}{}'
        '<button class="btn square" aria-label="{}">{}</button>{}</form>',
        PATH,
        joined(fields),
        search,
        _("Search"),
        icon("search"),
        export,
    )


def _whats() -> list[tuple[str | None, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in Action:
        groups.setdefault(action.partition(".")[0], []).append((action, words.label(action)))
    everything: list[tuple[str | None, list[tuple[str, str]]]] = [(None, [("", _("Everything"))])]
    for word, options in groups.items():
        title = words.subject(word)
        everything.append((title, [(word, _("{subject}: all").format(subject=title)), *options]))
    return everything


def _name(actor: Actor, everybody: list[Actor]) -> str:
    """With the organisation, where two have one name."""
    twice = sum(one.name == actor.name for one in everybody) > 1
    return f"{actor.name} ({actor.organization})" if twice else actor.name


def _select(
    name: str, title: str, groups: list[tuple[str | None, list[tuple[str, str]]]], chosen: str
) -> Markup:
    parts = []
    for group, options in groups:
        drawn_options = joined(
            filled(
                '<option value="{}"{}>{}</option>',
                value,
                Markup(" selected") if value == chosen else "",
                text,
            )
            for value, text in options
        )
        parts.append(
            filled('<optgroup label="{}">{}</optgroup>', group, drawn_options) if group else drawn_options
        )
    return filled(
        '<label><span aria-hidden="true">{0}</span><select name="{1}" aria-label="{0}">{2}</select></label>',
        title,
        name,
        joined(parts),
    )


def _pages(state: AuditState, *, more: bool) -> Markup:
    links = []
    if state.page > 1:
        links.append(
            link_button("chevron-left", _("Newer"), f"{PATH}?{state.at_page(state.page - 1).query()}")
        )
    if more:
        links.append(
            link_button("chevron-right", _("Older"), f"{PATH}?{state.at_page(state.page + 1).query()}")
        )
    return joined(links)
