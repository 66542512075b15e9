"""One mail of each kind with made-up contents, for previews."""

from datetime import UTC, datetime, timedelta

from tenancy.contracts import KEPT_AFTER_DELETION
from tenancy.domains import Purpose
from tenancy.roles import Role
from tenancy.text import gettext as _
from themes.mail import account_mails, people_mails, service_mails
from themes.mail.letter import Mail


def sample_mails(host: str, now: datetime | None = None) -> dict[str, Mail]:
    """Each kind's sample, by the kind, as mails of that host."""
    at = now or datetime.now(UTC)
    device, place = _("Firefox on Windows"), _("Lisbon, Portugal")
    agency, company, site = "Lindqvist & Okafor", "Acme Bikes", "acme-bikes.example"
    anna, ben = "Anna Lindqvist", "Ben Okafor"
    token = "8f3kq2mzx7w1vbn5tc0r9pd4"  # noqa: S105  leads nowhere
    samples: tuple[Mail, ...] = (
        account_mails.VerifyEmail(f"/verify/{token}"),
        account_mails.ResetPassword(f"/reset/{token}"),
        account_mails.PasswordChanged(at, device, place),
        account_mails.EmailChanged("anna@new.example", at),
        account_mails.ConfirmNewEmail(f"/confirm/{token}", "anna@old.example"),
        account_mails.NewSignIn(at, device, place),
        account_mails.TwoFactorOn(at),
        account_mails.TwoFactorOff(at),
        account_mails.RecoveryCodesLow(2, "/settings/security"),
        account_mails.IdentityConnected("Google", "anna@acme-bikes.example", at, "/settings/security"),
        account_mails.IdentityDisconnected("Google", "anna@acme-bikes.example", at),
        people_mails.Invitation(anna, company, Role.VIEWER, f"/invitations/{token}"),
        people_mails.OwnerInvitation(anna, company, f"/invitations/{token}"),
        people_mails.RemovedFromOrganization(company, anna),
        people_mails.OwnershipTransferred(company, anna, ben, at, "/settings/people"),
        people_mails.ConsentAsked(anna, company, "/settings/consent", _("Your question about the funnel")),
        people_mails.ConsentGiven(ben, company, "/clients", at + timedelta(days=7)),
        service_mails.DomainVerified(company, host, Purpose.APP, "/settings/domains"),
        service_mails.DomainFailing(
            company,
            host,
            Purpose.APP,
            _("The CNAME record is missing. Add it again, as the page shows."),
            at - timedelta(hours=5),
            "/settings/domains",
        ),
        service_mails.CertificateTrouble(
            company, host, _("The certificate authority could not reach this domain."), "/settings/domains"
        ),
        service_mails.SiteSilent(company, "Acme Shop", site, at - timedelta(days=1), "/sites"),
        service_mails.UsageWarning(company, service_mails.UsageStep.NEAR, 803_412, 1_000_000, "/sites"),
        service_mails.ClientDeleted(agency, company, anna, at, at + KEPT_AFTER_DELETION, "/clients"),
        service_mails.ExportReady(
            _("All events of {domain}").format(domain=site), "/exports", at + timedelta(days=3)
        ),
        service_mails.TestMail("smtp.example.com"),
    )
    return {mail.kind: mail for mail in samples}
