"""/settings/people and /clients/{organization}/people: who belongs to an organisation."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from portal.accounts import reset_member_factor
from portal.elements import box, button, drawn
from portal.here import CurrentHere, CurrentViewer, Here, who_may
from portal.pages.access import CurrentOrganization, current_viewer
from portal.pages.client_area import client_frame
from portal.pages.page_events import PageEvents
from portal.pages.people_dialogs import Access, confirm_dialog, invite_dialog, member_dialog, transfer_dialog
from portal.pages.settings_area import settings_frame
from portal.people_mail import mail_invite, mail_removal, mail_transfer
from portal.views.icons import icon
from portal.views.people import MemberLine, invites_table, members_table, people_count
from portal.views.roles import in_order, roles_table
from tenancy.db import session
from tenancy.factor_reset import uses_second_factor
from tenancy.ids import UserId
from tenancy.invites import Invite, invite, list_invites, resend, revoke
from tenancy.members import (
    Member,
    change_role,
    change_sites,
    leave,
    list_members,
    remove_member,
    roles_to_give,
    sites_to_list,
    transfer_ownership,
)
from tenancy.organizations import OrganizationInfo, get_organization, own_organization
from tenancy.roles import Permission, Role
from tenancy.sites import Site
from tenancy.text import gettext as _
from tenancy.viewer import Viewer


@ui.page("/settings/people")
async def people_page(here: CurrentHere, viewer: CurrentViewer) -> None:
    """The people of the viewer's organisation. Who may not manage them sees names and roles alone."""
    async with session(viewer) as db:
        people = await _ask(db, viewer, await own_organization(db, viewer))
    with settings_frame(here, viewer, "/settings/people"):
        _PeoplePart(here, people).draw()


@ui.page("/clients/{organization}/people")
async def client_people_page(
    owner: CurrentOrganization,
    here: CurrentHere,
    viewer: Annotated[Viewer, who_may(Permission.MANAGE_PEOPLE)],
) -> None:
    """The people of a client, for those of its agency who set it up."""
    async with session(viewer) as db:
        people = await _ask(db, viewer, owner)
    with client_frame(here, viewer, owner, "people"):
        _PeoplePart(here, people).draw()


@dataclass(frozen=True)
class _People:
    """What the page knows of an organisation, as this viewer may."""

    viewer: Viewer
    organization: OrganizationInfo
    members: list[Member]
    invites: list[Invite]
    sites: list[Site]

    @property
    def manages(self) -> bool:
        return self.viewer.may(Permission.MANAGE_PEOPLE)

    @property
    def roles(self) -> list[Role]:
        return in_order(roles_to_give(self.viewer, self.organization))

    def member(self, user_id: str) -> Member:
        return {one.user_id: one for one in self.members}[UserId(UUID(user_id))]

    def is_viewer(self, member: Member) -> bool:
        return member.user_id == self.viewer.user_id


async def _ask(db: AsyncSession, viewer: Viewer, organization: OrganizationInfo) -> _People:
    manages = viewer.may(Permission.MANAGE_PEOPLE)
    return _People(
        viewer,
        organization,
        await list_members(db, viewer, organization),
        await list_invites(db, viewer, organization) if manages else [],
        await sites_to_list(db, viewer, organization) if manages else [],
    )


