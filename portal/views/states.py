"""Nothing yet, still loading, gone wrong: each says what it is and what to do."""

from functools import lru_cache

from markupsafe import Markup

from portal.views.icons import icon
from tenancy.text import gettext as _


def empty_state(
    symbol: str, title: str, text: str = "", action: Markup | None = None, *, small: bool = False
) -> Markup:
    """Why there is nothing here, and the next step as `action` (a link or button of class btn)."""
    return Markup('<div class="state{}">{}<h2>{}</h2>{}{}</div>').format(
        " small" if small else "",
        icon(symbol, 20),
        title,
        Markup("<p>{}</p>").format(text) if text else "",
        action or "",
    )


def error_state(text: str, *, retry: str | None = "retry", arg: str = "") -> Markup:
    """What happened, as a sentence, and a button that emits (retry, arg); none where retry is None."""
    button = (
        Markup('<button type="button" class="btn" data-emit="{}" data-arg="{}">{}{}</button>').format(
            retry, arg, icon("refresh-cw", 15), _("Try again")
        )
        if retry
        else ""
    )
    return Markup('<div class="state small trouble" role="alert">{}<h2>{}</h2><p>{}</p>{}</div>').format(
        icon("triangle-alert", 20), _("This could not be loaded"), text, button
    )


def overview_skeleton() -> Markup:
    """The shape of tiles and chart while they are counted."""
    tile = Markup('<div class="tile"><span class="bone line"></span><span class="bone value"></span></div>')
    plot = Markup('<div class="chart"><span class="bone plot-bone"></span></div>')
    return _waiting(Markup('<div class="tiles">{}</div>{}').format(tile * 6, plot))


def panel_skeleton(rows: int = 6) -> Markup:
    """The shape of a panel's rows."""
    return _waiting(_bars(rows))


def cards_skeleton(count: int = 3) -> Markup:
    """The shape of site cards."""
    card = Markup(
        '<div class="card site"><span class="bone line"></span><span class="bone value"></span>'
        '<span class="bone row"></span></div>'
    )
    return _waiting(Markup('<div class="cards">{}</div>').format(card * count))


@lru_cache
def _bars(rows: int) -> Markup:
    return Markup('<div class="bars">{}</div>').format(Markup('<span class="bone row"></span>') * rows)


def _waiting(shape: Markup) -> Markup:
    return Markup('<div aria-busy="true"><span class="sr">{}</span>{}</div>').format(_("Loading"), shape)
