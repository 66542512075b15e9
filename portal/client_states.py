"""A client is opened or closed, and who has to know is told, in one transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from portal.people_mail import mail_deletion
from tenancy.client_states import put_state
from tenancy.contracts import ClientState
from tenancy.organizations import OrganizationInfo
from tenancy.viewer import Viewer


async def change_state(
    db: AsyncSession, viewer: Viewer, client: OrganizationInfo, state: ClientState
) -> None:
    """As put_state; the owners of the client's agency get a mail where it is deleted."""
    if await put_state(db, viewer, client, state) and state is ClientState.DELETED:
        await mail_deletion(db, viewer, client)