class _PeoplePart:
    """The part of the page that draws itself again after each change."""

    def __init__(self, here: Here, people: _People) -> None:
        self._here = here
        self._people = people

    def draw(self) -> None:
        """Puts it where the page is being built."""
        people = self._people
        with box("div", "section-top"):
            self._count = drawn("")
            box("div", "space")
            if people.manages:
                invites = button(_("Invite someone"), icon=icon("plus"), classes="primary")
                invites.on_click(self._open_invite)
        self._table, self._waiting = drawn("", "wide"), drawn("", "wide section")
        drawn(roles_table(people.organization.kind), "wide section")
        PageEvents().listen(
            {
                "member": self._open_member,
                "leave": self._open_leave,
                "resend": self._resend,
                "revoke": self._open_revoke,
            }
        )
        self._paint()

    def _paint(self) -> None:
        people = self._people
        zone, locale = people.organization.timezone, people.viewer.locale
        lines = [MemberLine(one, people.is_viewer(one), one.role in people.roles) for one in people.members]
        self._count.set_content(people_count(len(people.members), len(people.invites), locale=locale))
        self._table.set_content(members_table(lines, timezone=zone, locale=locale))
        may = [one.role in people.roles for one in people.invites]
        waiting = invites_table(people.invites, may, timezone=zone, locale=locale) if people.invites else ""
        self._waiting.set_content(waiting)

    async def _now(self) -> Viewer:
        return await current_viewer(self._here)

    async def _organization(self, db: AsyncSession) -> OrganizationInfo:
        return await get_organization(db, self._people.organization.public_id)

    async def _again(self) -> None:
        viewer = await self._now()
        async with session(viewer) as db:
            self._people = await _ask(db, viewer, await self._organization(db))
        self._paint()

    def _chosen(self, access: Access) -> list[Site] | None:
        if access.sites is None:
            return None
        return [site for site in self._people.sites if site.public_id in access.sites]

    def _open_invite(self) -> None:
        async def send(access: Access) -> None:
            viewer = await self._now()
            async with session(viewer) as db:
                organization = await self._organization(db)
                sent = await invite(
                    db, viewer, organization, email=access.email, role=access.role, sites=self._chosen(access)
                )
                await mail_invite(db, viewer, organization, sent)
            ui.notify(
                _("The invitation to {email} is on its way.").format(email=sent.invite.email), type="positive"
            )
            await self._again()

        invite_dialog(self._people.roles, self._people.sites, send)

    async def _open_member(self, user_id: str) -> None:
        people, member = self._people, self._people.member(user_id)
        if member.role not in people.roles or people.is_viewer(member):
            return

        async def save(access: Access) -> None:
            viewer = await self._now()
            async with session(viewer) as db:
                organization = await self._organization(db)
                if access.role is not member.role:
                    await change_role(db, viewer, organization, member.user_id, access.role)
                if access.role is Role.VIEWER and access.sites != member.sites:
                    await change_sites(db, viewer, organization, member.user_id, self._chosen(access))
            await self._again()

        async def removes() -> None:
            self._open_remove(member)

        async def transfers() -> None:
            self._open_transfer(member)

        async def resets() -> None:
            self._open_reset(member)

        others = [(_("Remove"), removes)]
        if await uses_second_factor(member.user_id):
            others.append((_("Reset two-factor authentication"), resets))
        own = people.viewer.organization_id == people.organization.id
        if own and people.viewer.may(Permission.TRANSFER_OWNERSHIP):
            others.append((_("Transfer"), transfers))
        member_dialog(member, people.roles, people.sites, save, others)

    def _open_remove(self, member: Member) -> None:
        async def remove() -> None:
            viewer = await self._now()
            async with session(viewer) as db:
                organization = await self._organization(db)
                email = await remove_member(db, viewer, organization, member.user_id)
                await mail_removal(db, viewer, organization, email)
            await self._again()

        confirm_dialog(
            _("Remove {name}?").format(name=member.name),
            _(
                "They are signed out of {organization} everywhere, at once. The audit log still names them."
            ).format(organization=self._people.organization.name),
            _("Remove"),
            remove,
        )

    def _open_reset(self, member: Member) -> None:
        async def reset() -> None:
            viewer = await self._now()
            async with session(viewer) as db:
                organization = await self._organization(db)
            await reset_member_factor(viewer, organization, member.user_id)
            ui.notify(
                _("We have sent them an email. They now sign in with their password alone."), type="positive"
            )

        confirm_dialog(
            _("Reset two-factor authentication for {name}?").format(name=member.name),
            _(
                "For people who have lost their phone and their recovery codes. Make sure that the "
                "request really comes from them: until they set up two-factor authentication again, "
                "the password alone opens their account. They are signed out everywhere."
            ),
            _("Reset"),
            reset,
        )

    def _open_transfer(self, member: Member) -> None:
        async def transfer(typed_name: str) -> None:
            viewer = await self._now()
            async with session(viewer) as db:
                organization = await self._organization(db)
                email = await transfer_ownership(db, viewer, organization, member.user_id, typed_name)
                await mail_transfer(db, viewer, organization, (member.name, email))
            await self._again()

        transfer_dialog(self._people.organization.name, member.name, transfer)

    async def _open_leave(self, _arg: str) -> None:
        async def go() -> None:
            viewer = await self._now()
            async with session(viewer) as db:
                await leave(db, viewer, await self._organization(db))

        name = self._people.organization.name
        confirm_dialog(
            _("Leave {name}?").format(name=name),
            _("You will no longer see its sites. To come back, you need a new invitation."),
            _("Leave"),
            go,
        )

    async def _resend(self, invite_id: str) -> None:
        viewer = await self._now()
        async with session(viewer) as db:
            organization = await self._organization(db)
            sent = await resend(db, viewer, organization, UUID(invite_id))
            await mail_invite(db, viewer, organization, sent)
        words = _("A new invitation to {email} is on its way. The old link no longer works.")
        ui.notify(words.format(email=sent.invite.email), type="positive")
        await self._again()

    async def _open_revoke(self, invite_id: str) -> None:
        chosen = {one.id: one for one in self._people.invites}[UUID(invite_id)]

        async def go() -> None:
            viewer = await self._now()
            async with session(viewer) as db:
                await revoke(db, viewer, await self._organization(db), chosen.id)
            await self._again()

        confirm_dialog(
            _("Revoke the invitation?"),
            _("The link in the email to {email} stops working.").format(email=chosen.email),
            _("Revoke"),
            go,
        )
