"""What people and organisations chose to be spoken to in. languages.py says whose choice counts first."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tenancy import audit, models
from tenancy.db import after_commit
from tenancy.domains import hosts_changed
from tenancy.errors import Invalid, NotFound
from tenancy.ids import OrganizationId
from tenancy.invalidation import Channel, publish
from tenancy.languages import offered_language
from tenancy.roles import Permission
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


async def own_language(db: AsyncSession, viewer: Viewer) -> str | None:
    """What the person chose; None where their organisation decides."""
    locale: str | None = await db.scalar(select(models.User.locale).where(models.User.id == viewer.user_id))
    return locale


async def choose_own_language(db: AsyncSession, viewer: Viewer, code: str | None) -> None:
    """The person's own language from now on; None leaves it to their organisation. Their pages load anew."""
    await db.execute(
        update(models.User).where(models.User.id == viewer.user_id).values(locale=_checked(code))
    )
    after_commit(db, publish, Channel.SESSION, f"user:{viewer.user_id}")


async def keep_first_choice(db: AsyncSession, viewer: Viewer, code: str | None) -> None:
    """The language that somebody chose before signing in becomes their own, where they have none yet."""
    if offered_language(code) is None:
        return
    changed = await db.scalar(
        update(models.User)
        .where(models.User.id == viewer.user_id, models.User.locale.is_(None))
        .values(locale=code)
        .returning(models.User.id)
    )
    if changed is not None:
        after_commit(db, publish, Channel.SESSION, f"user:{viewer.user_id}")


async def choose_organization_language(
    db: AsyncSession, viewer: Viewer, organization_id: OrganizationId, code: str | None
) -> None:
    """What an organisation speaks to its people; None leaves it to the one above, or to the browser."""
    viewer.require(Permission.MANAGE_ORGANIZATION)
    organization = await db.get(models.Organization, organization_id)
    if organization is None:
        raise NotFound()
    organization.locale = _checked(code)
    await db.flush()
    await hosts_changed(db, organization_id)
    await audit.record(
        db,
        viewer,
        audit.Action.ORGANIZATION_CHANGED,
        audit.Target(organization.public_id, organization.name),
        organization_id=organization_id,
        details={"locale": organization.locale},
    )


def _checked(code: str | None) -> str | None:
    if code and offered_language(code) is None:
        raise Invalid(_("Choose a language from the list."), field="locale")
    return code or None
