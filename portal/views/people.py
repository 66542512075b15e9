"""The people of an organisation and those who are invited, as tables whose buttons speak to the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal.views import numbers
from portal.views.markup import filled, joined
from portal.views.roles import role_name
from portal.views.states import empty_state
from tenancy.invites import Invite, InviteState
from tenancy.members import Member
from tenancy.text import gettext as _
from tenancy.text import ngettext


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member, whether it is the one who looks, and what they can do to the line."""

    member: Member
    is_viewer: bool
    editable: bool


def people_count(members: int, invited: int, *, locale: str = "en") -> Markup:
    """How many there are."""
    words = ngettext("{number} person", "{number} people", members)
    text = words.format(number=numbers.integer(members, locale))
    if invited:
        more = ngettext("{number} invited", "{number} invited", invited)
        text += " · " + more.format(number=numbers.integer(invited, locale))
    return filled('<span class="muted">{}</span>', text)


def members_table(lines: Sequence[MemberLine], *, timezone: str, locale: str = "en") -> Markup:
    """A row per person; emits ("member", user id) and ("leave", "")."""
    if not lines:
        return empty_state("users", _("Nobody yet"), _("Invite the first person by email."))
    heads = (_("Person"), _("Role"), _("Sites"), _("Last seen"))
    return _table(heads, [_member(line, timezone, locale) for line in lines])


def invites_table(
    invites: Sequence[Invite], changeable: Sequence[bool], *, timezone: str, locale: str = "en"
) -> Markup:
    """A row per waiting invitation; emits ("resend", id) and ("revoke", id)."""
    heads = (_("Invited"), _("Role"), _("Sites"), _("Valid until"))
    rows = [_invite(one, may, timezone, locale) for one, may in zip(invites, changeable, strict=True)]
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Sequence[Markup]) -> Markup:
    titles = joined(filled('<th scope="col">{}</th>', head) for head in heads)
    return filled(
        '<div class="card"><table class="data words stack"><thead><tr>{}'
        '<th scope="col"><span class="sr">{}</span></th></tr></thead>'
        "<tbody>{}</tbody></table></div>",
        titles,
        _("Actions"),
        joined(rows),
    )


def _member(line: MemberLine, timezone: str, locale: str) -> Markup:
    member = line.member
    initials = "".join(word[0] for word in member.name.split()[:2]).upper() or "·"
    name = filled(
        "<b>{}</b>{}{}",
        member.name,
        filled(' <span class="badge">{}</span>', _("You")) if line.is_viewer else "",
        filled("<small>{}</small>", member.email) if member.email else "",
    )
    seen = numbers.moment(member.last_seen_at, timezone, locale) if member.last_seen_at else _("Never")
    return filled(
        '<tr><td><span class="who"><span class="avatar" aria-hidden="true">{}</span><span>{}</span></span>'
        "</td>"
        '<td data-label="{}">{}</td><td data-label="{}">{}</td><td data-label="{}">{}</td>'
        '<td class="acts">{}</td></tr>',
        initials,
        name,
        _("Role"),
        role_name(member.role),
        _("Sites"),
        _sites(member.sites, locale),
        _("Last seen"),
        seen if member.email else "",
        _member_button(line),
    )


def _member_button(line: MemberLine) -> Markup:
    if line.is_viewer:
        return _button("leave", "", _("Leave"), _("Leave"))
    if line.editable:
        words = _("Change {name}").format(name=line.member.name)
        return _button("member", str(line.member.user_id), _("Change"), words)
    return Markup("")


def _invite(invite: Invite, changeable: bool, timezone: str, locale: str) -> Markup:
    expired = invite.state is InviteState.EXPIRED
    until = numbers.moment(invite.expires_at, timezone, locale)
    state = filled('<span class="badge bad">{}</span>', _("Expired")) if expired else until
    by = _("by {name}, {when}").format(
        name=invite.invited_by, when=numbers.moment(invite.sent_at, timezone, locale)
    )
    again = _("Send the invitation to {email} again").format(email=invite.email)
    revoke = _("Revoke the invitation to {email}").format(email=invite.email)
    buttons = (
        _button("resend", str(invite.id), _("Send again"), again)
        + _button("revoke", str(invite.id), _("Revoke"), revoke)
        if changeable
        else ""
    )
    return filled(
        '<tr><td><b>{}</b><small>{}</small></td><td data-label="{}">{}</td><td data-label="{}">{}</td>'
        '<td data-label="{}">{}</td><td class="acts">{}</td></tr>',
        invite.email,
        by,
        _("Role"),
        role_name(invite.role),
        _("Sites"),
        _sites(invite.sites, locale),
        _("Valid until"),
        state,
        buttons,
    )


def _sites(sites: tuple[str, ...] | None, locale: str) -> str:
    if sites is None:
        return _("All")
    return ngettext("{number} site", "{number} sites", len(sites)).format(
        number=numbers.integer(len(sites), locale)
    )


def _button(emit: str, arg: str, label: str, describe: str) -> Markup:
    return filled(
        '<button type="button" class="btn" data-emit="{}" data-arg="{}" aria-label="{}">{}</button>',
        emit,
        arg,
        describe,
        label,
    )
