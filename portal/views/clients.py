"""An agency's console: what there is in all, what needs attention, and a table of clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from markupsafe import Markup

from portal.views import numbers
from portal.views.cards import site_mark
from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.measures import change_badge
from portal.views.sparkline import sparkline
from portal.views.states import empty_state
from tenancy.client_states import names_of
from tenancy.contracts import ClientState, Standing
from tenancy.text import gettext as _
from tenancy.text import ngettext, pgettext


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A client's line: totals over its sites, and what was agreed (None: no limit)."""

    public_id: str
    name: str
    state: ClientState
    sites: int
    people: int
    visitors_today: int
    change: float | None
    spark: tuple[int, ...]
    events: int
    most_events: int | None
    note: str = ""
    """What else there is to say of it, below its name."""

    @property
    def href(self) -> str:
        """Where its page is."""
        return f"/clients/{self.public_id}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the overview; of `most` where there is a limit."""

    label: str
    value: int
    most: int | None = None


def figures(shown: Sequence[Figure], *, locale: str = "en") -> Markup:
    """The overview: a card with one number beside the other."""
    return filled(
        '<dl class="card figures">{}</dl>',
        joined(
            filled(
                "<div><dt>{}</dt><dd><b>{}</b>{}</dd></div>",
                one.label,
                numbers.compact(one.value, locale),
                filled(" <small>{}</small>", _("of {most}").format(most=numbers.compact(one.most, locale)))
                if one.most is not None
                else "",
            )
            for one in shown
        ),
    )


def attention(notes: Sequence[tuple[str, str]], *, more: tuple[int, str] = (0, "")) -> Markup:
    """What somebody should look at: (sentence, where that is done). Nothing where all is well.

    `more`: how much more there is, and where all of it stands.
    """
    if not notes:
        return Markup("")
    rows = joined(
        filled(
            '<li><a href="{}">{}<span>{}</span>{}</a></li>',
            href,
            icon("triangle-alert", 16),
            words,
            icon("chevron-right", 15),
        )
        for words, href in notes
    )
    number, everything = more
    if number > 0:
        words = ngettext("and {number} more", "and {number} more", number).format(number=number)
        rows += filled(
            '<li><a class="more" href="{}"><span>{}</span>{}</a></li>',
            everything,
            words,
            icon("chevron-right", 15),
        )
    return filled(
        '<section class="card attention" aria-labelledby="attention"><h2 id="attention">{}</h2><ul>{}</ul>'
        "</section>",
        _("Needs attention"),
        rows,
    )


def clients_table(
    clients: Sequence[ClientLine],
    *,
    locale: str = "en",
    pickable: bool = False,
    filtered: bool = False,
) -> Markup:
    """A row per client, with a box to pick it where that is of use; what to do where there is none."""
    if not clients and filtered:
        return empty_state("search-x", _("No clients found"), _("Try another search or status."))
    if not clients:
        return empty_state(
            "building-2", _("No clients yet"), _("Add a client, then its sites and its people.")
        )
    titles = [
        _("Client"),
        _("Sites"),
        _("People"),
        _("Events this month"),
        _("Last 24 hours"),
        _("Visitors today"),
        pgettext("of a number", "Change"),
    ]
    name, *rest = titles
    header = filled('<th scope="col" class="client">{}</th>', name)
    header += joined(filled('<th scope="col">{}</th>', title) for title in rest)
    if pickable:
        header = Markup('<td class="pick"></td>') + header
    rows = joined(_client(client, locale, pickable) for client in clients)
    return filled(
        '<div class="card scroll"><table class="data clients"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        header,
        rows,
    )


def bulk_bar(actions: Sequence[tuple[str, str]]) -> Markup:
    """Buttons for all that is picked: they emit ("bulk", "ACTION id id ...")."""
    return filled(
        '<div class="bulk" role="group" aria-label="{}">{}</div>',
        _("With the selected clients"),
        joined(
            filled(
                '<button type="button" class="btn small" data-emit="bulk" data-arg="{}" data-picks>'
                "{}</button>",
                action,
                words,
            )
            for action, words in actions
        ),
    )


def state_badge(state: ClientState) -> Markup:
    """How a client stands, where it is not simply active."""
    if state is ClientState.ACTIVE:
        return Markup("")
    return filled(' <span class="badge bad">{}</span>', _(names_of(state)))


def removal_words(standing: Standing, timezone: str, locale: str) -> str:
    """When a deleted client was deleted, and when nothing is left of it; "" for any other."""
    if standing.since is None or standing.removed_at is None:
        return ""
    since, until = (
        numbers.long_day(at.astimezone(ZoneInfo(timezone)).date(), locale)
        for at in (standing.since, standing.removed_at)
    )
    words = _("Deleted on {date}. Its data will be permanently deleted on {last_date}.")
    return words.format(date=since, last_date=until)


def _client(client: ClientLine, locale: str, pickable: bool) -> Markup:
    pick = (
        filled(
            '<td class="pick"><input type="checkbox" name="pick" value="{}" aria-label="{}"></td>',
            client.public_id,
            _("Select {client}").format(client=client.name),
        )
        if pickable
        else ""
    )
    events = numbers.compact(client.events, locale)
    if client.most_events is not None:
        events = f"{events} / {numbers.compact(client.most_events, locale)}"
    over = client.most_events is not None and client.events > client.most_events
    return filled(
        '<tr>{}<td class="client"><a class="first" href="{}">{}<span>{}</span></a>{}{}</td>'
        '<td class="num">{}</td><td class="num">{}</td><td class="num{}">{}</td><td>{}</td>'
        '<td class="num">{}</td><td>{}</td></tr>',
        pick,
        client.href,
        site_mark(client.name),
        client.name,
        state_badge(client.state),
        filled("<small>{}</small>", client.note) if client.note else "",
        numbers.integer(client.sites, locale),
        numbers.integer(client.people, locale),
        " over" if over else "",
        events,
        sparkline(client.spark, strong=True),
        numbers.integer(client.visitors_today, locale),
        change_badge(client.change, locale),
    )
