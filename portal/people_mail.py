"""The mails about who belongs to an organisation, each in the transaction of what it tells about."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.invites import DAYS, SentInvite
from tenancy.organizations import OrganizationInfo
from tenancy.roles import Role
from tenancy.viewer import Viewer
from themes.emails import (
    Invitation,
    Mail,
    OwnerInvitation,
    OwnershipTransferred,
    RemovedFromOrganization,
    send_mail,
)


async def mail_invite(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, sent: SentInvite
) -> None:
    """The link, to the one who may use it. An agency that sets up a client welcomes its owner."""
    invite = sent.invite
    mail: Mail
    if invite.role is Role.OWNER and organization.id != viewer.organization_id:
        mail = OwnerInvitation(viewer.name, organization.name, sent.path, DAYS)
    else:
        mail = Invitation(viewer.name, organization.name, invite.role, sent.path, DAYS)
    await send_mail(db, organization.id, invite.email, mail)


async def mail_removal(db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, email: str) -> None:
    """To whoever was removed."""
    mail = RemovedFromOrganization(organization.name, viewer.name)
    await send_mail(db, organization.id, email, mail)


async def mail_transfer(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, new_owner: tuple[str, str]
) -> None:
    """To both; new_owner is a name and an address."""
    name, email = new_owner
    mail = OwnershipTransferred(organization.name, viewer.name, name, datetime.now(UTC), "/settings/people")
    for address in (email, viewer.email):
        await send_mail(db, organization.id, address, mail)
