"""Whatever people do, in whatever order: nobody sees a row outside their subtree, and nobody changes one.

Random people of two agencies and their clients do random things to random organisations, half of them not
theirs and handed over as if they were. After each step every table is counted as somebody sees it, and
compared with a model that knows nothing of policies: who is below whom, as the story went.
"""

import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from analytics.shared_links import LinkTerms, SharedLink, create_link, revoke_link
from tenancy import accounts, domains
from tenancy.api_keys import Scope, create_api_key, revoke_api_key
from tenancy.db import session, system_session
from tenancy.domain_setup import claim_domain, make_primary, remove_domain
from tenancy.domains import Purpose
from tenancy.errors import InsightHubError
from tenancy.ids import UserId
from tenancy.invite_links import accept_as_new
from tenancy.invites import SentInvite, invite
from tenancy.members import change_role, change_sites, leave, remove_member, transfer_ownership
from tenancy.organizations import create_client, get_organization
from tenancy.roles import OrganizationKind, Role
from tenancy.sites import Site, create_site, delete_site, update_site
from tenancy.viewer import Viewer
from tests.factories import (
    PASSWORD,
    MadeOrganization,
    a_viewer,
    host_of,
    info_of,
    make_client,
    make_reseller,
    make_site,
    unique,
)
from tests.tenancy.conftest import Owner
from tests.tenancy.test_isolation import READ_BY_CLIENTS, attacks, copy_of, tenant_tables
from themes.brands import get_brand, restore_brand, save_brand

# What is a person's rather than an organisation's stands with the realm: an organisation's own doing (an
# account for whoever is invited, a session that ends) changes it there.
OF_PEOPLE = frozenset({"users", "user_sessions", "refresh_tokens", "account_links", "second_factors"})
# Narrowed further, for viewers with a list of sites; here it is enough that they see nothing else.
NARROWED = frozenset({"sites", "site_access", "users"})
SEES_OWN = OF_PEOPLE | NARROWED | READ_BY_CLIENTS

_O, _A, _M = Role.OWNER, Role.ADMIN, Role.MEMBER
WHO_MAY: dict[str, frozenset[Role]] = {
    **dict.fromkeys(("site", "rename", "delete", "link", "unlink"), frozenset({_O, _A, _M})),
    **dict.fromkeys(("invite", "role", "sites", "remove", "key", "unkey", "brand"), frozenset({_O, _A})),
    **dict.fromkeys(("client", "domain", "primary", "undomain"), frozenset({_O, _A})),
    "transfer": frozenset({_O}),
    **dict.fromkeys(("leave", "accept"), frozenset(Role)),
}


class Person(NamedTuple):
    user_id: UserId
    name: str
    home: MadeOrganization


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

    def below(self, organization: UUID) -> set[UUID]:
        """The organisation and those below it."""
        return {one.id for one in self.organizations if organization in {one.id, self.above.get(one.id)}}

    def realm(self, organization: UUID) -> UUID:
        return self.above.get(organization, organization)

    def viewer(self, chance: random.Random) -> tuple[Viewer, MadeOrganization]:
        """Somebody who is a member of something by now."""
        (where, user_id), role = chance.choice(sorted(self.roles.items(), key=str))
        [home] = [one for one in self.organizations if one.id == where]
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
        async with system_session(reason="test") as db:
            host = await domains.add_domain(
                db, agency.id, f"{unique('t')}.example.com", purpose=Purpose.TRACKING, verified=True
            )
            found = await db.scalar(text("SELECT id FROM domains WHERE host = :host"), {"host": host})
        story.domains.append(str(found))
        for organization in (agency, client):
            story.sites.append(await make_site(organization))
            for role in (_O, _A, _M, Role.VIEWER):
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


async def add_client(at: Step) -> Happened:
    made = await create_client(at.db, at.viewer, name=unique("Client"))
    new = replace(
        at.where, id=made.id, public_id=made.public_id, kind=made.kind, name=made.name, slug=made.slug
    )
    new = replace(new, realm_id=made.realm_id)

    def happened() -> None:
        at.story.organizations.append(new)
        at.story.above[new.id] = at.viewer.organization_id

    return happened


async def add_site(at: Step) -> Happened:
    domain = f"{unique('site')}.example"
    made = await create_site(at.db, at.viewer, name=domain, domain=domain, organization_id=at.where.id)
    return lambda: at.story.sites.append(made)


