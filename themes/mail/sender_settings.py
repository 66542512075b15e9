"""A reseller's own mail server: kept with its password sealed, used once a test mail went through it."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.accounts import checked_email
from tenancy.audit import Action, Target, record
from tenancy.errors import Forbidden, Invalid
from tenancy.ids import OrganizationId
from tenancy.roles import OrganizationKind, Permission
from tenancy.sealing import Unreadable, seal, unseal
from tenancy.text import gettext as _
from tenancy.viewer import Viewer
from themes.mail.servers import MAIL_PORTS, MailServer, Security
from themes.models import MailSettingsRow
from themes.settings import settings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """As the form shows them: the password never comes back."""

    server: MailServer
    from_address: str
    from_name: str
    reply_to: str
    has_password: bool
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class SenderForm:
    """As the form sends them. An empty password keeps the stored one."""

    host: str
    port: str
    security: str
    from_address: str
    from_name: str = ""
    reply_to: str = ""
    username: str = ""
    password: str = field(default="", repr=False)


async def sender_settings(db: AsyncSession, organization_id: OrganizationId) -> SenderSettings | None:
    """The organisation's own, where it has any; as if never tested where SECRET_KEY is another one now."""
    row = await db.scalar(select(MailSettingsRow).where(MailSettingsRow.organization_id == organization_id))
    if row is None:
        return None
    password, verified_at = "", row.verified_at
    try:
        password = unseal(row.password, _PURPOSE, str(organization_id)).decode() if row.password else ""
    except Unreadable:
        log.warning("mail.password_unreadable", organization=str(organization_id))
        verified_at = None
    return SenderSettings(
        MailServer(
            row.host,
            row.port,
            Security(row.security),
            row.username,
            password,
            trusted=settings().smtp_private_networks,
        ),
        row.from_address,
        row.from_name,
        row.reply_to,
        has_password=bool(password),
        verified_at=verified_at,
    )


async def save_sender_settings(db: AsyncSession, viewer: Viewer, form: SenderForm) -> None:
    """Keeps the reseller's, unverified where anything is new. Raises Invalid, with the field."""
    organization_id = _reseller_of(viewer)
    row = await db.scalar(select(MailSettingsRow).where(MailSettingsRow.organization_id == organization_id))
    security = _security(form.security)
    values = {
        "host": _host(form.host),
        "port": _port(form.port),
        "security": security,
        "username": form.username.strip()[:255],
        "from_address": _address(form.from_address, "from_address"),
        "from_name": _plain(form.from_name),
        "reply_to": _address(form.reply_to, "reply_to") if form.reply_to.strip() else "",
    }
    password = form.password
    place = str(organization_id)
    if not password and values["username"] and row is not None and row.password:
        # Else whoever may fill in the form could have the password sent to a server of theirs.
        if any(values[name] != getattr(row, name) for name in ("host", "port", "security", "username")):
            raise Invalid(
                _("Enter the password again, because the server is a different one."), field="password"
            )
        password = unseal(row.password, _PURPOSE, place).decode()
    if values["username"] and security is Security.NONE:
        raise Invalid(
            _("A password is never sent without encryption. Choose TLS or STARTTLS."), field="security"
        )
    sealed = seal(password.encode(), _PURPOSE, place) if values["username"] and password else None
    same = (
        row is not None and not form.password and all(values[name] == getattr(row, name) for name in values)
    )
    values |= {
        "password": sealed,
        "verified_at": row.verified_at if same and row is not None else None,
        "updated_at": datetime.now(UTC),
    }
    await db.execute(
        insert(MailSettingsRow)
        .values(organization_id=organization_id, **values)
        .on_conflict_do_update(index_elements=["organization_id"], set_=values)
    )
    details = {name: str(values[name]) for name in ("host", "port", "security", "username", "from_address")}
    await record(db, viewer, Action.MAIL_CHANGED, Target(place, str(values["host"])), details=details)
    log.info("mail.settings_saved", organization=place, host=values["host"])


async def mark_verified(db: AsyncSession, viewer: Viewer, tested: SenderSettings) -> None:
    """A test mail went through: from now on these are used, unless they were changed meanwhile."""
    organization_id = _reseller_of(viewer)
    row = await db.scalar(
        select(MailSettingsRow).where(MailSettingsRow.organization_id == organization_id).with_for_update()
    )
    now = await sender_settings(db, organization_id)
    if row is None or now is None or (now.server, now.from_address) != (tested.server, tested.from_address):
        return
    row.verified_at = datetime.now(UTC)
    await record(db, viewer, Action.MAIL_TESTED, Target(str(organization_id), tested.server.host))


async def remove_sender_settings(db: AsyncSession, viewer: Viewer) -> None:
    """Back to the platform's server."""
    organization_id = _reseller_of(viewer)
    row = await db.scalar(select(MailSettingsRow).where(MailSettingsRow.organization_id == organization_id))
    if row is not None:
        await db.delete(row)
        await record(db, viewer, Action.MAIL_REMOVED, Target(str(organization_id), row.host))


_PURPOSE = "password of a mail server"
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


def _reseller_of(viewer: Viewer) -> OrganizationId:
    viewer.require(Permission.MANAGE_MAIL)
    if viewer.organization_kind is not OrganizationKind.RESELLER:
        # The platform's own server stands in SMTP_URL.
        raise Forbidden()
    return viewer.organization_id


def _host(value: str) -> str:
    host = value.strip().lower().rstrip(".")
    if not _HOST.fullmatch(host):
        raise Invalid(_("Write the server like smtp.example.com."), field="host")
    return host


def _port(value: str) -> int:
    number = int(value) if value.strip().isdecimal() and len(value.strip()) < 6 else 0
    if not 0 < number < 65536:
        raise Invalid(_("A port is a number, usually 587 or 465."), field="port")
    if number not in MAIL_PORTS and not settings().smtp_private_networks:
        ports = ", ".join(map(str, sorted(MAIL_PORTS)))
        raise Invalid(
            _("Mail servers listen on one of these ports: {ports}.").format(ports=ports), field="port"
        )
    return number


def _security(value: str) -> Security:
    try:
        return Security(value)
    except ValueError:
        raise Invalid(_("Choose how the connection is secured."), field="security") from None


def _address(value: str, field: str) -> str:
    try:
        address = checked_email(value)
        Address(addr_spec=address)
    except Invalid as error:
        raise Invalid(error.message, field=field) from None
    except (ValueError, MessageError):
        raise Invalid(_("That is not an email address."), field=field) from None
    return address


def _plain(name: str) -> str:
    words = " ".join(name.split())
    if len(words) > 80:
        raise Invalid(_("The sender name can have at most 80 characters."), field="from_name")
    return words
