"""The mails about consent to be looked at: to those who can agree, and to those who asked."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from tenancy.db import system_session
from tenancy.members import Member
from tenancy.organizations import OrganizationInfo
from tenancy.viewer import Viewer
from tenancy.viewings import who_asked
from themes.emails import ConsentAsked, ConsentGiven, send_mail


async def mail_consent_asked(
    db: AsyncSession, viewer: Viewer, client: OrganizationInfo, deciders: Sequence[Member], reason: str
) -> None:
    """To those who can agree for a client that its agency looks at its pages."""
    mail = ConsentAsked(viewer.name, client.name, "/settings/organization", reason)
    for decider in deciders:
        await send_mail(db, client.id, decider.email, mail)


async def mail_consent_given(viewer: Viewer, client: OrganizationInfo) -> None:
    """To those of the agency who asked: a client sees none of their addresses, so it goes past the walls."""
    mail = ConsentGiven(viewer.name, client.name, f"/clients/{client.public_id}")
    async with system_session(reason="tell those who asked for consent") as db:
        for asker in await who_asked(db, client):
            await send_mail(db, client.realm_id, asker.email, mail, locale=asker.locale)
