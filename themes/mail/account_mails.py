"""Mails about a person's own account: addresses, passwords, sign-ins, the second factor."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from tenancy.text import gettext as _
from tenancy.text import ngettext
from themes.mail.letter import Action, Letter, Mail, Reader, because_asked, because_of_account, not_you


@dataclass(frozen=True)
class VerifyEmail(Mail):
    """Proves that an address is the person's own; path holds the token."""

    kind: ClassVar = "verify_email"
    path: str
    hours: int = 24

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("Confirm your email address"),
            heading=_("Is this your address?"),
            paragraphs=(
                _("Confirm your email address, and your account with {brand} is ready.").format(
                    brand=reader.brand
                ),
            ),
            action=Action(_("Confirm the address"), self.path),
            after=(_hours(self.hours), _("If you did not sign up, you can ignore this email.")),
            why=because_asked(reader),
        )


@dataclass(frozen=True)
class ResetPassword(Mail):
    """A way back in for who has forgotten the password; path holds the token."""

    kind: ClassVar = "reset_password"
    good_for: ClassVar = timedelta(hours=1)
    path: str
    minutes: int = 60

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("Choose a new password"),
            heading=_("Choose a new password"),
            paragraphs=(
                _("Someone asked for a new password for your account with {brand}.").format(
                    brand=reader.brand
                ),
            ),
            action=Action(_("Choose a new password"), self.path),
            after=(
                ngettext(
                    "The link works once, for {number} minute.",
                    "The link works once, for {number} minutes.",
                    self.minutes,
                ).format(number=reader.number(self.minutes)),
                _("If you did not ask for it, you can ignore this email: your password stays as it is."),
            ),
            why=because_of_account(reader),
        )


@dataclass(frozen=True)
class PasswordChanged(Mail):
    """To the owner of the account, after the fact."""

    kind: ClassVar = "password_changed"
    at: datetime
    device: str = ""
    """What they used, in words: "Firefox on Windows". May be unknown."""
    place: str = ""
    path: str = "/forgot"
    """Where a password is reset by who did not do this."""

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("Your password was changed"),
            heading=_("Your password was changed"),
            paragraphs=(
                _("The password of your account with {brand} was changed.").format(brand=reader.brand),
            ),
            facts=_where(reader, self.at, self.device, self.place),
            after=(_("If this was not you, choose a new password now: that signs everyone else out."),),
            action=Action(_("That was not me"), self.path),
            why=because_of_account(reader),
        )


@dataclass(frozen=True)
class EmailChanged(Mail):
    """To the old address, which from now on can do nothing."""

    kind: ClassVar = "email_changed"
    new_address: str
    at: datetime

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("Your email address was changed"),
            heading=_("Your email address was changed"),
            paragraphs=(
                _("Your account with {brand} now has a different email address.").format(brand=reader.brand),
            ),
            facts=((_("New address"), self.new_address), (_("When"), reader.moment(self.at))),
            after=(_("If this was not you, contact {brand} at once.").format(brand=reader.brand),),
            why=because_of_account(reader),
            warns=True,
        )


@dataclass(frozen=True)
class ConfirmNewEmail(Mail):
    """To the new address, before anything changes; path holds the token."""

    kind: ClassVar = "confirm_new_email"
    path: str
    old_address: str
    hours: int = 24

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("Confirm your new email address"),
            heading=_("Confirm your new email address"),
            paragraphs=(
                _("You want to sign in to {brand} with this address instead of {address}.").format(
                    brand=reader.brand, address=self.old_address
                ),
            ),
            action=Action(_("Use this address"), self.path),
            after=(_hours(self.hours), _("If you did not ask for it, you can ignore this email.")),
            why=because_asked(reader),
        )


@dataclass(frozen=True)
class NewSignIn(Mail):
    """Somebody signed in from a network that this account was not used from before."""

    kind: ClassVar = "new_sign_in"
    at: datetime
    device: str = ""
    place: str = ""
    path: str = "/forgot"

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("New sign-in to your account"),
            heading=_("Sign-in from a new location"),
            paragraphs=(
                _("Your account with {brand} was used from a network that is new to us.").format(
                    brand=reader.brand
                ),
            ),
            facts=_where(reader, self.at, self.device, self.place),
            after=(_("If this was you, there is nothing to do."), not_you()),
            action=Action(_("That was not me"), self.path),
            why=because_of_account(reader),
        )


