"""The pages behind the link of an invitation: plain documents, for somebody who may have no account yet."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.views.documents import document, error_page, field, further_ways, notice, plain
from portal.views.markup import filled, joined
from portal.views.roles import role_about, role_name
from tenancy.invite_links import Account, OpenedInvite
from tenancy.invites import Invite, InviteState
from tenancy.text import gettext as _
from tenancy.text import ngettext
from themes.theme import Mode, Theme


def invite_page(
    theme: Theme,
    opened: OpenedInvite,
    *,
    action: str,
    form_token: str,
    sign_in_url: str,
    signed_in_as: str | None = None,
    others: Sequence[tuple[str, str]] = (),
    error: str | None = None,
    locale: str | None = None,
    mode: Mode | None = None,
) -> Markup:
    """What one is invited to, and the one step that is left: a form that posts to `action`.

    `signed_in_as` is the address of whoever is signed in, None where nobody is. `others` are further ways
    to accept: an address, and the name of who vouches there.
    """
    invite = opened.invite
    if signed_in_as is not None and signed_in_as != invite.email:
        step = _other_account(invite, action, form_token, signed_in_as)
    elif signed_in_as is not None:
        step = _form(action, form_token, Markup(""), _("Join {name}").format(name=invite.organization_name))
    elif opened.account is Account.MEMBER:
        step = filled('<a class="btn primary wide" href="{}">{}</a>', sign_in_url, _("Sign in to accept"))
    elif opened.account is Account.KNOWN:
        password = field(_("Your password"), "password", "current-password", focus=True)
        step = _form(action, form_token, password, _("Accept the invitation"))
    else:
        fields = field(_("Your name"), "name", "name", value=opened.name, focus=not opened.name)
        fields += field(_("Choose a password"), "password", "new-password", focus=bool(opened.name))
        hint = filled("<p>{}</p>", _("At least 10 characters."))
        step = _form(action, form_token, fields + hint, _("Accept the invitation"))
    if signed_in_as is None:
        step += further_ways(others)
    sheet = filled(
        '<section class="card sheet"><h1>{}</h1>{}{}{}</section>',
        _("Join {name}").format(name=invite.organization_name),
        notice(error) if error else "",
        _about(invite),
        step,
    )
    return document(
        theme, _("Invitation"), plain(theme, sheet, languages=signed_in_as is None), locale=locale, mode=mode
    )


def invite_over_page(
    theme: Theme, invite: Invite, *, locale: str | None = None, mode: Mode | None = None
) -> Markup:
    """Why the link does nothing any more, and what to do about it."""
    names = {"name": invite.invited_by, "organization": invite.organization_name}
    title, message, way_out = {
        InviteState.EXPIRED: (
            _("This invitation has expired"),
            _("It was valid for seven days. Ask {name} of {organization} to send it again.").format(**names),
            None,
        ),
        InviteState.REVOKED: (
            _("This invitation was revoked"),
            _("Ask {name} of {organization} whether that is a mistake.").format(**names),
            None,
        ),
    }.get(
        invite.state,
        (
            _("This invitation has already been accepted"),
            _("It works once. Sign in with the address that it was sent to."),
            ("/login", _("Sign in")),
        ),
    )
    return error_page(theme, 410, title, message, locale=locale, mode=mode, way_out=way_out)


def _about(invite: Invite) -> Markup:
    words = _("{inviter} invites you to see the website statistics of {organization}.").format(
        inviter=invite.invited_by, organization=invite.organization_name
    )
    about = role_about(invite.role)
    if invite.sites is not None:
        words_for_sites = ngettext(
            "Reports of {number} site.", "Reports of {number} sites.", len(invite.sites)
        )
        about = words_for_sites.format(number=len(invite.sites))
    rows = ((_("For"), invite.email), (_("Role"), f"{role_name(invite.role)}: {about}"))
    facts = joined(filled("<dt>{}</dt><dd>{}</dd>", *row) for row in rows)
    return filled('<p>{}</p><dl class="facts">{}</dl>', words, facts)


def _form(action: str, form_token: str, fields: Markup, submit: str) -> Markup:
    return filled(
        '<form class="steps" method="post" action="{}"><input type="hidden" name="form" value="{}">{}'
        '<button class="btn primary wide" type="submit">{}</button></form>',
        action,
        form_token,
        fields,
        submit,
    )


def _other_account(invite: Invite, action: str, form_token: str, signed_in_as: str) -> Markup:
    words = _("You are signed in as {you}, but this invitation is for {email}.").format(
        you=signed_in_as, email=invite.email
    )
    return filled(
        '{}<form class="steps" method="post" action="/logout"><input type="hidden" name="form" value="{}">'
        '<input type="hidden" name="next" value="{}"><button class="btn wide">{}</button></form>',
        notice(words),
        form_token,
        action,
        _("Sign out and continue"),
    )
