"""Whatever people do, in whatever order: nobody sees a row outside their subtree, and nobody changes one.

Random people of two agencies and their clients do random things to random organisations, half of them not
theirs and handed over as if they were. After each step every table is counted as somebody sees it, and
compared with a model that knows nothing of policies: who is below whom, as the story went.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tenancy.db import session
from tenancy.errors import InsightHubError, OnlyReading
from tenancy.invite_links import accept_as_new
from tenancy.invites import SentInvite
from tenancy.roles import OrganizationKind, Role
from tenancy.viewer import Viewer
from tests.factories import PASSWORD, MadeOrganization, host_of, unique
from tests.tenancy.conftest import Owner
from tests.tenancy.subtree_acts import ACTS, WHO_MAY
from tests.tenancy.subtrees import Person, Step, Story, a_story
from tests.tenancy.test_isolation import READ_BY_CLIENTS, attacks, copy_of, tenant_tables

# What is a person's rather than an organisation's stands with the realm: an organisation's own doing (an
# account for whoever is invited, a session that ends) changes it there.
OF_PEOPLE = frozenset({"users", "user_sessions", "refresh_tokens", "account_links", "second_factors"})
# Narrowed further, for viewers with a list of sites; here it is enough that they see nothing else.
NARROWED = frozenset({"sites", "site_access", "users"})
# Each story begins with tries at these: they need much to be right, and all that follows depends on them.
OFTEN = ("look", "move") * 2
SEES_OWN = OF_PEOPLE | NARROWED | READ_BY_CLIENTS


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
        st.tuples(st.sampled_from(sorted([*ACTS, "accept"])), st.integers(0, 2**32)), min_size=6, max_size=11
    )
)
@settings(
    max_examples=10,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_nobody_sees_or_changes_a_row_outside_their_subtree(
    watch: Watch, steps: list[tuple[str, int]]
) -> None:
    story = await a_story()
    done: list[str] = []
    begun = [(name, steps[0][1] + number) for number, name in enumerate(OFTEN)]
    for name, seed in [*begun, *steps]:
        chance = random.Random(seed)
        if await happens(watch, story, name, chance):
            done.append(name)
        await sees_its_own(watch, story, chance)
        await cannot_write_elsewhere(watch, story, chance)
        await sees_a_client_by_its_leave(watch, story)


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


async def test_a_look_at_more_than_the_client_is_seen(watch: Watch) -> None:
    story, chance = await a_story(), random.Random(7)
    while not story.looks:
        await happens(watch, story, "look", chance)
    await sees_a_client_by_its_leave(watch, story)
    with watch.hole("sites", "SELECT"), pytest.raises(AssertionError, match="sees"):
        await sees_a_client_by_its_leave(watch, story)
    story.agreed.clear()
    with pytest.raises(AssertionError, match="looks at"):
        await sees_a_client_by_its_leave(watch, story)


async def test_a_hole_for_writing_is_found(watch: Watch) -> None:
    story, chance = await a_story(), random.Random(7)
    with watch.hole("memberships", "ALL"), pytest.raises(AssertionError, match="touched"):
        await cannot_write_elsewhere(watch, story, chance, "memberships")


async def happens(watch: Watch, story: Story, name: str, chance: random.Random) -> bool:
    """One step; whether it was allowed. Whatever it was, it changed nothing outside the actor's subtree."""
    everywhere = {one.id for one in story.organizations}
    # Mostly by somebody who may, on what is theirs: else little would ever happen.
    able = WHO_MAY[name] if chance.random() < 0.6 else frozenset(Role)
    kinds = frozenset({OrganizationKind.RESELLER} if name in OFTEN else OrganizationKind)
    viewer, home = story.viewer(chance, able, kinds=kinds)
    mine = story.below(home.id)
    theirs = [one for one in story.organizations if one.id in mine]
    where = chance.choice([*theirs * 3, *story.organizations])
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


async def sees_a_client_by_its_leave(watch: Watch, story: Story) -> None:
    """Whoever looks as a client sees it alone, and writes nothing; without its consent nobody does."""
    for look in story.looks:
        viewer = await look.viewer()
        if viewer is None or viewer.viewing is None:
            continue
        role = story.roles.get((look.agency.id, look.user_id))
        assert role in WHO_MAY["look"] and look.client.id in story.agreed, (
            f"{role} looks at {look.client.name}"
        )
        seen = await watch.seen_by(viewer)
        outside = {
            (table, organization)
            for table, organization in seen
            if organization != look.client.id
            and not (table in READ_BY_CLIENTS | {"users"} and organization == look.agency.id)
        }
        assert not outside, f"Who looks at {look.client.name} sees {outside}"
        with pytest.raises(OnlyReading):
            async with session(viewer) as db:
                await db.execute(text("UPDATE sites SET name = 'mine'"))


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