@dataclass(frozen=True)
class TwoFactorOn(Mail):
    kind: ClassVar = "two_factor_on"
    at: datetime

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("Two-factor authentication is on"),
            heading=_("Two-factor authentication is on"),
            paragraphs=(
                _("From now on, signing in to {brand} also requires a code from your app.").format(
                    brand=reader.brand
                ),
                _("Keep your recovery codes where you can find them without your phone."),
            ),
            facts=((_("When"), reader.moment(self.at)),),
            after=(not_you(),),
            why=because_of_account(reader),
        )


@dataclass(frozen=True)
class TwoFactorOff(Mail):
    kind: ClassVar = "two_factor_off"
    at: datetime
    by: str = ""
    """Who turned it off, where it was not the person."""

    def letter(self, reader: Reader) -> Letter:
        by = ((_("By"), self.by),) if self.by else ()
        return Letter(
            subject=_("Two-factor authentication is off"),
            heading=_("Two-factor authentication is off"),
            paragraphs=(
                _("From now on, your password alone opens your account with {brand}.").format(
                    brand=reader.brand
                ),
            ),
            facts=((_("When"), reader.moment(self.at)), *by),
            after=(not_you(),),
            why=because_of_account(reader),
            warns=True,
        )


@dataclass(frozen=True)
class RecoveryCodesLow(Mail):
    """path is where new ones are made."""

    kind: ClassVar = "recovery_codes_low"
    left: int
    path: str

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("You have few recovery codes left"),
            heading=_("You have few recovery codes left"),
            paragraphs=(
                ngettext(
                    "You have {number} recovery code left for your account with {brand}.",
                    "You have {number} recovery codes left for your account with {brand}.",
                    self.left,
                ).format(number=reader.number(self.left), brand=reader.brand),
                _("Create new ones while you can still sign in: the old ones then stop working."),
            ),
            action=Action(_("Create new codes"), self.path),
            why=because_of_account(reader),
        )


@dataclass(frozen=True)
class IdentityConnected(Mail):
    """An account at a provider opens this one from now on."""

    kind: ClassVar = "identity_connected"
    provider: str
    identity: str
    """The address that the provider knows the person by; may be unknown."""
    at: datetime
    path: str
    """Where it is disconnected."""

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("A new sign-in method for your account"),
            heading=_("{provider} is connected to your account").format(provider=self.provider),
            paragraphs=(
                _("Anyone signed in to that account can sign in to {brand} as you.").format(
                    brand=reader.brand
                ),
            ),
            facts=_which(reader, self.provider, self.identity, self.at),
            after=(
                _("If this was not you, disconnect it, change your password and sign out of all devices."),
            ),
            action=Action(_("See my sign-in methods"), self.path),
            why=because_of_account(reader),
        )


@dataclass(frozen=True)
class IdentityDisconnected(Mail):
    kind: ClassVar = "identity_disconnected"
    provider: str
    identity: str
    at: datetime

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("A sign-in method of your account was disconnected"),
            heading=_("{provider} is disconnected from your account").format(provider=self.provider),
            paragraphs=(
                _("Nobody can sign in to {brand} as you with it any more.").format(brand=reader.brand),
            ),
            facts=_which(reader, self.provider, self.identity, self.at),
            after=(not_you(),),
            why=because_of_account(reader),
        )


def _hours(hours: int) -> str:
    return ngettext(
        "The link works once, for {number} hour.", "The link works once, for {number} hours.", hours
    ).format(number=hours)


def _which(reader: Reader, provider: str, identity: str, at: datetime) -> tuple[tuple[str, str], ...]:
    known = ((_("Provider"), provider), (_("Account there"), identity), (_("When"), reader.moment(at)))
    return tuple((label, value) for label, value in known if value)


def _where(reader: Reader, at: datetime, device: str, place: str) -> tuple[tuple[str, str], ...]:
    known = ((_("When"), reader.moment(at)), (_("Device"), device), (_("Location"), place))
    return tuple((label, value) for label, value in known if value)
