"""A small shop of plain pages on shop.localhost that carries the real snippet of one of the sample sites."""

from collections.abc import Iterable
from pathlib import Path
from string import Template

from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.hosts import theme_of
from portal.stack.demo.cast import RESELLERS, SHOP_HOST, sample_sites
from portal.stack.demo.page_trees import page_tree
from portal.stack.demo.wares import Ware, wares
from portal.stack.demo.world import find_site
from portal.views.markup import filled, joined
from tenancy.domains import base_url, resolve_host
from tracker.snippet import snippet


def demo_shop() -> ASGIApp:
    """The shop with the snippet of its own site, which is looked up at the first request that finds it."""
    return _DemoShop()


def shop_app(code: str, analytics: str) -> ASGIApp:
    """The shop with the given installation code, whose global is called `analytics`."""
    pages = _Pages(code, analytics)
    routes: list[BaseRoute] = [
        *(Route(path, pages.show(path, name), methods=["GET"]) for path, name in _PLAIN.items()),
        *(Route(f"/products/{ware.slug}", pages.show_ware(ware), methods=["GET"]) for ware in wares()),
        Route("/thanks", pages.show("", "thanks")),
        Route("/checkout", _go_to("/thank-you"), methods=["POST"]),
        Route("/newsletter", _go_to("/thanks"), methods=["POST"]),
        Route("/contact", _go_to("/thanks"), methods=["POST"]),
        Route("/files/care-guide.pdf", _care_guide),
        Mount("/assets", StaticFiles(directory=_FOLDER / "assets")),
    ]
    return Starlette(routes=routes, exception_handlers={404: pages.missing})


class _DemoShop:
    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self._app = self._app or await _installed_shop()
        # Kept for good: neither the tracking id nor the sample brand's global changes while the demo runs.
        app = self._app or PlainTextResponse("The sample world is not ready yet.", 503)
        await app(scope, receive, send)


async def _installed_shop() -> ASGIApp | None:
    """The shop as the agency's client would have it, None before there is a sample world."""
    agency = next(a for a in RESELLERS for client in a.clients if _SAMPLE in client.sites)
    host, site = await resolve_host(agency.host), await find_site(agency, SHOP_HOST)
    if host is None or site is None:
        return None
    name = theme_of(host).script_global
    return shop_app(snippet(base_url(host.host), site.tracking_id, name, site.visitor_mode.value), name)


_FOLDER = Path(__file__).with_name("shop_pages")
_SAMPLE = sample_sites()[SHOP_HOST]
_PLAIN = {
    "/": "home",
    "/products": "products",
    "/cart": "cart",
    "/checkout": "checkout",
    "/thank-you": "thank-you",
    "/stories/our-story": "our-story",
    "/stories/care-guide": "care-guide",
    "/shipping": "shipping",
    "/contact": "contact",
}


class _Pages:
    """The pages, put together once."""

    def __init__(self, code: str, analytics: str) -> None:
        self._code = Markup(code)  # noqa: S704  our own snippet
        self._analytics = analytics
        self._layout = _template("layout")
        tree = page_tree(_SAMPLE)
        self._titles = {page.path: page.title for page in (*tree.pages, *(p for s in tree.steps for p in s))}

    def show(self, path: str, name: str) -> Response:
        """The page of a template."""
        stock = wares()
        main = _template(name).substitute(favourites=_cards(stock[:4]), products=_cards(stock))
        return self._page(path, main)

    def show_ware(self, ware: Ware) -> Response:
        """A product's page."""
        main = _template("product").substitute(
            slug=ware.slug,
            name=escape(ware.name),
            tint=ware.tint,
            art=ware.art,
            tagline=escape(ware.tagline),
            text=escape(ware.text),
            price=_price(ware),
            amount=f"{ware.price:.2f}",
            notes=joined(filled("<li>{}</li>", note) for note in ware.notes),
            others=_cards([other for other in wares() if other != ware][:4]),
        )
        return self._page(f"/products/{ware.slug}", main)

    async def missing(self, request: Request, error: Exception) -> Response:
        """The page for an address that the shop does not have."""
        return self._page("", _template("missing").substitute(), 404)

    def _page(self, path: str, main: str, status: int = 200) -> Response:
        text = self._layout.substitute(
            title=escape(self._titles.get(path, _SAMPLE.name)),
            main=main,
            snippet=self._code,
            analytics=self._analytics,
        )
        return HTMLResponse(text, status)


def _template(name: str) -> Template:
    return Template((_FOLDER / f"{name}.html").read_text())


def _go_to(path: str) -> Response:
    # What was typed is not even read.
    return RedirectResponse(path, 303)


_care_guide = FileResponse(_FOLDER / "care-guide.pdf", media_type="application/pdf")


def _cards(stock: Iterable[Ware]) -> Markup:
    card = Markup(
        '<a class="card" href="/products/{slug}"><div class="stage" style="--tint:{tint}">{art}</div><div>'
        '<span class="cost">{price}</span><b>{name}</b><small>{tagline}</small></div></a>'
    )
    return joined(
        card.format(
            slug=ware.slug,
            tint=ware.tint,
            art=ware.art,
            price=_price(ware),
            name=ware.name,
            tagline=ware.tagline,
        )
        for ware in stock
    )


def _price(ware: Ware) -> str:
    return f"${ware.price:.2f}"
