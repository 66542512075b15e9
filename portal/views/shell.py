"""The frame around signed-in pages: sidebar, the phone's top bar, headings."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from portal.views.cards import site_mark
from portal.views.documents import brand
from portal.views.icons import icon
from portal.views.markup import filled, joined
from tenancy.text import gettext as _
from themes.theme import Sidebar, Theme


class NavLink(NamedTuple):
    icon: str
    title: str
    href: str


class NavGroup(NamedTuple):
    """Links under a small heading; the first group needs none."""

    links: Sequence[NavLink]
    title: str = ""


class Person(NamedTuple):
    """Who is signed in, where they can go, and the token of the forms that take them there, or out."""

    name: str
    organization: str
    form_token: str
    places: Sequence[tuple[str, str]] = ()
    """Public ids and names of the organisations that the person belongs to."""


def sidebar_class(theme: Theme) -> str:
    """The classes of the <aside> that holds sidebar()."""
    return "side side-brand" if theme.sidebar is Sidebar.BRAND else "side"


def sidebar(theme: Theme, groups: Sequence[NavGroup], current: str, person: Person) -> Markup:
    """Logo, links (the one whose href is `current` is marked), and who is signed in with the way out."""
    return filled(
        '<div class="side-in">{}{}{}</div>',
        brand(theme, on_brand=True, href="/"),
        joined(_group(group, current) for group in groups),
        _account(person),
    )


def phone_bar(theme: Theme) -> Markup:
    """The bar on top of a phone's page, with the button that opens the sidebar."""
    return filled(
        '<header class="phone-bar">{}<button type="button" class="menu-button" data-menu'
        ' aria-expanded="false" aria-label="{}">{}</button></header>',
        brand(theme, href="/"),
        _("Menu"),
        icon("menu", 20),
    )


def heading(title: str, *, crumbs: Sequence[tuple[str, str]] = (), mark: bool = False) -> Markup:
    """A page's h1 under its crumbs ((words, address) each); `mark` puts a site's square before it."""
    arrow = icon("chevron-right", 13)
    trail = arrow.join(filled('<a href="{}">{}</a>', href, words) for words, href in crumbs)
    nav = filled('<nav class="crumbs" aria-label="{}">{}</nav>', _("Breadcrumb"), trail) if crumbs else ""
    return filled('{}<div class="heading">{}<h1>{}</h1></div>', site_mark(title) if mark else "", nav, title)


def link_button(symbol: str, words: str, href: str, *, download: bool = False) -> Markup:
    """A link in the look of a button."""
    return filled(
        '<a class="btn" href="{}"{}>{}{}</a>',
        href,
        Markup(" download") if download else "",
        icon(symbol),
        words,
    )


def page_tabs(links: Sequence[tuple[str, str]], current: str, label: str) -> Markup:
    """Links to the pages about one thing, each a title and an address; what does not fit is scrolled to."""
    tabs = joined(
        filled(
            '<a href="{}"{}>{}</a>', href, Markup(' aria-current="page"') if href == current else "", title
        )
        for title, href in links
    )
    return filled('<nav class="tabs page-tabs" aria-label="{}">{}</nav>', label, tabs)


def skip_link() -> Markup:
    """The first thing the tab key finds: past the sidebar, to #main."""
    return filled('<a class="skip" href="#main">{}</a>', _("Skip to the content"))


def mode_switch() -> Markup:
    """The button between light and dark; app.js does it and remembers it in the cookie "mode"."""
    return filled(
        '<button type="button" class="btn square" data-mode-switch aria-label="{}">{}</button>',
        _("Switch between light and dark"),
        icon("sun-moon"),
    )


def button_face(label: str, symbol: Markup | None = None) -> Markup:
    """What stands on a button: an icon, a label, or both."""
    words = filled("<span>{}</span>", label) if label else Markup("")
    return (symbol or Markup("")) + words


def _group(group: NavGroup, current: str) -> Markup:
    links = joined(
        filled(
            '<a href="{}"{}>{}<span>{}</span></a>',
            link.href,
            Markup(' aria-current="page"') if link.href == current else "",
            icon(link.icon, 17),
            link.title,
        )
        for link in group.links
    )
    title = filled('<div class="nav-title">{}</div>', group.title) if group.title else ""
    return filled('{}<nav class="nav" aria-label="{}">{}</nav>', title, group.title or _("Pages"), links)


def _account(person: Person) -> Markup:
    return filled(
        '<div class="account">{}<form method="post" action="/logout">{}'
        '<button class="plain" aria-label="{}" title="{}">{}</button></form></div>',
        _switcher(person) if len(person.places) > 1 else _who(person),
        _token(person),
        _("Sign out"),
        _("Sign out"),
        icon("log-out", 17),
    )


def _who(person: Person, after: Markup | None = None) -> Markup:
    initials = "".join(word[0] for word in person.name.split()[:2]).upper() or "·"
    return filled(
        '<div class="me"><span class="avatar" aria-hidden="true">{}</span>'
        "<div><b>{}</b><small>{}</small></div>{}</div>",
        initials,
        person.name,
        person.organization,
        after or "",
    )


def _switcher(person: Person) -> Markup:
    """Opens a list of the organisations; a form, so that it works in every tab the same."""
    choices = joined(
        filled(
            '<button name="organization" value="{}"{}>{}<span>{}</span></button>',
            public_id,
            Markup(' aria-current="true"') if name == person.organization else "",
            icon("check" if name == person.organization else "building-2", 15),
            name,
        )
        for public_id, name in person.places
    )
    return filled(
        '<details class="switcher"><summary aria-label="{}">{}</summary>'
        '<form method="post" action="/organization">{}{}</form></details>',
        _("Switch organisation"),
        _who(person, icon("chevrons-up-down", 15)),
        _token(person),
        choices,
    )


def _token(person: Person) -> Markup:
    return filled('<input type="hidden" name="form" value="{}">', person.form_token)
