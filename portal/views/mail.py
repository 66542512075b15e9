"""Mails on the settings page: previews that can do nothing, and what became of those that were sent."""

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from portal.views.icons import icon
from portal.views.markup import filled, joined
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from themes.mail.letter import Reader
from themes.mail.mail_directory import KeptMail
from themes.mail.outbox import MailRecord, MailState


def mail_frame(html: str, *, title: str, phone: bool = False) -> Markup:
    """A mail's HTML, walled in: no scripts, no forms, nothing from elsewhere but the brand's pictures."""
    walled = html.replace("<head>", f"<head>{_WALL}", 1)
    return filled(
        '<div class="mail-wall{}"><iframe sandbox srcdoc="{}" title="{}"></iframe></div>',
        " phone" if phone else "",
        walled,
        title,
    )


def mail_text(text: str) -> Markup:
    """A mail's text part, as it is, with its links to be followed."""
    words = Markup("").join(
        filled('<a href="{0}" target="_blank" rel="noopener">{0}</a>', part) if is_link else part
        for is_link, part in _parts(text)
    )
    return filled('<pre class="mail-text" tabindex="0">{}</pre>', words)


def mail_subject(subject: str) -> Markup:
    """The line above a preview."""
    return filled('<span class="muted">{}</span> <b>{}</b>', _("Subject:"), subject)


def kind_title(kind: str) -> str:
    """What a kind of mail is called."""
    return _(_TITLES[kind])


def mail_log(records: Sequence[MailRecord], reader: Reader) -> Markup:
    """The newest mails, with what became of them."""
    if not records:
        return filled('<p class="muted">{}</p>', _("No emails have been sent yet."))
    titles = (_("Email"), _("To"), _("When"), _("Status"))
    header = joined(filled('<th scope="col">{}</th>', title) for title in titles)
    rows = joined(_record(record, reader) for record in records)
    return filled(
        '<div class="scroll"><table class="data mail-log"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        header,
        rows,
    )


def kept_list(mails: Sequence[KeptMail], reader: Reader) -> Markup:
    """Mails that stayed on this machine; each opens in place."""
    if not mails:
        return filled('<p class="muted">{}</p>', _("There are no emails yet."))
    return joined(
        filled(
            '<details class="kept-mail"><summary><b>{}</b><span class="muted">{} · {}</span></summary>'
            "{}</details>",
            mail.subject,
            mail.to,
            reader.moment(mail.at),
            mail_text(mail.text),
        )
        for mail in mails
    )


def outlet_state(*, good: bool, words: str) -> Markup:
    """Whether mail leaves, in a sentence."""
    return filled(
        '<div class="check{}" role="status">{}<span>{}</span></div>',
        " done" if good else "",
        icon("circle-check" if good else "circle-alert"),
        words,
    )


# Nothing in a preview may act or fetch, whatever a mail holds.
_WALL = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    'img-src http: https:">'
)
_TITLES = {
    "verify_email": gettext_noop("Confirm the address"),
    "reset_password": gettext_noop("New password"),
    "password_changed": gettext_noop("Password changed"),
    "email_changed": gettext_noop("Address changed"),
    "confirm_new_email": gettext_noop("Confirm the new address"),
    "new_sign_in": gettext_noop("Sign-in from a new network"),
    "two_factor_on": gettext_noop("Two-factor authentication turned on"),
    "two_factor_off": gettext_noop("Two-factor authentication turned off"),
    "recovery_codes_low": gettext_noop("Few recovery codes left"),
    "identity_connected": gettext_noop("Sign-in method connected"),
    "identity_disconnected": gettext_noop("Sign-in method disconnected"),
    "invitation": gettext_noop("Invitation"),
    "owner_invitation": gettext_noop("Invitation for a client's owner"),
    "removed_from_organization": gettext_noop("Removed from an organisation"),
    "ownership_transferred": gettext_noop("New owner"),
    "consent_asked": gettext_noop("Consent requested"),
    "consent_given": gettext_noop("Consent given"),
    "domain_verified": gettext_noop("Domain works"),
    "domain_failing": gettext_noop("Domain not working"),
    "certificate_trouble": gettext_noop("Certificate problem"),
    "site_silent": gettext_noop("No visits to a site"),
    "usage_warning": gettext_noop("Few events left"),
    "client_deleted": gettext_noop("Client deleted"),
    "export_ready": gettext_noop("Export is ready"),
    "test_mail": gettext_noop("Test email"),
}
_STATES = {
    MailState.WAITING: gettext_noop("Waiting to try again"),
    MailState.SENDING: gettext_noop("Sending"),
    MailState.SENT: gettext_noop("Sent"),
    MailState.FAILED: gettext_noop("Could not be sent"),
}


_LINK = re.compile(r"(https?://\S+)")


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, and whether each is a link."""
    for number, part in enumerate(_LINK.split(text)):
        yield number % 2 == 1, part


def _record(record: MailRecord, reader: Reader) -> Markup:
    became = _(_STATES[record.state])
    reason = filled("<small>{}</small>", record.reason) if record.reason else ""
    return filled(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}{}</td></tr>",
        kind_title(record.kind),
        record.recipient,
        reader.moment(record.created_at),
        became,
        reason,
    )
