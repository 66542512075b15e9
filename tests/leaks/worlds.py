"""Agencies that have some of everything, each with names of its own, so that any word of one is a trace in
another; and a neighbour with a row in every table there is."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import text

from analytics.shared_links import LinkTerms, create_link
from tenancy.account_links import Purpose, issue_link
from tenancy.db import session, system_session
from tenancy.domain_preview import preview_token
from tenancy.invites import invite
from tenancy.members import change_sites, list_members
from tenancy.organizations import get_organization
from tenancy.roles import Role, roles_of
from tenancy.settings import settings
from tenancy.sites import Site
from tests.analytics.worlds import ARRIVAL, Step, Visit, store
from tests.factories import (
    MadeOrganization,
    MadeUser,
    a_viewer,
    info_of,
    make_client,
    make_domain,
    make_key,
    make_reseller,
    make_site,
    make_user,
    unique,
    viewer_of,
)
from tests.leaks.traces import Traces, words_of
from tests.portal.test_isolation import Route, a_victim
from tests.tenancy.conftest import Owner, plain
from tests.tenancy.test_isolation import Rows, tenant_tables
from themes.assets import store_asset
from themes.brands import get_brand, save_brand
from themes.emails import TwoFactorOn, send_mail
from themes.pictures import AssetKind

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} 30"><rect width="{size}" height="30"'
    ' fill="#a31"/></svg>'
)
# What a client's people see of the agency above: who and how it is, and whoever acted for them.
_SHOWN_TO_CLIENTS = {"organizations", "themes", "theme_versions", "theme_assets", "domains", "users"}
# Parameters of addresses that take one of a few words: all of them are asked for.
_WORDS = {
    "view": ("dashboard", "sign-in", "mail", "pdf"),
    "form": ("png", "pdf"),
    "code": ("en", "de"),
    "_rest": ("realtime", "install", "sharing"),
}


@dataclass(frozen=True)
class Agency:
    """A reseller with two clients, whose people have every role; ids and tokens are of its own things."""

    organization: MadeOrganization
    clients: tuple[MadeOrganization, MadeOrganization]
    people: dict[tuple[str, Role], MadeUser]
    """By level, "agency" or "client" (the first one), and role."""
    ids: dict[str, tuple[str, ...]]
    tokens: dict[str, tuple[str, ...]]
    """What opens an address with a {token}, by the address."""
    sites: tuple[Site, Site]
    """Both of the first client; its viewer may see the first alone."""

    def addresses(self, route: Route, most: int = 99) -> list[str]:
        """The addresses of a route, with all that this agency has to put into them; or the first `most`."""
        choices: list[dict[str, str]] = [{}]
        for name in route.names:
            known = self.tokens if name == "token" else self.ids
            key = route.path if name == "token" else name
            assert key in known, f"{route.path}: say in tests/leaks/worlds.py what {key} is"
            choices = [{**chosen, name: value} for chosen in choices for value in known[key][:most]]
        return [route.address(chosen) for chosen in choices]


async def an_agency(name: str) -> Agency:
    """A new one; its names begin with `name`, and its platform is not mentioned."""
    agency = await make_reseller(
        unique(name.lower()),
        theme={
            "name": f"{name} Data",
            "support_email": f"help@{name.lower()}.example",
            "support_url": f"https://{name.lower()}.example/help",
            "sign_in_text": f"Welcome to {name}",
            "footer_links": [{"words": f"{name} imprint", "url": f"https://{name.lower()}.example/imprint"}],
            "script_file": f"{name.lower()}.js",
            "script_global": name.lower(),
            "powered_by": False,
        },
    )
    first = await a_victim(agency)
    client, second = first.organization, await make_client(agency, unique(f"{name} Second"))
    people = await _people(agency, client, name)
    domain = first.ids["domain"]
    async with session(a_viewer(agency)) as db:
        site = await _site_of(db, first.ids["site_id"])
    other_site = await make_site(client, f"{unique(name.lower())}-two.example", name=unique(f"{name} Two"))
    await _only(people["client", Role.VIEWER], client, site)
    digest = await _logos(agency, name)
    now = datetime.now(UTC) - timedelta(hours=1)
    for one in (site, other_site, await make_site(second, name=unique(f"{name} Third"))):
        path = f"/{unique(f'{name.lower()}-page')}"
        store([Visit(one, "Kim", now, (Step(0, path),), {**ARRIVAL, "source": unique(f"{name} Letter")})])
    portal = await make_domain(agency, f"{unique('portal')}.{name.lower()}.example.com")
    tokens = await _tokens(agency, client, site, people, name)
    tokens["/preview/{token}"] = tuple(preview_token(one) for one in (portal.id,))
    ids = {key: _WORDS.get(key, (value,)) for key, value in first.ids.items()}
    ids |= {
        **_WORDS,
        "organization": (client.public_id, second.public_id),
        "domain": (domain, str(portal.id)),
        "digest": (digest,),
        "site_id": (site.public_id, other_site.public_id),
    }
    return Agency(agency, (client, second), people, ids, tokens, (site, other_site))


class Belongings:
    """The words that are an organisation's own, read from every table there is."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._tables = tenant_tables(owner)

    def of(self, *organizations: MadeOrganization, but: Iterable[str] = ()) -> frozenset[str]:
        """All of these organisations' words, except for those in the tables `but`."""
        ids = [one.id for one in organizations]
        rows = [("organizations", row) for row in self._rows("organizations", "id", ids)]
        for table in self._tables:
            rows += [(table, row) for row in self._rows(table, "organization_id", ids)]
        members = [row["user_id"] for table, row in rows if table == "memberships"]
        rows += [("users", row) for row in self._rows("users", "id", members)]
        return frozenset(
            word
            for table, row in rows
            if table not in but
            for value in row.values()
            for word in words_of(value)
        )

    def of_site(self, site: Site) -> frozenset[str]:
        """The words of one site."""
        return frozenset(
            word
            for row in self._rows("sites", "id", [site.id])
            for column in ("id", "public_id", "name", "domain", "tracking_id")
            for word in words_of(row[column])
        )

    def of_neighbour(self, neighbour: MadeOrganization) -> frozenset[str]:
        """Whoever has a row in every table, filled with words of its own; makes those rows."""
        rows = Rows(self._owner)
        for table in self._tables:
            rows.of(table, neighbour.id)
        # The rest are words that rows of everybody have: roles, states, languages.
        return frozenset(word for word in self.of(neighbour) if "row-" in word or len(word) in {32, 36})

    def _rows(self, table: str, column: str, ids: Sequence[object]) -> Iterator[dict[str, object]]:
        query = sql.SQL("SELECT * FROM {} WHERE {} = ANY (%s)").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        with self._owner.cursor(row_factory=dict_row) as cursor:
            yield from cursor.execute(query, [ids])


