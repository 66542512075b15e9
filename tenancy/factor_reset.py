"""Taking somebody else's second factor away: for whoever lost phone and recovery codes."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.audit import Action, Target, record
from tenancy.db import system_session
from tenancy.errors import Conflict, Forbidden, Invalid
from tenancy.ids import UserId
from tenancy.login import end_sessions_of
from tenancy.members import member_to_change
from tenancy.organizations import OrganizationInfo
from tenancy.roles import OrganizationKind, Role, may_give
from tenancy.second_factor import has_second_factor, turn_off
from tenancy.text import gettext as _
from tenancy.text import gettext_noop
from tenancy.viewer import Viewer


class NoSecondFactor(Conflict):
    code = "no_second_factor"
    message = gettext_noop("This person does not use two-factor authentication.")


async def uses_second_factor(user_id: UserId) -> bool:
    """Whether there is one to be taken away."""
    async with system_session(reason="does a member use a second factor") as db:
        return await has_second_factor(db, user_id)


async def reset_second_factor(
    db: AsyncSession, viewer: Viewer, organization: OrganizationInfo, user_id: UserId
) -> str:
    """Takes the second factor of a member away and signs them out everywhere; their address.

    Only where the viewer may change the member, in each organisation that they belong to: whoever guards one
    door of an account does not open the others. db is a system session. Raises Forbidden, NotFound, Invalid,
    or NoSecondFactor.
    """
    if user_id == viewer.user_id:
        raise Invalid(_("Turn off your own two-factor authentication under Security."))
    member = await member_to_change(db, viewer, organization, user_id)
    for place in await db.execute(_PLACES, {"user": user_id, "viewer": viewer.organization_id}):
        if not place.is_below or Role(place.role) not in _may_change(viewer, place.is_own, place.kind):
            raise Forbidden(
                _("This person also belongs to another organisation, whose people you cannot change.")
            )
    if not await has_second_factor(db, user_id):
        raise NoSecondFactor()
    await turn_off(db, user_id)
    await end_sessions_of(db, user_id)
    target = Target(member.email, member.name)
    await record(db, viewer, Action.PERSON_SECOND_FACTOR_RESET, target, organization_id=organization.id)
    return str(member.email)


_PLACES = text("""
SELECT m.role, o.kind, o.id = :viewer AS is_own,
       EXISTS (SELECT FROM org_tree t WHERE t.ancestor_id = :viewer AND t.descendant_id = o.id) AS is_below
  FROM memberships m JOIN organizations o ON o.id = m.organization_id
 WHERE m.user_id = :user
""")


def _may_change(viewer: Viewer, is_own: bool, kind: str) -> frozenset[Role]:
    if is_own:
        return may_give(viewer.role, viewer.organization_kind)
    return may_give(Role.OWNER, OrganizationKind(kind), from_above=True)
