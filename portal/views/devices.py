"""Where a person is signed in, as a table whose buttons speak to the page."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.devices import device_words, place_words
from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled, joined
from tenancy.own_sessions import OwnSession
from tenancy.text import gettext as _


def devices_table(sessions: Sequence[OwnSession], *, timezone: str, locale: str = "en") -> Markup:
    """A row per browser and program; emits ("end-session", id)."""
    heads = (_("Device"), _("Location"), _("Last seen"))
    titles = joined(filled('<th scope="col">{}</th>', head) for head in heads)
    rows = joined(_row(one, timezone, locale) for one in sessions)
    return filled(
        '<div class="card"><table class="data words stack"><thead><tr>{}<th scope="col">'
        '<span class="sr">{}</span></th></tr></thead><tbody>{}</tbody></table></div>',
        titles,
        _("Actions"),
        rows,
    )


def _row(one: OwnSession, timezone: str, locale: str) -> Markup:
    device = device_words(one.device) or (_("A program") if one.is_program else _("A browser"))
    name = filled(
        "<b>{}</b>{}<small>{}</small>",
        device,
        filled(' <span class="badge good">{}</span>', _("This device")) if one.is_current else "",
        _("Signed in {when}").format(when=numbers.moment(one.began_at, timezone, locale)),
    )
    return filled(
        '<tr><td><span class="who">{}<span>{}</span></span></td><td data-label="{}">{}</td>'
        '<td data-label="{}">{}</td><td class="acts">{}</td></tr>',
        icon(_symbol(one), 18),
        name,
        _("Location"),
        place_words(one.device, locale),
        _("Last seen"),
        numbers.moment(one.last_seen_at, timezone, locale),
        "" if one.is_current else _end(one, device),
    )


def _symbol(one: OwnSession) -> str:
    if one.is_program:
        return "terminal"
    return "smartphone" if one.device.system in {"iOS", "Android"} else "monitor"


def _end(one: OwnSession, device: str) -> Markup:
    return filled(
        '<button type="button" class="btn" data-emit="end-session" data-arg="{0}" aria-label="{1}: {2}">{1}'
        "</button>",
        one.id,
        _("Sign out"),
        device,
    )
