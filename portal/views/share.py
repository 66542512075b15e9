"""Pages behind public links: plain HTML, which a frame on another site can show as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analytics.reports.period import Preset
from portal.views.documents import brand, document, footer, notice
from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.periods import preset_name
from portal.views.shell import mode_switch
from tenancy.text import gettext as _
from themes.theme import Mode, Theme


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is drawn: in whose brand, for which reader, and whether inside another site's page."""

    theme: Theme
    locale: str
    mode: Mode | None
    framed: bool


def shared_page(
    look: Look,
    title: str,
    body: Markup,
    *,
    crumb: tuple[str, str] | None = None,
    presets: Sequence[Preset] = (),
    chosen: Preset,
) -> Markup:
    """A dashboard, or the overview of a portfolio. `crumb` leads back to it; presets may be chosen among."""
    trail = filled('<nav class="crumbs"><a href="{1}">{0}</a></nav>', *crumb) if crumb is not None else ""
    head = filled(
        '<div class="top"><div class="heading">{}<h1>{}</h1></div><div class="space"></div>{}{}</div>',
        trail,
        title,
        _periods(presets, chosen),
        "" if look.framed else mode_switch(),
    )
    bar = "" if look.framed else filled('<header class="share-bar">{}</header>', brand(look.theme))
    page = filled(
        '<div class="shared{}">{}<main class="main" id="main" data-follows>{}{}</main>{}</div>',
        " framed" if look.framed else "",
        bar,
        head,
        body,
        _foot(look),
    )
    return document(look.theme, title, page, locale=look.locale, mode=look.mode)


def shared_panels(panels: Mapping[str, tuple[str, Markup]]) -> Markup:
    """The panels of a dashboard, by key: the classes of each and its markup."""
    return filled(
        '<div class="panels">{}</div>',
        joined(filled('<div class="{}">{}</div>', classes, drawn) for classes, drawn in panels.values()),
    )


def locked_page(look: Look, title: str, *, action: str, error: str | None = None) -> Markup:
    """Asks for the password of a link."""
    form = filled(
        '<form class="card sheet" method="post" action="{}"><h1>{}</h1><p class="muted">{}</p>{}'
        '<div class="field"><label for="password">{}</label><input id="password" name="password" '
        'type="password" autocomplete="off" maxlength="1024" required autofocus></div>'
        '<button class="btn primary wide" type="submit">{}</button></form>',
        action,
        title,
        _("This page is protected. The person who gave you the link also has the password."),
        notice(error) if error else "",
        _("Password"),
        _("Open"),
    )
    page = filled(
        '<div class="plain-page"><main>{}{}</main>{}</div>',
        "" if look.framed else brand(look.theme),
        form,
        _foot(look),
    )
    return document(look.theme, title, page, locale=look.locale, mode=look.mode)


def _foot(look: Look) -> Markup:
    """The brand's links; within another page there is no room for them."""
    if look.framed:
        return Markup("")
    return filled('<footer class="share-foot">{}</footer>', footer(look.theme, powered=True))


def _periods(presets: Sequence[Preset], chosen: Preset) -> Markup:
    """The period that is shown; a list to choose from where there are several."""
    if not presets:
        return filled('<span class="muted">{}</span>', preset_name(chosen))
    choices = joined(
        filled(
            '<button type="button" data-emit="period" data-arg="{}"{}>{}</button>',
            preset,
            Markup(' aria-current="true"') if preset is chosen else "",
            preset_name(preset),
        )
        for preset in presets
    )
    return filled(
        '<details class="menu"><summary class="btn">{}{}</summary>'
        '<div class="presets" role="group" aria-label="{}">{}</div></details>',
        icon("calendar"),
        preset_name(chosen),
        _("Period"),
        choices,
    )
