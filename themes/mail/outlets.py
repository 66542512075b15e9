"""Through which server a brand's mail leaves, and as whom: nothing of it may name another brand."""

import asyncio
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.domain_mail import dkim_sign, mail_domain
from tenancy.errors import Invalid
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from themes.mail import mail_directory
from themes.mail.brand import MailBrand
from themes.mail.drawing import DrawnMail
from themes.mail.sender_settings import SenderSettings, sender_settings
from themes.mail.servers import MailServer, MailTrouble, hand_in, server_of_url
from themes.settings import settings


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where mail leaves. Without a server it is kept in MAIL_DIR, or nowhere where there is none."""

    server: MailServer | None
    address: str
    name: str
    reply_to: str
    hello: str
    """Our own name in the conversation with the server; it stands in the Received header."""
    signed_by: str | None = None
    """The mail domain whose key we sign with; a reseller's own server signs by itself."""

    async def send(self, message: EmailMessage, to: str) -> None:
        """Signs the message where it carries a mail domain, and hands it in. Raises MailTrouble."""
        raw = message.as_bytes(policy=SMTP if to.isascii() else SMTPUTF8)
        if self.signed_by is not None:
            raw = await dkim_sign(raw, self.signed_by)
        if self.server is not None:
            await asyncio.to_thread(hand_in, self.server, raw, sender=self.address, to=to, hello=self.hello)
        elif settings().mail_dir is not None:
            await asyncio.to_thread(mail_directory.keep, raw)
        else:
            raise MailTrouble(_NO_SERVER)


async def outlet_for(db: AsyncSession, brand: MailBrand) -> Outlet:
    """The reseller's own server where it has been tested, else the platform's; db as for mail_brand()."""
    own = None if brand.is_platform else await sender_settings(db, brand.realm_id)
    if own is not None and own.verified_at is not None:
        return own_outlet(brand, own)
    server = server_of_url(settings().smtp_url) if settings().smtp_url else None
    own_domain = None if brand.is_platform else await mail_domain(db, brand.realm_id)
    address = _address(brand, own_domain)
    support = brand.theme.support_email or ""
    return Outlet(server, address, brand.theme.name, support, brand.host, own_domain)


def own_outlet(brand: MailBrand, own: SenderSettings) -> Outlet:
    """Through the reseller's own server, tested or not."""
    name = own.from_name or brand.theme.name
    reply_to = own.reply_to or brand.theme.support_email or ""
    return Outlet(own.server, own.from_address, name, reply_to, brand.host)


def in_envelope(
    mail: DrawnMail, outlet: Outlet, *, to: str, message_id: str, at: str, locale: str
) -> EmailMessage:
    """The whole message. Its headers name the brand's own hosts alone, and no program."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(outlet.name, addr_spec=outlet.address)
    message["To"] = Address(addr_spec=to)
    if outlet.reply_to and outlet.reply_to != outlet.address:
        message["Reply-To"] = Address(addr_spec=outlet.reply_to)
    message["Subject"] = mail.subject
    message["Date"] = at
    # The same for each try, so that a mail which arrives twice is shown once.
    message["Message-ID"] = f"<{message_id}@{outlet.address.rpartition('@')[2]}>"
    message["Content-Language"] = locale.replace("_", "-")
    # No holiday notice answers it.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


_NO_SERVER = gettext_noop("No mail server is set up: see SMTP_URL.")


def _address(brand: MailBrand, own_domain: str | None) -> str:
    """Whom mail through the platform's server is from."""
    ours = settings().mail_from or f"no-reply@{brand.host}"
    local, _at, domain = ours.rpartition("@")
    if not local or not domain:
        raise Invalid(_("MAIL_FROM is not an email address."), field="MAIL_FROM")
    if brand.is_platform:
        return ours
    if own_domain is not None:
        return f"{local}@{own_domain}"
    # The reseller's portal host is an alias of ours, and so are its SPF and MX records.
    return settings().mail_from_resellers or f"{local}@{brand.host}"
