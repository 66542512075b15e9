"""Mails about who belongs to an organisation: invitations, removal, ownership, consent."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tenancy.roles import Role
from tenancy.text import gettext as _
from tenancy.text import gettext_noop, ngettext
from themes.mail.letter import (
    Action,
    Letter,
    Mail,
    Reader,
    because_asked,
    because_in_charge,
    because_of_account,
)


@dataclass(frozen=True)
class Invitation(Mail):
    """Into an organisation, with a role; path holds the token."""

    kind: ClassVar = "invitation"
    inviter: str
    organization: str
    role: Role
    path: str
    days: int = 7

    def letter(self, reader: Reader) -> Letter:
        names = {"inviter": self.inviter, "organization": self.organization}
        return Letter(
            subject=_("{inviter} invites you to {organization}").format(**names),
            heading=_("You are invited"),
            paragraphs=(
                _(
                    "{inviter} would like to work with you on the website statistics of {organization}."
                ).format(**names),
            ),
            facts=((_("Organisation"), self.organization), (_("Your role"), role_words(self.role))),
            action=Action(_("Accept the invitation"), self.path),
            after=(_days(reader, self.days), _("If you do not know the sender, you can ignore this email.")),
            why=because_asked(reader),
        )


@dataclass(frozen=True)
class OwnerInvitation(Mail):
    """To the future owner of a new client: the first person there; path holds the token."""

    kind: ClassVar = "owner_invitation"
    inviter: str
    organization: str
    path: str
    days: int = 7

    def letter(self, reader: Reader) -> Letter:
        names = {"inviter": self.inviter, "organization": self.organization, "brand": reader.brand}
        return Letter(
            subject=_("Your statistics for {organization} are ready").format(**names),
            heading=_("Welcome to {brand}").format(**names),
            paragraphs=(
                _("{inviter} has set up the website statistics of {organization} for you.").format(**names),
                _("You become the owner: you see everything, and decide who else can."),
            ),
            action=Action(_("Set up your account"), self.path),
            after=(_days(reader, self.days),),
            why=because_asked(reader),
        )


@dataclass(frozen=True)
class RemovedFromOrganization(Mail):
    kind: ClassVar = "removed_from_organization"
    organization: str
    by: str

    def letter(self, reader: Reader) -> Letter:
        names = {"by": self.by, "organization": self.organization}
        return Letter(
            subject=_("You no longer belong to {organization}").format(**names),
            heading=_("You no longer belong to {organization}").format(**names),
            paragraphs=(
                _("{by} has removed you from {organization}. You no longer see its sites.").format(**names),
                _("If that is a mistake, ask {by} to invite you again.").format(**names),
            ),
            why=because_of_account(reader),
        )


@dataclass(frozen=True)
class OwnershipTransferred(Mail):
    """To the old owner and to the new one."""

    kind: ClassVar = "ownership_transferred"
    organization: str
    old_owner: str
    new_owner: str
    at: datetime
    path: str

    def letter(self, reader: Reader) -> Letter:
        names = {"old": self.old_owner, "new": self.new_owner, "organization": self.organization}
        return Letter(
            subject=_("{organization} has a new owner").format(**names),
            heading=_("{organization} has a new owner").format(**names),
            paragraphs=(
                _("{old} has transferred ownership of {organization} to {new}.").format(**names),
                _("Only the owner can transfer ownership again."),
            ),
            facts=(
                (_("Before"), self.old_owner),
                (_("Now"), self.new_owner),
                (_("When"), reader.moment(self.at)),
            ),
            action=Action(_("See the people"), self.path),
            why=because_in_charge(self.organization),
        )


@dataclass(frozen=True)
class ConsentAsked(Mail):
    """A person of the agency would like to see the client's pages as the client does."""

    kind: ClassVar = "consent_asked"
    asker: str
    organization: str
    path: str
    reason: str = ""

    def letter(self, reader: Reader) -> Letter:
        names = {"asker": self.asker, "organization": self.organization, "brand": reader.brand}
        return Letter(
            subject=_("{asker} would like to see {organization} as you do").format(**names),
            heading=_("May we look over your shoulder?"),
            paragraphs=(
                _("{asker} of {brand} asks to see the pages of {organization} as you see them.").format(
                    **names
                ),
                _("They can view everything and change nothing. Your audit log shows each time."),
            ),
            facts=((_("Reason"), self.reason),) if self.reason else (),
            action=Action(_("Decide"), self.path),
            after=(_("Without your consent, nothing happens. You can withdraw it at any time."),),
            why=because_in_charge(self.organization),
        )


@dataclass(frozen=True)
class ConsentGiven(Mail):
    """To the person who asked."""

    kind: ClassVar = "consent_given"
    giver: str
    organization: str
    path: str
    until: datetime | None = None

    def letter(self, reader: Reader) -> Letter:
        names = {"giver": self.giver, "organization": self.organization}
        return Letter(
            subject=_("You may view {organization} as client").format(**names),
            heading=_("{organization} agreed").format(**names),
            paragraphs=(
                _("{giver} allows you to view the pages of {organization} as client.").format(**names),
                _(
                    "You can view everything and change nothing. The audit log shows each time, with "
                    "both names."
                ),
            ),
            facts=((_("Until"), reader.moment(self.until)),) if self.until else (),
            action=Action(_("Open the client"), self.path),
            why=because_of_account(reader),
        )


def role_words(role: Role) -> str:
    """What a role is called."""
    return _(_ROLES[role])


_ROLES = {
    Role.OWNER: gettext_noop("Owner"),
    Role.ADMIN: gettext_noop("Admin"),
    Role.BILLING: gettext_noop("Billing"),
    Role.MEMBER: gettext_noop("Member"),
    Role.VIEWER: gettext_noop("Viewer"),
    Role.OPERATOR: gettext_noop("Operator"),
}


def _days(reader: Reader, days: int) -> str:
    return ngettext(
        "The invitation works once, for {number} day.", "The invitation works once, for {number} days.", days
    ).format(number=reader.number(days))