@dataclass(frozen=True)
class TwoAgencies:
    """What each of them, and everybody in them, may not see."""

    one: Agency
    other: Agency
    foreign: dict[str, frozenset[str]]
    """By an agency's slug: the words of the other one and of the neighbour."""
    above: dict[str, frozenset[str]]
    """By an agency's slug: what its first client may not see of it and of its second client."""
    hidden: dict[str, frozenset[str]]
    """By an agency's slug: the site that the client's viewer was not given."""

    def traces(self, agency: Agency, level: str = "agency", role: Role | None = None) -> Traces:
        """What nobody of this level and role may see on the agency's host."""
        slug = agency.organization.slug
        needles = self.foreign[slug]
        if level == "client":
            needles |= self.above[slug]
            if role is Role.VIEWER:
                needles |= self.hidden[slug]
        return Traces(frozenset({settings().platform_host}), needles)


async def two_agencies() -> TwoAgencies:
    """Two of them on one installation, and a neighbour whom none of them has heard of."""
    one, other = await an_agency("Zephyrine"), await an_agency("Quillfeather")
    with owner_connection() as owner:
        belongings = Belongings(owner)
        neighbour = belongings.of_neighbour(await make_reseller())
        whole = {agency.organization.slug: belongings.of(*_all(agency)) for agency in (one, other)}
        above = {
            agency.organization.slug: (
                belongings.of(agency.clients[1]) | belongings.of(agency.organization, but=_SHOWN_TO_CLIENTS)
            )
            - belongings.of(agency.clients[0])
            - belongings.of(agency.organization, but=set(tenant_tables(owner)) - _SHOWN_TO_CLIENTS)
            for agency in (one, other)
        }
        hidden = {agency.organization.slug: belongings.of_site(agency.sites[1]) for agency in (one, other)}
        # What two strangers have in common is a word of the product's.
        common = whole[one.organization.slug] & whole[other.organization.slug]
        above = {slug: words - common for slug, words in above.items()}
    first, second = one.organization.slug, other.organization.slug
    marks = {first: frozenset({"zephyrine"}), second: frozenset({"quillfeather"})}
    foreign = {
        first: (whole[second] - whole[first]) | neighbour | marks[second],
        second: (whole[first] - whole[second]) | neighbour | marks[first],
    }
    return TwoAgencies(one, other, foreign, above, hidden)


