"""What it means that a site moves to another client, before it does."""

from markupsafe import Markup

from tenancy.text import gettext as _


def what_moves(owner: str, target: str, *, keep_links: bool) -> Markup:
    """What stays, who sees it, and what ends; target may be empty while nobody has chosen."""
    target = target or _("The new client")
    links = (
        _("Public links go along: whoever has an address, also at {owner}, still sees what it shows.")
        if keep_links
        else _("Public links to it end.")
    )
    lines = (
        _("All numbers, the code on its pages and its address here stay: nothing is installed anew."),
        _("{target} sees all of it, its past included. {owner} sees it no longer, from that moment on."),
        _("API keys for this site alone end, and so does its place on lists of people of {owner}."),
        links,
    )
    return Markup('<ul class="meaning">{}</ul>').format(
        Markup("").join(
            Markup("<li>{}</li>").format(line.format(owner=owner, target=target)) for line in lines
        )
    )
