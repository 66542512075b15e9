"""What people do in the stories about subtrees: each act says what it changed, once it has worked."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from analytics.shared_links import LinkTerms, create_link, revoke_link
from tenancy.api_keys import Scope, create_api_key, revoke_api_key
from tenancy.db import system_session
from tenancy.domain_setup import claim_domain, make_primary, remove_domain
from tenancy.domains import Purpose
from tenancy.invites import invite
from tenancy.login import start_session
from tenancy.members import change_role, change_sites, leave, remove_member, transfer_ownership
from tenancy.organizations import create_client, get_organization
from tenancy.roles import Role
from tenancy.site_moves import move_site
from tenancy.sites import create_site, delete_site, update_site
from tenancy.viewings import allow_viewing, begin_viewing
from tests.factories import host_of, info_of, unique
from tests.tenancy.subtrees import Happened, Look, Step
from themes.brands import get_brand, restore_brand, save_brand

_O, _A, _M = Role.OWNER, Role.ADMIN, Role.MEMBER
WHO_MAY: dict[str, frozenset[Role]] = {
    **dict.fromkeys(("site", "rename", "delete", "link", "unlink"), frozenset({_O, _A, _M})),
    **dict.fromkeys(("invite", "role", "sites", "remove", "key", "unkey", "brand"), frozenset({_O, _A})),
    **dict.fromkeys(("client", "domain", "primary", "undomain"), frozenset({_O, _A})),
    **dict.fromkeys(("move", "agree", "look"), frozenset({_O, _A})),
    "transfer": frozenset({_O}),
    **dict.fromkeys(("leave", "accept"), frozenset(Role)),
}


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


async def hand_site_on(at: Step) -> Happened:
    """From wherever it is, mostly below the actor, to `where`."""
    below = at.story.below(at.viewer.organization_id)
    mine = [site for site in at.story.sites if site.organization_id in below]
    site = at.chance.choice([*mine * 4, *at.story.sites])
    number = at.story.sites.index(site)
    moved = await move_site(at.db, at.viewer, site, info_of(at.where), keep_links=at.chance.random() < 0.5)
    return lambda: at.story.sites.__setitem__(number, moved.site)


async def agree(at: Step) -> Happened:
    """Their own organisation's decision, the other way round from what it was."""
    where = at.viewer.organization_id
    allowed = where not in at.story.agreed
    await allow_viewing(at.db, at.viewer, allowed)
    return lambda: at.story.agreed.add(where) if allowed else at.story.agreed.discard(where)


async def look(at: Step) -> Happened:
    """At a client's pages, as it sees them, in a browser of their own."""
    agency = at.story.organization(at.viewer.organization_id)
    async with system_session(reason="test") as db:
        viewer, token = await start_session(db, await host_of(agency), at.viewer.user_id, agency.id)
    await begin_viewing(viewer, at.where.public_id)
    looking = Look(token, at.viewer.user_id, agency, at.where)
    seen = await looking.viewer()
    assert seen is not None and seen.viewing is not None
    return lambda: at.story.looks.append(looking)


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
    "move": hand_site_on,
    "look": look,
    "agree": agree,
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
