"""/share/{token}: what a public link shows. Plain pages: a thousand visitors cost no memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from starlette.background import BackgroundTask

from analytics.reports.cards import site_cards as cards_report
from analytics.reports.period import Preset
from analytics.reports.shared import shared_numbers
from analytics.shared_links import OpenLink, Panel, count_view, open_link
from portal.here import CurrentHere, Here, chosen_mode, client_of
from portal.pages.panels import MAP_ROWS, PANELS, draw_panel, draw_rows
from portal.pages.state import DashboardState, read_state
from portal.security import FRAMED_BY
from portal.views.cards import CardOf, site_cards
from portal.views.chart import line_chart
from portal.views.markup import filled
from portal.views.share import Look, locked_page, shared_page, shared_panels
from portal.views.tiles import metric_tiles
from tenancy.errors import InsightHubError, NotFound
from tenancy.rate_limits import admit_link_try
from tenancy.settings import settings
from tenancy.sites import Site
from tenancy.text import gettext as _
from themes.looks import theme_for

router = APIRouter(include_in_schema=False)

PRESETS = tuple(one for one in Preset if one is not Preset.CUSTOM)


@router.get("/share/{token}", response_model=None)
async def shared(token: str, request: Request, here: CurrentHere) -> Response:
    """The dashboard or portfolio of a link, or the question for its password."""
    opened = await open_link(here.host, token)
    request.scope["state"][FRAMED_BY] = opened.link.terms.allowed_origins
    look = await _look(request, here, opened)
    if opened.password_hash is not None and request.cookies.get(_cookie(opened)) != opened.key:
        return _page(locked_page(look, _title(opened), action=request.url.path + _query(request)))
    page = await _draw(opened, look, request.query_params)
    return _page(page, BackgroundTask(count_view, opened.link))


@router.post("/share/{token}", response_model=None)
async def unlock(
    token: str, request: Request, here: CurrentHere, password: Annotated[str, Form(max_length=1024)] = ""
) -> Response:
    """Gives the browser the key of a link for half a day."""
    opened = await open_link(here.host, token)
    request.scope["state"][FRAMED_BY] = opened.link.terms.allowed_origins
    try:
        await admit_link_try(str(opened.link.id), client_of(request))
        if not await opened.is_password(password):
            raise InsightHubError(_("That password is not correct."))
    except InsightHubError as error:
        look, action = await _look(request, here, opened), request.url.path + _query(request)
        return _page(locked_page(look, _title(opened), action=action, error=error.message))
    response = RedirectResponse(request.url.path + _query(request), 303)
    response.headers.append("set-cookie", _set_cookie(opened))
    return response


_KEPT_S = 12 * 60 * 60


async def _draw(opened: OpenLink, look: Look, query: Mapping[str, str]) -> Markup:
    portfolio = opened.link.site_id is None
    site = _site(opened, query)
    if site is None:
        return await _portfolio(opened, look)
    state = _state(opened, query)
    crumb = (_title(opened), opened.link.path) if portfolio else None
    title = site.name if portfolio else _title(opened)
    presets = PRESETS if opened.link.terms.free_period else ()
    body = await _dashboard(opened, site, state, look)
    return shared_page(look, title, body, crumb=crumb, presets=presets, chosen=state.preset)


async def _dashboard(opened: OpenLink, site: Site, state: DashboardState, look: Look) -> Markup:
    """The link's own parts; an error of the report in their place."""
    shared_parts = opened.link.terms.panels
    kinds = [kind for kind in PANELS if kind.key in shared_parts]
    shown = {kind.key: kind.shown(state) for kind in kinds}
    found = await shared_numbers(
        site,
        state.preset,
        tuple(shown.values()),
        overview=Panel.OVERVIEW in shared_parts,
        rows=MAP_ROWS,
    )
    head = Markup("")
    if found.overview is not None:
        tiles = metric_tiles(found.overview, state.metric, locale=look.locale)
        chart = line_chart(found.overview, state.metric, locale=look.locale)
        head = filled('<div class="card">{}{}</div>', tiles, chart)
    panels = {
        kind.key: (
            kind.classes,
            draw_panel(
                kind,
                state,
                draw_rows(found.breakdowns[shown[kind.key]], look.locale, pressable=False),
                with_details=False,
            ),
        )
        for kind in kinds
    }
    return head + shared_panels(panels)


async def _portfolio(opened: OpenLink, look: Look) -> Markup:
    counted = await cards_report(opened.sites, datetime.now(UTC))
    cards = [
        CardOf(
            f"{opened.link.path}?site={site.public_id}" + ("&embed=1" if look.framed else ""),
            site.name,
            site.domain,
            counted.get(site.number),
        )
        for site in opened.sites
    ]
    body = site_cards(cards, locale=look.locale)
    return shared_page(look, _title(opened), body, chosen=Preset.TODAY)


def _site(opened: OpenLink, query: Mapping[str, str]) -> Site | None:
    """The site that is looked at; None for the whole of a portfolio."""
    if opened.link.site_id is not None:
        return opened.sites[0]
    if "site" not in query:
        return None
    for site in opened.sites:
        if site.public_id == query["site"]:
            return site
    raise NotFound()


def _state(opened: OpenLink, query: Mapping[str, str]) -> DashboardState:
    """What an address asks for, as far as the link allows it: never a filter."""
    terms = opened.link.terms
    tabs = [f"{kind.key}:{query.get(f'tab-{kind.key}', '')}" for kind in PANELS]
    asked = read_state(
        {
            "period": query.get("period", "") if terms.free_period else terms.preset,
            "metric": query.get("metric", ""),
            "tabs": ",".join(tabs),
        }
    )
    return asked if terms.free_period and "period" in query else replace(asked, preset=terms.preset)


def _title(opened: OpenLink) -> str:
    if opened.link.terms.title:
        return opened.link.terms.title
    return opened.organization_name if opened.link.site_id is None else opened.sites[0].name


async def _look(request: Request, here: Here, opened: OpenLink) -> Look:
    """That of whoever shares: a client's own, where it has one."""
    theme = await theme_for(opened.link.organization_id)
    return Look(theme, here.locale, chosen_mode(request), framed="embed" in request.query_params)


def _page(page: Markup, background: BackgroundTask | None = None) -> HTMLResponse:
    # The address is the secret: it may neither be found by search engines nor told to other sites.
    headers = {
        "cache-control": "private, no-store",
        "x-robots-tag": "noindex, nofollow",
        "referrer-policy": "same-origin",
    }
    return HTMLResponse(page, headers=headers, background=background)


def _query(request: Request) -> str:
    return f"?{request.url.query}" if request.url.query else ""


def _cookie(opened: OpenLink) -> str:
    return f"link-{opened.link.id.hex}"


def _set_cookie(opened: OpenLink) -> str:
    """The key, for this link's address alone; in a frame on another site it is the frame's own."""
    parts = [f"{_cookie(opened)}={opened.key}", f"Max-Age={_KEPT_S}", f"Path={opened.link.path}", "HttpOnly"]
    if settings().public_scheme != "https":
        parts.append("SameSite=Lax")
    elif opened.link.terms.allowed_origins:
        parts += ["Secure", "SameSite=None", "Partitioned"]
    else:
        parts += ["Secure", "SameSite=Lax"]
    return "; ".join(parts)
