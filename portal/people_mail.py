"""The mails about what people do to organisations and their members, each in the transaction of the deed."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.notices import tell
from tenancy.contracts import standing_of
from tenancy.in_charge import people_who_may
from tenancy.invites import DAYS, SentInvite
from tenancy.organizations import OrganizationInfo, organization_by_id
from tenancy.roles import Permission, Role
from tenancy.viewer import Viewer
from themes.emails import (
    ClientDeleted,
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


async def mail_deletion(db: AsyncSession, viewer: Viewer, client: OrganizationInfo) -> None:
    """To the owners of its agency, whoever deleted it; the platform's operators are told nothing."""
    people = await people_who_may(db, client.parent_id, Permission.MANAGE_CLIENTS)
    owners = [person for person in people if person.role is Role.OWNER]
    standing = await standing_of(db, client.id)
    if not owners or standing.since is None or standing.removed_at is None:
        return
    agency = await organization_by_id(db, owners[0].organization_id)
    mail = ClientDeleted(
        agency.name,
        client.name,
        viewer.name,
        standing.since,
        standing.removed_at,
        f"/clients/{client.public_id}",
    )
    await tell(db, owners, lambda _reader: mail)