@contextmanager
def owner_connection() -> Iterator[Owner]:
    """A superuser's connection."""
    with psycopg.connect(plain(settings().database_owner_url), autocommit=True) as connection:
        yield connection


def _all(agency: Agency) -> tuple[MadeOrganization, ...]:
    return (agency.organization, *agency.clients)


async def _people(
    agency: MadeOrganization, client: MadeOrganization, name: str
) -> dict[tuple[str, Role], MadeUser]:
    people = {}
    for level, organization in (("agency", agency), ("client", client)):
        for role in sorted(roles_of(organization.kind)):
            email = f"{unique(role)}@{name.lower()}.example"
            people[level, role] = await make_user(
                organization, role, email, name=f"{name} {level.title()} {role.title()}"
            )
    return people


async def _site_of(db: object, public_id: str) -> Site:
    from tenancy.sites import get_site

    return await get_site(db, public_id)  # type: ignore[arg-type]


async def _only(user: MadeUser, client: MadeOrganization, site: Site) -> None:
    """From now on they see this site alone."""
    viewer = a_viewer(client)
    async with session(viewer) as db:
        [member] = [one for one in await list_members(db, viewer, info_of(client)) if one.user_id == user.id]
        await change_sites(db, viewer, info_of(client), member.user_id, [site])


async def _logos(agency: MadeOrganization, name: str) -> str:
    """Saves a brand with an own logo and favicon; the digest of the logo."""
    viewer = a_viewer(agency)
    async with session(viewer) as db:
        logo = LOGO.format(size=60 + len(name)).encode()
        light = await store_asset(db, agency.id, AssetKind.LOGO_LIGHT, logo)
        brand = await get_brand(db, viewer, await get_organization(db, agency.public_id))
        await save_brand(db, viewer, brand, {**brand.document, "logo_light": light})
    return light


async def _tokens(
    agency: MadeOrganization,
    client: MadeOrganization,
    site: Site,
    people: dict[tuple[str, Role], MadeUser],
    name: str,
) -> dict[str, tuple[str, ...]]:
    """Links of every kind, and what else there is of an organisation's own: keys, and mail that waits."""
    owner = viewer_of(people["agency", Role.OWNER])
    async with session(owner) as db:
        terms = LinkTerms(title=unique(f"{name} numbers"), free_period=True)
        shown = [
            await create_link(db, owner, terms, organization_id=client.id, site=site),
            await create_link(db, owner, terms, organization_id=client.id, site=site, password="open-sesame"),
            await create_link(db, owner, LinkTerms(), organization_id=client.id),
        ]
        sent = await invite(
            db, owner, info_of(client), email=f"{unique('guest')}@{name.lower()}.example", role=Role.MEMBER
        )
        await send_mail(
            db, agency.id, f"{unique('kept')}@{name.lower()}.example", TwoFactorOn(datetime.now(UTC))
        )
    for organization in (agency, client):
        await make_key(organization)
    links = {}
    async with system_session(reason="test") as db:
        for path, purpose in (
            ("/confirm/{token}", Purpose.CONFIRM_EMAIL),
            ("/reset/{token}", Purpose.RESET_PASSWORD),
            ("/email/{token}", Purpose.CHANGE_EMAIL),
        ):
            user = people["client", Role.BILLING]
            links[path] = (await issue_link(db, user.id, purpose, user.email),)
        # They are looked at until the last test, on a slow machine for longer than an hour.
        longer = text("UPDATE account_links SET expires_at = now() + interval '1 day' WHERE user_id = :id")
        await db.execute(longer, {"id": user.id})
    return {
        **links,
        "/share/{token}": tuple(link.token for link in shown),
        "/invite/{token}": (sent.path.removeprefix("/invite/"),),
    }
