"""The one door for mail: say to whom and what, inside the transaction of what caused it."""

import asyncio
from uuid import UUID

import structlog
from kombu.exceptions import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.accounts import checked_email
from tenancy.db import after_commit
from tenancy.ids import OrganizationId
from themes.mail.account_mails import (
    ConfirmNewEmail,
    EmailChanged,
    IdentityConnected,
    IdentityDisconnected,
    NewSignIn,
    PasswordChanged,
    RecoveryCodesLow,
    ResetPassword,
    TwoFactorOff,
    TwoFactorOn,
    VerifyEmail,
)
from themes.mail.letter import Mail
from themes.mail.outbox import put_into_outbox
from themes.mail.people_mails import (
    ConsentAsked,
    ConsentGiven,
    Invitation,
    OwnerInvitation,
    OwnershipTransferred,
    RemovedFromOrganization,
)
from themes.mail.service_mails import (
    CertificateTrouble,
    ClientDeleted,
    DomainFailing,
    DomainVerified,
    ExportReady,
    SiteSilent,
    TestMail,
    UsageStep,
    UsageWarning,
)

__all__ = [
    "CertificateTrouble",
    "ClientDeleted",
    "ConfirmNewEmail",
    "ConsentAsked",
    "ConsentGiven",
    "DomainFailing",
    "DomainVerified",
    "EmailChanged",
    "ExportReady",
    "IdentityConnected",
    "IdentityDisconnected",
    "Invitation",
    "Mail",
    "NewSignIn",
    "OwnerInvitation",
    "OwnershipTransferred",
    "PasswordChanged",
    "RecoveryCodesLow",
    "RemovedFromOrganization",
    "ResetPassword",
    "SiteSilent",
    "TestMail",
    "TwoFactorOff",
    "TwoFactorOn",
    "UsageStep",
    "UsageWarning",
    "VerifyEmail",
    "send_mail",
]

log = structlog.get_logger(__name__)


async def send_mail(
    db: AsyncSession,
    organization_id: OrganizationId | UUID,
    to: str,
    mail: Mail,
    *,
    locale: str | None = None,
) -> UUID:
    """Sends the mail once the block has committed, and not otherwise. Nobody waits for the server.

    It goes out in the brand of the organisation, with links to its own host, in `locale` (by default the
    organisation's). db must be able to write for the organisation. Returns the id of its row in the outbox.
    """
    mail_id = await put_into_outbox(db, organization_id, checked_email(to), mail, locale)
    after_commit(db, _queue, mail_id)
    return mail_id


async def _queue(mail_id: UUID) -> None:
    from themes.tasks import send_outgoing_mail  # it needs what stands above

    try:
        await asyncio.to_thread(send_outgoing_mail.apply_async, (str(mail_id),), retry=False)
    except OperationalError as error:
        # Redis does not answer: the sweep finds the mail in PostgreSQL once it does.
        log.warning("mail.not_queued", mail=str(mail_id), reason=str(error)[:200])
