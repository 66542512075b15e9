"""Nothing yet, still loading, gone wrong: each says what it is and what to do."""

from functools import lru_cache

from markupsafe import Markup

from portal.views.icons import icon
from portal.views.markup import filled
from tenancy.text import gettext as _


def empty_state(
    symbol: str, title: str, text: str = "", action: Markup | None = None, *, small: bool = False
) -> Markup:
    """Why there is nothing here, and the next step as `action` (a link or button of class btn)."""
    return filled(
        '<div class="state{}">{}<h2>{}</h2>{}{}</div>',
        " small" if small else "",
        icon(symbol, 20),
        title,
        filled("<p>{}</p>", text) if text else "",
        action or "",
    )


def error_state(text: str, *, retry: str | None = "retry", arg: str = "") -> Markup:
    """What happened, as a sentence, and a button that emits (retry, arg); none where retry is None."""
    button = (
        filled(
            '<button type="button" class="btn" data-emit="{}" data-arg="{}">{}{}</button>',
            retry,
            arg,
            icon("refresh-cw", 15),
            _("Try again"),
        )
        if retry
        else ""
    )
    return filled(
        '<div class="state small trouble" role="alert">{}<h2>{}</h2><p>{}</p>{}</div>',
        icon("triangle-alert", 20),
        _("This could not be loaded"),
        text,
        button,
    )


def overview_skeleton() -> Markup:
    """The shape of tiles and chart while they are counted."""
    tile = Markup('<div class="tile"><span class="bone line"></span><span class="bone value"></span></div>')
    plot = Markup('<div class="chart"><span class="bone plot-bone"></span></div>')
    return _waiting(filled('<div class="tiles">{}</div>{}', tile * 6, plot))


def panel_skeleton(rows: int = 6) -> Markup:
    """The shape of a panel's rows."""
    return _waiting(_bars(rows))


def cards_skeleton(count: int = 3) -> Markup:
    """The shape of site cards."""
    card = Markup(
        '<div class="card site"><span class="bone line"></span><span class="bone value"></span>'
        '<span class="bone row"></span></div>'
    )
    return _waiting(filled('<div class="cards">{}</div>', card * count))


@lru_cache
def _bars(rows: int) -> Markup:
    return filled('<div class="bars">{}</div>', Markup('<span class="bone row"></span>') * rows)


def _waiting(shape: Markup) -> Markup:
    return filled('<div aria-busy="true"><span class="sr">{}</span>{}</div>', _("Loading"), shape)