async def rename_site(at: Step) -> Happened:
    await update_site(at.db, at.viewer, at.chance.choice(at.story.sites), name=unique("Renamed"))
    return _nothing


async def remove_site(at: Step) -> Happened:
    await delete_site(at.db, at.viewer, at.chance.choice(at.story.sites))
    return _nothing


async def share(at: Step) -> Happened:
    site = at.chance.choice([None, *at.story.sites])
    link = await create_link(at.db, at.viewer, LinkTerms(), organization_id=at.where.id, site=site)
    return lambda: at.story.links.append(link)


async def unshare(at: Step) -> Happened:
    await revoke_link(at.db, at.viewer, at.chance.choice(at.story.links))
    return _nothing


async def invite_somebody(at: Step) -> Happened:
    role = at.chance.choice([_A, _M, Role.VIEWER, Role.BILLING])
    sent = await invite(
        at.db, at.viewer, info_of(at.where), email=f"{unique('guest')}@example.com", role=role
    )
    return lambda: at.story.invites.append((at.where, sent))


async def give_role(at: Step) -> Happened:
    person, role = at.somebody(), at.chance.choice([_O, _A, _M, Role.VIEWER])
    await change_role(at.db, at.viewer, info_of(at.where), person.user_id, role)
    return lambda: at.story.roles.__setitem__((at.where.id, person.user_id), role)


async def limit_sites(at: Step) -> Happened:
    sites = at.chance.choice([None, [at.chance.choice(at.story.sites)]])
    await change_sites(at.db, at.viewer, info_of(at.where), at.somebody().user_id, sites)
    return _nothing


async def remove_somebody(at: Step) -> Happened:
    person = at.somebody()
    await remove_member(at.db, at.viewer, info_of(at.where), person.user_id)
    return lambda: at.story.roles.pop((at.where.id, person.user_id))


async def hand_over(at: Step) -> Happened:
    person = at.somebody()
    await transfer_ownership(at.db, at.viewer, info_of(at.where), person.user_id, at.where.name)

    def happened() -> None:
        at.story.roles[at.where.id, person.user_id], at.story.roles[at.where.id, at.viewer.user_id] = _O, _A

    return happened


async def walk_away(at: Step) -> Happened:
    await leave(at.db, at.viewer, info_of(at.where))
    return lambda: at.story.roles.pop((at.where.id, at.viewer.user_id))


async def make_key(at: Step) -> Happened:
    site = at.chance.choice([None, *at.story.sites])
    key, _secret = await create_api_key(at.db, at.viewer, name=unique("Key"), scopes=[Scope.READ], site=site)
    return lambda: at.story.keys.append(key.id)


async def end_key(at: Step) -> Happened:
    await revoke_api_key(at.db, at.viewer, at.chance.choice(at.story.keys))
    return _nothing


async def rebrand(at: Step) -> Happened:
    brand = await get_brand(at.db, at.viewer, await get_organization(at.db, at.where.public_id))
    if at.chance.random() < 0.3:
        await restore_brand(at.db, at.viewer, brand, 1)
    else:
        await save_brand(
            at.db, at.viewer, brand, {**brand.document, "primary_color": f"#{at.chance.randrange(16**6):06x}"}
        )
    return _nothing


async def add_domain(at: Step) -> Happened:
    made = await claim_domain(
        at.db, at.viewer, f"{unique('www')}.example.com", at.chance.choice([*Purpose]), at.where.id
    )
    return lambda: at.story.domains.append(str(made.id))


async def prefer_domain(at: Step) -> Happened:
    await make_primary(at.db, at.viewer, at.chance.choice(at.story.domains))
    return _nothing


async def take_domain_away(at: Step) -> Happened:
    domain = at.chance.choice(at.story.domains)
    await remove_domain(at.db, at.viewer, domain, signed_in_on="elsewhere.example")
    return lambda: at.story.domains.remove(domain)


def _nothing() -> None:
    pass


ACTS: dict[str, Callable[[Step], Awaitable[Happened]]] = {
    "client": add_client,
    "site": add_site,
    "rename": rename_site,
    "delete": remove_site,
    "link": share,
    "unlink": unshare,
    "invite": invite_somebody,
    "role": give_role,
    "sites": limit_sites,
    "remove": remove_somebody,
    "transfer": hand_over,
    "leave": walk_away,
    "key": make_key,
    "unkey": end_key,
    "brand": rebrand,
    "domain": add_domain,
    "primary": prefer_domain,
    "undomain": take_domain_away,
}


