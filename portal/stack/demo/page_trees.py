"""The pages of each sample site, how visitors move between them, and what they do there."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from portal.stack.demo.shapes import Kind, SampleSite
from tracker.contract import FILE_DOWNLOAD, FORM_SUBMIT, OUTBOUND_CLICK, REVENUE, VIDEO_COMPLETE, VIDEO_PLAY

Props = dict[str, str]


class Doing(NamedTuple):
    """An event beside the view itself, with the chance that a view has it; one of the props is taken.

    Who does the rarer of two things on a page does the more frequent one too.
    """

    name: str
    chance: float
    props: tuple[Props, ...] = ({},)


@dataclass(frozen=True, slots=True)
class Page:
    """A page; the weights say how often a visit starts here, and how often a view leads here."""

    path: str
    title: str
    known: float = 0
    """Weight as first page of those who know the site: they typed its name, or have its newsletter."""
    found: float = 0
    """Weight as first page of those who were sent by a search or a link."""
    next: float = 0
    article: bool = False
    doings: tuple[Doing, ...] = ()


@dataclass(frozen=True, slots=True)
class PageTree:
    """The pages, and the steps to what the site is for; each step is any one of its pages."""

    pages: tuple[Page, ...]
    steps: tuple[tuple[Page, ...], ...]


def page_tree(site: SampleSite) -> PageTree:
    """The pages of a site, with their full titles."""
    tree = _BUILDERS[site.kind](site)

    def titled(pages: Iterable[Page]) -> tuple[Page, ...]:
        return tuple(
            replace(page, title=f"{page.title} – {site.name}" if page.title else site.name) for page in pages
        )

    return PageTree(titled(tree.pages), tuple(titled(step) for step in tree.steps))


def products_of(site: SampleSite) -> list[tuple[str, float]]:
    """Name and price of what a shop sells."""
    return [(name, float(price)) for name, _, price in (line.rpartition(" ") for line in site.about)]


def slug(text: str) -> str:
    """low-tide-decaf of "Low Tide Decaf"."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _shop(site: SampleSite) -> PageTree:
    products = products_of(site)
    listed = [
        Page(f"/products/{slug(name)}", name, 5 / rank, 16 / rank, 16 / rank**0.7,
             doings=(Doing("view_gallery", 0.22), Doing("add_to_wishlist", 0.03, ({"product": name},))))
        for rank, (name, _) in enumerate(products, 1)
    ]  # fmt: skip
    chosen = tuple(
        replace(page, doings=(Doing("add_to_cart", 1, ({"product": name, "price": _money(price)},)),))
        for page, (name, price) in zip(listed, products, strict=True)
    )
    pages = (
        Page("/", "", 46, 15, 13, doings=(Doing("newsletter_signup", 0.008, ({"placement": "footer"},)),)),
        Page("/products", "All products", 14, 11, 24, doings=(_search(name for name, _ in products),)),
        *listed,
        Page("/stories/our-story", "Our story", 2, 4, 5, article=True, doings=_video("our-story")),
        Page("/stories/care-guide", "Care guide", 1, 6, 3, article=True,
             doings=(_download(site, "care-guide.pdf", 0.06),)),
        Page("/shipping", "Shipping and returns", 1, 2, 4),
        Page("/cart", "Your cart", 3, 0, 3),
        Page("/contact", "Contact", 1, 1, 2, doings=(_form("contact", 0.2),)),
    )  # fmt: skip
    bought = (Doing(REVENUE, 1, tuple(_orders(products, site.market.currency))),)
    return PageTree(
        pages,
        (
            chosen,
            (Page("/cart", "Your cart"),),
            (Page("/checkout", "Checkout", doings=(Doing("begin_checkout", 1), _form("checkout", 0.6))),),
            (Page("/thank-you", "Thank you", doings=bought),),
        ),
    )


