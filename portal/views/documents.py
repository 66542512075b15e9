"""Complete pages without JavaScript or a websocket: signing in, and everything that goes wrong."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.assets import asset_url
from portal.views.icons import icon
from portal.views.markup import filled, joined
from portal.views.numbers import direction
from tenancy.languages import OFFERED, Language
from tenancy.text import gettext as _
from tenancy.text import spoken_language, spoken_locale
from themes.assets import asset_path, favicon_href, letter_mark
from themes.css import head_tokens, served_fonts
from themes.powered_by import powered_by
from themes.theme import Mode, Sidebar, Theme


def head(theme: Theme, mode: Mode | None = None, *, scripts: bool = True) -> Markup:
    """What every <head> needs to paint in the brand at once: font, tokens, stylesheet, script.

    `mode` is the viewer's own choice (the cookie "mode"), None for the brand's. NiceGUI pages put this into
    their head too; title and favicon are theirs.
    """
    preload = joined(
        filled('<link rel="preload" as="font" type="font/woff2" crossorigin href="{}">', asset_url(font))
        for font in served_fonts(theme)
    )
    # The tokens are checked colours, numbers and our own font names: nothing in them can end the element.
    return filled(
        '{}<style>{}</style><link rel="stylesheet" href="{}">{}',
        preload,
        Markup(head_tokens(theme, mode)),  # noqa: S704
        asset_url("app.css"),
        filled('<script src="{}" defer></script>', asset_url("app.js")) if scripts else "",
    )


def document(
    theme: Theme,
    title: str,
    body: Markup,
    *,
    locale: str | None = None,
    mode: Mode | None = None,
    scripts: bool = True,
) -> Markup:
    """A whole HTML page around the body, titled 'title · brand'; in the reader's language, unless given."""
    locale = locale or spoken_locale()
    return filled(
        '<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        '<title>{title}</title><link rel="icon" href="{favicon}">{head}</head><body>{body}</body></html>',
        lang=locale.replace("_", "-"),
        dir=direction(locale),
        title=f"{title} · {theme.name}" if theme.name else title,
        favicon=favicon_href(theme),
        head=head(theme, mode, scripts=scripts),
        body=body,
    )


def sign_in_page(
    theme: Theme,
    *,
    form_token: str,
    next_path: str = "/",
    email: str = "",
    error: str | None = None,
    may_sign_up: bool = False,
    others: Sequence[tuple[str, str]] = (),
    locale: str | None = None,
    mode: Mode | None = None,
    scripts: bool = True,
) -> Markup:
    """The form that posts email, password, form (the token) and next to /login; `error` is shown above it.

    `others` are further ways in: an address, and the name of who vouches there.
    """
    form = filled(
        '<form class="card sheet" method="post" action="/login"><h1>{title}</h1>{error}'
        '<input type="hidden" name="form" value="{token}"><input type="hidden" name="next" value="{next}">'
        '{email}{password}<button class="btn primary wide" type="submit">{title}</button>'
        '<p class="muted ways"><a href="/forgot">{forgotten}</a>{sign_up}</p>{others}</form>',
        others=further_ways(others),
        forgotten=_("Forgot password?"),
        sign_up=filled('<a href="/signup">{}</a>', _("Sign up")) if may_sign_up else "",
        title=_("Sign in"),
        error=notice(error) if error else "",
        token=form_token,
        next=next_path,
        email=field(_("Email"), "email", "username", value=email, focus=not email),
        password=field(_("Password"), "password", "current-password", focus=bool(email)),
    )
    body = plain(theme, form, welcome=True, languages=True)
    return document(theme, _("Sign in"), body, locale=locale, mode=mode, scripts=scripts)


def further_ways(others: Sequence[tuple[str, str]]) -> Markup:
    """Links to others who vouch for people: an address, and the name of who does it there."""
    if not others:
        return Markup("")
    links = joined(
        filled(
            '<a class="btn wide" href="{}" rel="nofollow">{}</a>',
            address,
            _("Continue with {provider}").format(provider=name),
        )
        for address, name in others
    )
    return filled('<div class="form-about" style="text-align: center"><p>{}</p>{}</div>', _("or"), links)


def error_page(
    theme: Theme,
    status: int,
    title: str,
    message: str,
    *,
    locale: str | None = None,
    mode: Mode | None = None,
    way_out: tuple[str, str] | None = None,
    above: Markup | None = None,
) -> Markup:
    """What happened and what to try, with `above` before everything.

    `way_out` is a link's (address, words), by default home; none for a host that nobody claimed (a theme
    without a name).
    """
    address, words = way_out or ("/", _("Go to the home page"))
    link = filled('<a class="btn primary" href="{}">{}</a>', address, words) if theme.name else ""
    body = filled(
        '<section class="lost"><b class="num">{}</b><h1>{}</h1><p>{}</p>{}</section>',
        status,
        title,
        message,
        link,
    )
    page = (above or Markup("")) + plain(theme, body)
    return document(theme, title, page, locale=locale, mode=mode)