class Watch:
    """What stands in the tables, as a superuser reads it, and as somebody inside does."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.tables = tenant_tables(owner)

    def rows(self) -> Counter[tuple[str, UUID]]:
        """How many rows each organisation has in each table."""
        found = self.owner.execute(
            _union(self.tables, "SELECT {name}, organization_id, count(*) FROM {table} GROUP BY 2")
        )
        return Counter({(table, organization): count for table, organization, count in found})

    async def seen_by(self, viewer: Viewer) -> Counter[tuple[str, UUID]]:
        """As rows(), and the same for organisations themselves and their tree, as the viewer sees it."""
        own = [*self.tables, "organizations", "org_tree"]
        columns = {"organizations": "id", "org_tree": "descendant_id"}
        query = " UNION ALL ".join(
            f"SELECT '{table}', {columns.get(table, 'organization_id')}, count(*) FROM {table} GROUP BY 2"
            for table in own
        )
        async with session(viewer) as db:
            return Counter({(table, where): count for table, where, count in await db.execute(text(query))})

    def contents(self, organizations: AbstractSet[UUID]) -> dict[tuple[str, UUID], str]:
        """A digest of all rows of these organisations, by table."""
        part = (
            "SELECT {name}, organization_id, md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
            " WHERE organization_id = ANY (%(ids)s) GROUP BY 2"
        )
        found = self.owner.execute(_union(self.tables, part), {"ids": list(organizations)})
        return {(table, organization): digest for table, organization, digest in found}

    @contextmanager
    def hole(self, table: str, right: str) -> Iterator[None]:
        """A policy too many, for a while."""
        self.owner.execute(f"CREATE POLICY hole ON {table} FOR {right} TO ih_app USING (true)")
        try:
            yield
        finally:
            self.owner.execute(f"DROP POLICY hole ON {table}")

    def a_row_of(self, table: str, organizations: AbstractSet[UUID]) -> dict[str, Any] | None:
        query = sql.SQL("SELECT * FROM {} WHERE organization_id = ANY (%s) LIMIT 1").format(
            sql.Identifier(table)
        )
        with self.owner.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, [list(organizations)]).fetchone()


@pytest.fixture(scope="module")
def watch(stack: dict[str, str]) -> Any:
    from tests.leaks.worlds import owner_connection

    with owner_connection() as owner:
        yield Watch(owner)


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted([*ACTS, "accept"])), st.integers(0, 2**32)), min_size=8, max_size=14
    )
)
@settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_nobody_sees_or_changes_a_row_outside_their_subtree(
    watch: Watch, steps: list[tuple[str, int]]
) -> None:
    story = await a_story()
    done: list[str] = []
    for name, seed in steps:
        chance = random.Random(seed)
        if await happens(watch, story, name, chance):
            done.append(name)
        await sees_its_own(watch, story, chance)
        await cannot_write_elsewhere(watch, story, chance)


async def test_each_thing_can_be_done_by_somebody(watch: Watch) -> None:
    """Without this, a story in which everybody is turned away would pass above."""
    story, chance = await a_story(), random.Random(7)
    for name in (*ACTS, "accept"):
        for _try in range(120):
            if await happens(watch, story, name, chance):
                break
        else:
            pytest.fail(f"Nobody managed to: {name}")


@pytest.mark.parametrize("table", ["sites", "memberships", "organizations"])
async def test_a_hole_in_a_wall_is_seen(watch: Watch, table: str) -> None:
    story, chance = await a_story(), random.Random(7)
    with watch.hole(table, "SELECT"), pytest.raises(AssertionError, match="sees"):
        for _try in range(6):
            await sees_its_own(watch, story, chance)


async def test_a_hole_for_writing_is_found(watch: Watch) -> None:
    story, chance = await a_story(), random.Random(7)
    with watch.hole("memberships", "ALL"), pytest.raises(AssertionError, match="touched"):
        await cannot_write_elsewhere(watch, story, chance, "memberships")


async def happens(watch: Watch, story: Story, name: str, chance: random.Random) -> bool:
    """One step; whether it was allowed. Whatever it was, it changed nothing outside the actor's subtree."""
    everywhere = {one.id for one in story.organizations}
    viewer, home = story.viewer(chance)
    where = chance.choice([home, home, *story.organizations])
    mine = story.below(home.id)
    if name == "accept":
        if not story.invites:
            return False
        where, sent = story.invites.pop(chance.randrange(len(story.invites)))
        mine = story.below(where.id)
        home = where
    before = watch.contents(everywhere - mine)
    try:
        if name == "accept":
            await accepts(story, where, sent)
        else:
            async with session(viewer) as db:
                happened = await ACTS[name](Step(story, db, viewer, where, chance))
            happened()
    except (InsightHubError, IndexError):
        allowed = False
    except DBAPIError as error:
        # The two walls: a policy, and keys between tenants' tables that carry the tenant.
        assert re.search("row-level security|violates foreign key", str(error)), f"{name}: {error}"
        allowed = False
    else:
        allowed = True
    after = watch.contents(everywhere - mine)
    realm = story.realm(home.id)
    changed = {
        (table, organization)
        for table, organization in before.keys() | after.keys()
        if before.get((table, organization)) != after.get((table, organization))
        and not (table in OF_PEOPLE and organization == realm)
    }
    assert not changed, f"{viewer.role} of {home.name} did {name} and changed {changed}"
    if allowed and name != "accept":
        assert viewer.role in WHO_MAY[name], f"{viewer.role} may not {name}"
    return allowed