def _orders(products: list[tuple[str, float]], currency: str) -> Iterable[Props]:
    """Orders of one product mostly, of two sometimes; what stands first sells best."""
    prices = [price for _, price in products]
    singles = [((price,), 12 // rank) for rank, price in enumerate(prices, 1)]
    for basket, copies in (*singles, *((pair, 1) for pair in combinations(prices, 2))):
        order = {"amount": _money(sum(basket)), "currency": currency, "items": str(len(basket))}
        yield from [order] * copies


def _software(site: SampleSite) -> PageTree:
    features = [
        Page(f"/features/{slug(name)}", name, 2, 5 / rank, 9 / rank)
        for rank, name in enumerate(site.about, 1)
    ]
    plans = ({"plan": "starter", "method": "email"}, {"plan": "starter", "method": "google"},
             {"plan": "starter", "method": "google"}, {"plan": "team", "method": "email"},
             {"plan": "team", "method": "sso"})  # fmt: skip
    pages = (
        Page("/", "", 40, 34, 12, doings=(Doing("cta_click", 0.1), *_video("product-tour", 0.07))),
        Page("/features", "Features", 4, 6, 14),
        *features,
        Page("/pricing", "Pricing", 8, 9, 20, doings=(Doing("toggle_billing", 0.25, _EITHER_BILLING),)),
        Page("/customers", "Customers", 2, 3, 8),
        Page("/customers/brightwater-clinic", "How Brightwater Clinic plans its week", 1, 3, 4, article=True),
        Page("/compare/spreadsheets", "Boards or spreadsheets?", 1, 9, 3, article=True),
        Page("/integrations", "Integrations", 2, 7, 6, doings=(_outbound("https://github.com/lumen"),)),
        Page("/changelog", "Changelog", 4, 2, 4, article=True),
        Page("/security", "Security", 1, 2, 4, doings=(_download(site, "security-overview.pdf", 0.12),)),
        Page("/about", "About", 1, 2, 3),
        Page("/careers", "Careers", 2, 3, 1, doings=(_outbound("https://jobs.example/lumen", 0.2),)),
        Page("/login", "Sign in", 26, 1, 4),
    )
    return PageTree(
        pages,
        (
            (Page("/pricing", "Pricing"),),
            (Page("/signup", "Create your account", doings=(_form("signup", 0.55),)),),
            (Page("/welcome", "Welcome", doings=(Doing("signup", 1, plans),)),),
            (Page("/onboarding/invite", "Invite your team", doings=(Doing("invite_sent", 0.6),)),),
        ),
    )


def _docs(site: SampleSite) -> PageTree:
    languages = tuple({"language": language} for language in ("bash", "bash", "python", "javascript", "go"))
    topics = tuple(
        Page(f"/{slug(name)}", name, 9 / rank, 22 / rank**0.6, 16 / rank**0.6, article=True,
             doings=(Doing("copy_code", 0.18, languages), Doing("feedback", 0.03, _HELPFUL)))
        for rank, name in enumerate(site.about, 1)
    )  # fmt: skip
    home = Page("/", "", 40, 14, 12, doings=(_search(site.about, 0.25),))
    results = Page("/search", "Search", 2, 0, 8, doings=(_search(site.about, 0.9),))
    return PageTree((home, *topics, results), ())


def _magazine(site: SampleSite) -> PageTree:
    subscribe, thanks, about = _MAGAZINE_WORDS[site.market.home == "german"]
    articles = tuple(
        Page(f"/{slug(title)}", title, 8 / rank, 30 / rank, 14 / rank**0.7, article=True,
             doings=(Doing("share", 0.018, _NETWORKS), _outbound("https://www.wikipedia.org/", 0.05),
                     *(_video("in-two-minutes") if rank == 3 else ()),
                     *((_download(site, "checklist.pdf", 0.09),) if rank == 2 else ())))
        for rank, title in enumerate(site.about, 1)
    )  # fmt: skip
    pages = (Page("/", "", 38, 9, 12), *articles, about, subscribe)
    form = replace(subscribe, doings=(_form("newsletter", 0.7),))
    signed_up = (Doing("newsletter_signup", 1, ({"placement": "article"}, {"placement": "page"})),)
    return PageTree(pages, (articles, (form,), (replace(thanks, doings=signed_up),)))


def _local(site: SampleSite) -> PageTree:
    folder, team, contact, booking, thanks = _LOCAL_WORDS[site.market.home == "german"]
    services = tuple(
        Page(f"{folder}/{slug(name)}", name, 4 / rank, 12 / rank, 12 / rank)
        for rank, name in enumerate(site.about, 1)
    )
    call = Doing("phone_click", 0.11, ({"number": "header"}, {"number": "footer"}))
    pages = (
        Page("/", "", 46, 40, 12, doings=(Doing("phone_click", 0.05, ({"number": "header"},)),)),
        *services,
        team,
        replace(contact, doings=(call, _outbound("https://www.openstreetmap.org/directions", 0.16))),
        booking,
    )
    form = replace(booking, doings=(_form("booking", 0.75),))
    booked = tuple({"service": name} for name in site.about)
    return PageTree(pages, (services, (form,), (replace(thanks, doings=(Doing("booking", 1, booked),)),)))


_BUILDERS = {
    Kind.SHOP: _shop,
    Kind.SOFTWARE: _software,
    Kind.DOCS: _docs,
    Kind.MAGAZINE: _magazine,
    Kind.LOCAL: _local,
}

# English, German.
_MAGAZINE_WORDS = (
    (
        Page("/subscribe", "Subscribe", 2, 1, 3),
        Page("/subscribe/thanks", "Almost done"),
        Page("/about", "About", 2, 2, 3),
    ),
    (
        Page("/newsletter", "Newsletter", 2, 1, 3),
        Page("/newsletter/danke", "Fast geschafft"),
        Page("/ueber-uns", "Über uns", 2, 2, 3),
    ),
)
_LOCAL_WORDS = (
    (
        "/services",
        Page("/team", "Our team", 3, 3, 7),
        Page("/contact", "Contact", 10, 8, 12),
        Page("/book", "Book an appointment", 8, 3, 6),
        Page("/thank-you", "Thank you"),
    ),
    (
        "/leistungen",
        Page("/team", "Unser Team", 3, 3, 7),
        Page("/kontakt", "Kontakt und Anfahrt", 10, 8, 12),
        Page("/termin", "Termin buchen", 8, 3, 6),
        Page("/danke", "Vielen Dank"),
    ),
)

_HELPFUL = ({"helpful": "yes"}, {"helpful": "yes"}, {"helpful": "yes"}, {"helpful": "no"})
_NETWORKS = tuple({"network": name} for name in ("linkedin", "x", "bluesky", "whatsapp", "copy link"))
_EITHER_BILLING = ({"billing": "yearly"}, {"billing": "yearly"}, {"billing": "monthly"})


def _money(amount: float) -> str:
    return f"{amount:.2f}"


def _search(words: Iterable[str], chance: float = 0.08) -> Doing:
    return Doing("search", chance, tuple({"query": word.lower()} for word in words))


def _form(name: str, chance: float) -> Doing:
    return Doing(FORM_SUBMIT, chance, ({"form_id": name, "form_name": name},))


def _outbound(url: str, chance: float = 0.04) -> Doing:
    return Doing(OUTBOUND_CLICK, chance, ({"url": url, "text": "Read more"},))


def _download(site: SampleSite, filename: str, chance: float) -> Doing:
    url = f"https://{site.domain}/files/{filename}"
    return Doing(FILE_DOWNLOAD, chance, ({"url": url, "filename": filename, "extension": "pdf"},))


def _video(name: str, chance: float = 0.16) -> tuple[Doing, Doing]:
    about = {"video_id": name, "provider": "html5"}
    return (
        Doing(VIDEO_PLAY, chance, (about,)),
        Doing(VIDEO_COMPLETE, chance * 0.45, ({**about, "watch_time": "20"},)),
    )
