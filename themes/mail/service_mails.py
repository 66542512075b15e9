"""Mails about how things run: domains, sites, limits, clients, exports, and the test of a mail server."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar

from tenancy.domains import Purpose
from tenancy.text import gettext as _
from themes.mail.letter import Action, Letter, Mail, Reader, because_in_charge, because_of_account


@dataclass(frozen=True)
class DomainVerified(Mail):
    kind: ClassVar = "domain_verified"
    organization: str
    host: str
    purpose: Purpose
    path: str

    def letter(self, reader: Reader) -> Letter:
        names = {"host": self.host, "organization": self.organization}
        now = {
            Purpose.APP: _("People can sign in there, and links in emails can use it."),
            Purpose.TRACKING: _("Websites can load the script from it and send visits to it."),
            Purpose.MAIL: _("Emails can come from it, and they are signed."),
        }
        return Letter(
            subject=_("{host} is ready").format(**names),
            heading=_("Your domain works"),
            paragraphs=(
                _("{host} belongs to {organization}, and all its checks have passed.").format(**names),
                now[self.purpose],
            ),
            action=Action(_("See the domain"), self.path),
            why=because_in_charge(self.organization),
        )


@dataclass(frozen=True)
class DomainFailing(Mail):
    """reason is a sentence that says what to change, in the reader's language."""

    kind: ClassVar = "domain_failing"
    organization: str
    host: str
    purpose: Purpose
    reason: str
    since: datetime
    path: str

    def letter(self, reader: Reader) -> Letter:
        until_then = {
            Purpose.APP: _("Until it is fixed, people may not reach your pages under this name."),
            Purpose.TRACKING: _("Until it is fixed, visits to websites that use it may not be counted."),
            Purpose.MAIL: _("Until it is fixed, emails from it may be refused or end up as spam."),
        }
        return Letter(
            subject=_("{host} needs your attention").format(host=self.host),
            heading=_("Your domain no longer works"),
            paragraphs=(_("We check {host} every day, and something has changed.").format(host=self.host),),
            facts=(
                (_("Domain"), self.host),
                (_("What is wrong"), self.reason),
                (_("Since"), reader.moment(self.since)),
            ),
            action=Action(_("See what to change"), self.path),
            after=(until_then[self.purpose],),
            why=because_in_charge(self.organization),
            warns=True,
        )


@dataclass(frozen=True)
class CertificateTrouble(Mail):
    kind: ClassVar = "certificate_trouble"
    organization: str
    host: str
    reason: str
    path: str

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("No certificate for {host}").format(host=self.host),
            heading=_("Your domain has no certificate"),
            paragraphs=(
                _("Browsers warn people who open {host}, because we cannot get a certificate for it.").format(
                    host=self.host
                ),
            ),
            facts=((_("Domain"), self.host), (_("What is wrong"), self.reason)),
            action=Action(_("See what to change"), self.path),
            after=(
                _(
                    "We keep trying. Often a CAA record of the domain only allows other certificate "
                    "authorities."
                ),
            ),
            why=because_in_charge(self.organization),
            warns=True,
        )


@dataclass(frozen=True)
class SiteSilent(Mail):
    kind: ClassVar = "site_silent"
    organization: str
    site: str
    domain: str
    last_event_at: datetime
    path: str

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("No visits to {site} for a day").format(site=self.site),
            heading=_("No visits to {site}").format(site=self.site),
            paragraphs=(
                _("Nothing has come in from {domain} for a day. That is unusual for this site.").format(
                    domain=self.domain
                ),
            ),
            facts=((_("Site"), self.site), (_("Last visit"), reader.moment(self.last_event_at))),
            action=Action(_("Check the installation"), self.path),
            after=(_("Often the script is lost when a website is rebuilt."),),
            why=because_in_charge(self.organization),
            warns=True,
        )


class UsageStep(IntEnum):
    """Where a client stands: per cent of what its plan holds."""

    NEAR = 80
    REACHED = 100


@dataclass(frozen=True)
class UsageWarning(Mail):
    """Events of a month against the limit. organization is the one that is over, whoever reads."""

    kind: ClassVar = "usage_warning"
    organization: str
    step: UsageStep
    used: int
    limit: int
    path: str

    def letter(self, reader: Reader) -> Letter:
        subject, heading, then = {
            UsageStep.NEAR: (
                _("{organization} has used {percent} of its events"),
                _("Few events left this month"),
                _("Nothing changes for now. A larger plan gives you more room."),
            ),
            UsageStep.REACHED: (
                _("{organization} has used all of its events"),
                _("The month's events are used up"),
                _(
                    "Everything keeps working, and every visit is still counted. A larger plan gives "
                    "you more room."
                ),
            ),
        }[self.step]
        names = {"organization": self.organization, "percent": reader.percent(self.step / 100)}
        return Letter(
            subject=subject.format(**names),
            heading=heading,
            paragraphs=(
                _(
                    "{organization} has used {percent} of the events that its plan includes each month."
                ).format(**{**names, "percent": reader.percent(self.used / max(self.limit, 1))}),
                then,
            ),
            facts=(
                (_("Organisation"), self.organization),
                (_("Events this month"), reader.number(self.used)),
                (_("In the plan"), reader.number(self.limit)),
            ),
            action=Action(_("See the details"), self.path),
            why=because_in_charge(self.organization),
            warns=self.step is not UsageStep.NEAR,
        )


@dataclass(frozen=True)
class ClientDeleted(Mail):
    """To the owners of its agency. path is the client's page, where it can be restored."""

    kind: ClassVar = "client_deleted"
    organization: str
    client: str
    by: str
    at: datetime
    removed_at: datetime
    path: str

    def letter(self, reader: Reader) -> Letter:
        names = {"by": self.by, "client": self.client, "date": reader.day_of(self.removed_at)}
        return Letter(
            subject=_("{by} deleted {client}").format(**names),
            heading=_("A client was deleted"),
            paragraphs=(
                _("{by} deleted {client}. Its dashboards, public links and API keys no longer work.").format(
                    **names
                ),
                _("You can restore it until {date}. After that, all its data is permanently deleted.").format(
                    **names
                ),
            ),
            facts=((_("When"), reader.moment(self.at)),),
            action=Action(_("See the client"), self.path),
            why=because_in_charge(self.organization),
            warns=True,
        )


@dataclass(frozen=True)
class ExportReady(Mail):
    """what is the export in words: "All events of shop.example, 2026". path is where it is downloaded."""

    kind: ClassVar = "export_ready"
    what: str
    path: str
    until: datetime

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("Your export is ready"),
            heading=_("Your export is ready"),
            paragraphs=(_("The file you asked for can be downloaded now."),),
            facts=((_("Contents"), self.what), (_("Available until"), reader.moment(self.until))),
            action=Action(_("Download the file"), self.path),
            after=(_("You have to be signed in to download it."),),
            why=because_of_account(reader),
        )


@dataclass(frozen=True)
class TestMail(Mail):
    """What the settings page sends to who tries a mail server."""

    __test__ = False  # pytest takes a class of this name for a test
    kind: ClassVar = "test_mail"
    server: str

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("Your email settings work"),
            heading=_("Your email settings work"),
            paragraphs=(
                _("This email was sent through {server}. All emails from {brand} will look like it.").format(
                    server=self.server, brand=reader.brand
                ),
                _("If it landed in the spam folder, check the SPF, DKIM and DMARC records of your domain."),
            ),
            why=_("You are receiving this email because you tested the email settings of {brand}.").format(
                brand=reader.brand
            ),
        )