async def accepts(story: Story, where: MadeOrganization, sent: SentInvite) -> None:
    """A guest comes in by the link in their mail."""
    token = sent.path.removeprefix("/invite/")
    name = unique("Guest")
    viewer, _cookie = await accept_as_new(await host_of(where), token, name, PASSWORD)
    story.people.append(Person(viewer.user_id, name, where))
    story.roles[where.id, viewer.user_id] = sent.invite.role


async def sees_its_own(watch: Watch, story: Story, chance: random.Random) -> None:
    """Somebody sees the rows of their subtree, all of them, and none besides."""
    viewer, home = story.viewer(chance)
    mine, realm = story.below(home.id), story.realm(home.id)
    seen, there = await watch.seen_by(viewer), watch.rows()
    outside = {
        (table, organization)
        for table, organization in seen
        if organization not in mine and not (table in READ_BY_CLIENTS | {"users"} and organization == realm)
    }
    assert not outside, f"{viewer.role} of {home.name} sees {outside}"
    members = {user_id for (where, user_id) in story.roles if where in mine}
    if home.kind is OrganizationKind.CLIENT:
        assert seen["users", realm] <= len(members)
    whole = {key: count for key, count in there.items() if key[1] in mine and key[0] not in SEES_OWN}
    assert {key: seen[key] for key in whole} == whole, f"{viewer.role} of {home.name} misses rows"
    if viewer.role is not Role.VIEWER:
        assert {organization for table, organization in seen if table == "organizations"} == mine


async def cannot_write_elsewhere(
    watch: Watch, story: Story, chance: random.Random, table: str | None = None
) -> None:
    """Plain statements on some table's rows of others touch nothing, and none can be added."""
    viewer, home = story.viewer(chance)
    theirs = {one.id for one in story.organizations} - story.below(home.id)
    table = table or chance.choice(watch.tables)
    if table == "users":
        # Their own row is among their realm's.
        theirs -= {story.realm(home.id)}
    row = watch.a_row_of(table, theirs)
    if row is None:
        return
    for statement in attacks(watch.owner, table, row):
        async with session(viewer) as db:
            result: Any = await db.execute(text(statement.sql), statement.values)
            touched = result.scalar() if result.returns_rows else result.rowcount
            allowed = table in READ_BY_CLIENTS | {"users"} and statement.sql.startswith("SELECT")
            assert touched == 0 or allowed, f"{statement.sql} touched {touched} rows"
    insert = copy_of(watch.owner, table, row)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with session(viewer) as db:
            await db.execute(text(insert.sql), insert.values)


def _union(tables: list[str], part: str) -> sql.Composed:
    return sql.SQL(" UNION ALL ").join(
        sql.SQL(part).format(name=sql.Literal(table), table=sql.Identifier(table)) for table in tables
    )
