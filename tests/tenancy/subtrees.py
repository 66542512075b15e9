"""Two agencies with clients and people, as a story goes on: a model that knows nothing of policies."""

import random
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from analytics.shared_links import SharedLink
from tenancy import accounts, domains
from tenancy.db import session, system_session
from tenancy.domains import Purpose
from tenancy.ids import UserId
from tenancy.invites import SentInvite
from tenancy.login import viewer_for_token
from tenancy.roles import OrganizationKind, Role
from tenancy.sites import Site
from tenancy.viewer import Viewer
from tenancy.viewings import allow_viewing
from tests.factories import MadeOrganization, a_viewer, host_of, make_client, make_reseller, make_site, unique


class Person(NamedTuple):
    user_id: UserId
    name: str
    home: MadeOrganization


class Look(NamedTuple):
    """A browser in which somebody of an agency sees a client's pages as it does, unless that has ended."""

    token: str
    user_id: UserId
    agency: MadeOrganization
    client: MadeOrganization

    async def viewer(self) -> Viewer | None:
        """Who is in front of it; None once they are signed out."""
        return await viewer_for_token(self.token, await host_of(self.agency))


@dataclass
class Story:
    """What there is, as the steps that succeeded made it; nothing here was read from the database."""

    organizations: list[MadeOrganization] = field(default_factory=list)
    above: dict[UUID, UUID] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    roles: dict[tuple[UUID, UserId], Role] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    invites: list[tuple[MadeOrganization, SentInvite]] = field(default_factory=list)
    links: list[SharedLink] = field(default_factory=list)
    keys: list[UUID] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    agreed: set[UUID] = field(default_factory=set)
    """The clients that let their agency look at their pages."""
    looks: list[Look] = field(default_factory=list)

    def below(self, organization: UUID) -> set[UUID]:
        """The organisation and those below it."""
        return {one.id for one in self.organizations if organization in {one.id, self.above.get(one.id)}}

    def realm(self, organization: UUID) -> UUID:
        return self.above.get(organization, organization)

    def organization(self, which: UUID) -> MadeOrganization:
        [found] = [one for one in self.organizations if one.id == which]
        return found

    def viewer(
        self,
        chance: random.Random,
        roles: AbstractSet[Role] = frozenset(Role),
        *,
        kinds: AbstractSet[OrganizationKind] = frozenset(OrganizationKind),
    ) -> tuple[Viewer, MadeOrganization]:
        """Somebody who is a member of something by now; with one of these roles there, if anybody is."""
        members = sorted(self.roles.items(), key=str)
        fitting = [
            member
            for member in members
            if member[1] in roles and self.organization(member[0][0]).kind in kinds
        ]
        (where, user_id), role = chance.choice(fitting or members)
        home = self.organization(where)
        [person] = [one for one in self.people if one.user_id == user_id]
        return replace(a_viewer(home, role), user_id=user_id, name=person.name), home


class Step(NamedTuple):
    """Somebody about to do something to an organisation."""

    story: Story
    db: AsyncSession
    viewer: Viewer
    where: MadeOrganization
    chance: random.Random

    def somebody(self) -> Person:
        """Mostly of there, but not always."""
        there = [one for one in self.story.people if one.home.id == self.where.id]
        return self.chance.choice([*there * 4, *self.story.people])


Happened = Callable[[], object]
"""Notes in the story what has been done."""


async def a_story() -> Story:
    story = Story()
    for _number in range(2):
        agency = await make_reseller()
        client = await make_client(agency)
        story.organizations += [agency, client]
        story.above[client.id] = agency.id
        async with session(a_viewer(client)) as db:
            await allow_viewing(db, a_viewer(client), True)
        story.agreed.add(client.id)
        async with system_session(reason="test") as db:
            host = await domains.add_domain(
                db, agency.id, f"{unique('t')}.example.com", purpose=Purpose.TRACKING, verified=True
            )
            found = await db.scalar(text("SELECT id FROM domains WHERE host = :host"), {"host": host})
        story.domains.append(str(found))
        for organization in (agency, client):
            story.sites.append(await make_site(organization))
            for role in (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER):
                await _member(story, organization, role)
    return story


async def _member(story: Story, organization: MadeOrganization, role: Role) -> None:
    name = unique("Person")
    async with system_session(reason="test") as db:
        user_id = await accounts.create_user(
            db, organization.id, email=f"{name.lower()}@example.com", name=name
        )
        await accounts.add_member(db, organization.id, user_id, role)
    story.people.append(Person(user_id, name, organization))
    story.roles[organization.id, user_id] = role
