"""The ways to sign in that a person has connected, and those that can be."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from markupsafe import Markup

from portal.views import numbers
from portal.views.icons import icon
from portal.views.markup import filled, joined
from tenancy.identities import Identity
from tenancy.identity_providers import Provider
from tenancy.text import gettext as _


def identities_table(
    identities: Sequence[Identity], providers: Sequence[Provider], *, timezone: str, locale: str
) -> Markup:
    """A row per connected way; emits ("unlink-identity", id). Nothing where there is none."""
    if not identities:
        return Markup("")
    names = {one.issuer.rstrip("/"): one.name for one in providers}
    rows = joined(
        _row(one, names.get(one.issuer.rstrip("/")) or host_of(one.issuer), timezone, locale)
        for one in identities
    )
    return filled(
        '<table class="data words stack"><thead><tr><th scope="col">{}</th><th scope="col">{}</th>'
        '<th scope="col"><span class="sr">{}</span></th></tr></thead><tbody>{}</tbody></table>',
        _("Account"),
        _("Last used"),
        _("Actions"),
        rows,
    )


def connect_links(links: Sequence[tuple[str, str]]) -> Markup:
    """A link for each way that is not connected yet: an address, and the name of who vouches there."""
    return joined(
        filled(
            '<a class="btn" href="{}">{}{}</a>',
            address,
            icon("plus", 15),
            _("Connect {provider}").format(provider=name),
        )
        for address, name in links
    )


def host_of(issuer: str) -> str:
    """What a provider is called whose name is not known here any more."""
    return urlsplit(issuer).hostname or issuer


def _row(one: Identity, name: str, timezone: str, locale: str) -> Markup:
    return filled(
        '<tr><td><b>{name}</b><small>{email}</small></td><td data-label="{last}">{used}</td>'
        '<td class="acts"><button type="button" class="btn" data-emit="unlink-identity" data-arg="{id}"'
        ' aria-label="{label}">{words}</button></td></tr>',
        name=name,
        email=one.email,
        last=_("Last used"),
        used=numbers.moment(one.last_used_at, timezone, locale),
        id=one.id,
        label=_("Disconnect {provider}").format(provider=name),
        words=_("Disconnect"),
    )
