"""What it means that a site moves to another client, before it does."""

from markupsafe import Markup

from portal.views.markup import filled, joined
from tenancy.text import gettext as _


def what_moves(owner: str, target: str, *, keep_links: bool) -> Markup:
    """What stays, who sees it, and what ends; target may be empty while nobody has chosen."""
    target = target or _("The new client")
    links = (
        _("Public links move too: anyone who has one, including people at {owner}, still sees what it shows.")
        if keep_links
        else _("Public links to it are revoked.")
    )
    lines = (
        _(
            "All data, the code on its pages and its address here stay the same: nothing needs to be "
            "installed again."
        ),
        _("{target} sees all of it, including past data. {owner} no longer sees it from that moment on."),
        _(
            "API keys for this site alone are revoked, and people at {owner} who were limited to it "
            "lose access."
        ),
        links,
    )
    return filled(
        '<ul class="meaning">{}</ul>',
        joined(filled("<li>{}</li>", line.format(owner=owner, target=target)) for line in lines),
    )