def closed_page(
    theme: Theme,
    organization: str,
    message: str,
    *,
    places: Sequence[tuple[str, str]] = (),
    form_token: str = "",
) -> Markup:
    """Who is turned away reads why. `places` are (public id, name) of where else they may go."""
    token = filled('<input type="hidden" name="form" value="{}">', form_token)
    ways = joined(
        filled(
            '<form method="post" action="/organization">{}<button class="btn wide" name="organization" '
            'value="{}">{}</button></form>',
            token,
            public_id,
            name,
        )
        for public_id, name in places
    )
    out = filled(
        '<form method="post" action="/logout">{}<button class="btn primary wide">{}</button></form>',
        token,
        _("Sign out"),
    )
    title = _("{organization} is suspended").format(organization=organization)
    ask = _("Contact {brand} to have it reactivated.").format(brand=theme.name)
    body = filled(
        '<section class="card sheet"><h1>{}</h1><p>{} {}</p>{}{}</section>', title, message, ask, ways, out
    )
    return document(theme, title, plain(theme, body))


def brand(theme: Theme, *, on_brand: bool = False, href: str | None = None) -> Markup:
    """The logo, else a drawn mark with the name. `on_brand`: on a sidebar in the brand's own colour."""
    if not theme.name:
        return Markup("")
    light = theme.logo_light or theme.logo_dark
    dark = theme.logo_dark or theme.logo_light
    if light is None or dark is None:
        inner = filled("{}<span>{}</span>", letter_mark(theme), theme.name)
    elif on_brand and theme.sidebar is Sidebar.BRAND:
        inner = _logo(theme, dark, "")
    elif light == dark:
        inner = _logo(theme, light, "")
    else:
        inner = _logo(theme, light, "on-light") + _logo(theme, dark, "on-dark")
    if href is None:
        return filled('<div class="brand">{}</div>', inner)
    return filled('<a class="brand" href="{}">{}</a>', href, inner)


def footer(theme: Theme, *, powered: bool = False) -> Markup:
    """The brand's links and where to find help; `powered` adds the platform's line, if the brand wants it."""
    links = [(link.words, link.url) for link in theme.footer_links]
    if theme.support_url:
        links.append((_("Help"), theme.support_url))
    if theme.support_email:
        links.append((theme.support_email, f"mailto:{theme.support_email}"))
    line = powered_by(theme) if powered else None
    if line:
        links.append(line)
    return joined(filled('<a href="{}" rel="noopener">{}</a>', url, words) for words, url in links)


def notice(message: str) -> Markup:
    """What is wrong, above a form."""
    return filled('<p class="notice" role="alert">{}<span>{}</span></p>', icon("circle-alert"), message)


def _logo(theme: Theme, digest: str, classes: str) -> Markup:
    return filled(
        '<img class="{}" src="{}" alt="{}" height="30" loading="lazy">',
        classes,
        asset_path(digest),
        theme.name,
    )


def field(label: str, kind: str, autocomplete: str, *, value: str = "", focus: bool = False) -> Markup:
    """A labelled input of this name: email, password, or a plain text."""
    return filled(
        '<div class="field"><label for="{kind}">{label}</label>'
        '<input id="{kind}" name="{kind}" type="{type}" '
        'value="{value}" autocomplete="{autocomplete}" maxlength="1024" required{focus}></div>',
        kind=kind,
        type=kind if kind in {"email", "password"} else "text",
        label=label,
        value=value,
        autocomplete=autocomplete,
        focus=Markup(" autofocus") if focus else "",
    )


def plain(theme: Theme, content: Markup, *, welcome: bool = False, languages: bool = False) -> Markup:
    """Logo, content and footer of a plain page.

    `welcome` adds what the brand has to say, and show, to who arrives; `languages` offers the others.
    """
    text = _paragraphs(theme.sign_in_text) if welcome and theme.sign_in_text else ""
    picture = Markup("")
    if welcome and theme.sign_in_picture:
        picture = filled('<img class="welcome-picture" src="{}" alt="">', asset_path(theme.sign_in_picture))
    return filled(
        '<div class="plain-page{}">{}<main>{}{}{}</main><footer>{}{}</footer></div>',
        " pictured" if picture else "",
        picture,
        brand(theme),
        text,
        content,
        _languages() if languages else "",
        footer(theme, powered=welcome),
    )


def _languages() -> Markup:
    """Links that lead back to the page in another language, each in its own words."""
    return filled(
        '<nav class="languages" aria-label="{}">{}</nav>',
        _("Language"),
        joined(_language(one) for one in OFFERED),
    )


def _language(one: Language) -> Markup:
    return filled(
        '<a href="/language/{0}" hreflang="{0}" lang="{0}"{1}>{2}</a>',
        one.code,
        Markup(' aria-current="true"') if one is spoken_language() else "",
        one.name,
    )


def _paragraphs(text: str) -> Markup:
    lines = (filled("<p>{}</p>", line) for line in text.split("\n") if line)
    return filled('<div class="welcome">{}</div>', joined(lines))
