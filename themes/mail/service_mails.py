"""Mails about how things run: domains, silent sites, limits, exports, and the test of a mail server."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar

from tenancy.text import gettext as _
from themes.mail.letter import Action, Letter, Mail, Reader, because_in_charge, because_of_account


@dataclass(frozen=True)
class DomainVerified(Mail):
    kind: ClassVar = "domain_verified"
    organization: str
    host: str
    path: str

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("{host} is ready").format(host=self.host),
            heading=_("Your domain works"),
            paragraphs=(
                _("{host} points at us, and belongs to {organization}.").format(
                    host=self.host, organization=self.organization
                ),
                _("Its certificate comes with the first visit and renews itself."),
            ),
            action=Action(_("See your domains"), self.path),
            why=because_in_charge(self.organization),
        )


@dataclass(frozen=True)
class DomainFailing(Mail):
    """reason is a sentence that says what to change, in the reader's language."""

    kind: ClassVar = "domain_failing"
    organization: str
    host: str
    reason: str
    since: datetime
    path: str

    def letter(self, reader: Reader) -> Letter:
        return Letter(
            subject=_("{host} needs your attention").format(host=self.host),
            heading=_("Your domain no longer points at us"),
            paragraphs=(_("We look at {host} every day, and something has changed.").format(host=self.host),),
            facts=(
                (_("Domain"), self.host),
                (_("What is wrong"), self.reason),
                (_("Since"), reader.moment(self.since)),
            ),
            action=Action(_("See what to change"), self.path),
            after=(_("Until it is repaired, people may not reach your pages under this name."),),
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
                _("Browsers warn people who open {host}, as we cannot get a certificate for it.").format(
                    host=self.host
                ),
            ),
            facts=((_("Domain"), self.host), (_("What is wrong"), self.reason)),
            action=Action(_("See what to change"), self.path),
            after=(_("We go on trying. Often a CAA record of the domain allows other authorities only."),),
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
            heading=_("It has become quiet on {site}").format(site=self.site),
            paragraphs=(
                _("Nothing has come in from {domain} for a day. That is unusual for this site.").format(
                    domain=self.domain
                ),
            ),
            facts=((_("Site"), self.site), (_("Last visit"), reader.moment(self.last_event_at))),
            action=Action(_("Check the installation"), self.path),
            after=(_("Often the script was lost with a new version of the website."),),
            why=because_in_charge(self.organization),
            warns=True,
        )


class UsageStep(IntEnum):
    """Where a client stands: per cent of what its plan holds."""

    NEAR = 80
    REACHED = 100
    LOCKED = 120


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
                _("The month's events run out"),
                _("Nothing changes for now. With a larger plan you are on the safe side."),
            ),
            UsageStep.REACHED: (
                _("{organization} has used all of its events"),
                _("The month's events are used up"),
                _("Everything goes on for now. At {locked}, the dashboards lock until the plan is larger."),
            ),
            UsageStep.LOCKED: (
                _("The dashboards of {organization} are locked"),
                _("The dashboards are locked"),
                _("Visits are still counted and nothing is lost: a larger plan opens them at once."),
            ),
        }[self.step]
        names = {
            "organization": self.organization,
            "percent": reader.percent(self.step / 100),
            "locked": reader.percent(UsageStep.LOCKED / 100),
        }
        return Letter(
            subject=subject.format(**names),
            heading=heading,
            paragraphs=(
                _("{organization} has used {percent} of the events that its plan holds each month.").format(
                    **{**names, "percent": reader.percent(self.used / max(self.limit, 1))}
                ),
                then.format(**names),
            ),
            facts=(
                (_("Organisation"), self.organization),
                (_("Events this month"), reader.number(self.used)),
                (_("In the plan"), reader.number(self.limit)),
            ),
            action=Action(_("See the usage"), self.path),
            why=because_in_charge(self.organization),
            warns=self.step is not UsageStep.NEAR,
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
            paragraphs=(_("The file that you asked for can be downloaded now."),),
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
            subject=_("Your mail works"),
            heading=_("Your mail works"),
            paragraphs=(
                _("This mail came through {server}. All mails of {brand} will look like it.").format(
                    server=self.server, brand=reader.brand
                ),
                _("If it landed among the spam, check the SPF, DKIM and DMARC records of your domain."),
            ),
            why=_("You get this mail because you tested the mail settings of {brand}.").format(
                brand=reader.brand
            ),
        )
