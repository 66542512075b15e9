"""Whether an organisation is open to its people, or suspended, archived or deleted by the one above."""

from sqlalchemy import and_, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import models
from tenancy.audit import Action, Target, record
from tenancy.contracts import (
    KEPT_AFTER_DELETION,
    ClientState,
    admit_client,
    require_above,
    standing_of,
)
from tenancy.db import after_commit
from tenancy.errors import Conflict
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, publish
from tenancy.organizations import OrganizationInfo
from tenancy.text import gettext_noop as _
from tenancy.viewer import Viewer


class RemovedForGood(Conflict):
    """Its time is over: its data is being removed, or soon will be."""

    code = "removed_for_good"
    message = _("It was deleted too long ago to be restored.")


async def put_state(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, state: ClientState
) -> bool:
    """Opens or closes an organisation below the viewer's; its pages, links and programs follow at once.

    False where it was so before. Raises Forbidden; for a deleted one LimitReached where its place is taken,
    RemovedForGood after its time.
    """
    require_above(viewer, organization.id)
    was = (await standing_of(db, organization.id)).state
    if state is not ClientState.DELETED and was is ClientState.DELETED:
        row = await db.get_one(models.Organization, organization.id)
        if row.parent_id is not None:
            await admit_client(db, OrganizationId(row.parent_id))
    values = {"state": state, "state_since": func.now()}
    put = insert(models.Contract).values(organization_id=organization.id, **values)
    # By the clock at the moment when the row is locked: what the removal has begun with is not brought back.
    comes_back = or_(
        models.Contract.state != ClientState.DELETED,
        models.Contract.state_since > func.clock_timestamp() - KEPT_AFTER_DELETION,
    )
    changed = await db.execute(
        put.on_conflict_do_update(
            index_elements=["organization_id"],
            set_=values,
            where=and_(models.Contract.state != state, comes_back),
        ).returning(models.Contract.organization_id)
    )
    if changed.one_or_none() is None:
        if state is not ClientState.DELETED and was is ClientState.DELETED:
            raise RemovedForGood()
        return False
    target = Target(organization.public_id, organization.name)
    await record(db, viewer, _ACTIONS[state], target, organization_id=organization.id)
    # Whatever anybody remembers of it, or of one below it, is asked anew.
    for channel in (Channel.HOST, Channel.SESSION, Channel.LINK, Channel.API_KEY):
        after_commit(db, publish, channel, "")
    return True


def names_of(state: ClientState) -> str:
    """What a state is called; to be translated where it is shown."""
    return _NAMES[state]


_ACTIONS = {
    ClientState.ACTIVE: Action.ORGANIZATION_RESUMED,
    ClientState.SUSPENDED: Action.ORGANIZATION_SUSPENDED,
    ClientState.ARCHIVED: Action.ORGANIZATION_ARCHIVED,
    ClientState.DELETED: Action.ORGANIZATION_DELETED,
}
_NAMES = {
    ClientState.ACTIVE: _("Active"),
    ClientState.SUSPENDED: _("Suspended"),
    ClientState.ARCHIVED: _("Archived"),
    ClientState.DELETED: _("Deleted"),
}
