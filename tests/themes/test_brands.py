"""A brand is saved in versions, one after the other; a client's own lies over its reseller's."""

from typing import Any

import pytest
from sqlalchemy import text

from tenancy import audit
from tenancy.audit import Search
from tenancy.db import session
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.organizations import get_organization
from tenancy.roles import Role
from tests.factories import MadeOrganization, a_viewer, make_client, make_direct, make_reseller, the_platform
from themes.assets import store_asset
from themes.brands import (
    Brand,
    BrandOutdated,
    brand_versions,
    get_brand,
    restore_brand,
    save_brand,
)
from themes.looks import merged, theme_for
from themes.pictures import AssetKind

pytestmark = pytest.mark.usefixtures("stack")

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'


async def brand_of(owner: MadeOrganization, by: MadeOrganization | None = None) -> Brand:
    viewer = a_viewer(by or owner)
    async with session(viewer) as db:
        return await get_brand(db, viewer, await get_organization(db, owner.public_id))


async def save(brand: Brand, by: MadeOrganization, **changes: Any) -> Brand:
    viewer = a_viewer(by)
    async with session(viewer) as db:
        return await save_brand(db, viewer, brand, {**brand.document, **changes})


async def history(brand: Brand, by: MadeOrganization) -> list[tuple[int, str, int | None]]:
    async with session(a_viewer(by)) as db:
        versions = await brand_versions(db, brand)
    return [(one.number, one.author, one.restored_from) for one in versions]


async def test_a_saved_brand_shows_at_once_and_one_can_go_back(stack: object) -> None:
    agency = await make_reseller(theme={"name": "Before", "primary_color": "#112233"})
    first = await brand_of(agency)
    assert (await theme_for(agency.id)).name == "Before"

    second = await save(first, agency, name="After", primary_color="#aa3311")

    assert (await theme_for(agency.id)).primary_color == "#aa3311"
    viewer = a_viewer(agency)
    async with session(viewer) as db:
        third = await restore_brand(db, viewer, second, first.version)
    assert (await theme_for(agency.id)).name == "Before"
    assert await history(third, agency) == [(3, "Nobody", 1), (2, "Nobody", None), (1, "", None)]
    async with session(viewer) as db:
        entries = await audit.entries(db, viewer, Search())
    assert [entry.action for entry in entries] == ["brand.restored", "brand.changed"]
    assert entries[1].details == {"version": 2, "changed": entries[1].details["changed"]}
    assert {"name", "primary_color"} <= set(entries[1].details["changed"])


async def test_an_agency_without_a_brand_begins_with_its_first_version(stack: object) -> None:
    agency = await make_reseller()
    saved = await save(await brand_of(agency), agency, radius=4)
    assert await history(saved, agency) == [(1, "Nobody", None)]
    assert (await brand_of(agency)).document["name"] == agency.name


@pytest.mark.parametrize("theme", [None, {"name": "Before"}])
async def test_who_saves_over_somebody_else_is_told(theme: dict[str, str] | None) -> None:
    agency = await make_reseller(theme=theme)
    kims, lees = await brand_of(agency), await brand_of(agency)
    await save(kims, agency, name="Kim's")

    with pytest.raises(BrandOutdated, match="Nobody saved version"):
        await save(lees, agency, name="Lee's")

    assert (await theme_for(agency.id)).name == "Kim's"
    await save(await brand_of(agency), agency, name="Lee's")
    assert (await theme_for(agency.id)).name == "Lee's"


async def test_only_pictures_of_ones_own_can_be_shown(stack: object) -> None:
    agency, other = await make_reseller(), await make_reseller()
    async with session(a_viewer(other)) as db:
        digest = await store_asset(db, other.id, AssetKind.LOGO_LIGHT, SVG)
    brand = await brand_of(agency)
    with pytest.raises(Invalid) as refused:
        await save(brand, agency, logo_light=digest)
    assert refused.value.field == "logo_light"


async def test_pictures_that_no_version_shows_are_forgotten_after_a_day(stack: object) -> None:
    agency = await make_reseller()
    async with session(a_viewer(agency)) as db:
        used = await store_asset(db, agency.id, AssetKind.LOGO_LIGHT, SVG)
        await store_asset(db, agency.id, AssetKind.LOGO_LIGHT, SVG.replace(b"h1", b"h2"))
        await db.execute(text("UPDATE theme_assets SET created_at = now() - interval '2 days'"))
        fresh = await store_asset(db, agency.id, AssetKind.LOGO_LIGHT, SVG.replace(b"h1", b"h3"))
    brand = await save(await brand_of(agency), agency, logo_light=used)
    brand = await save(brand, agency, logo_light=None)
    async with session(a_viewer(agency)) as db:
        left = set(await db.scalars(text("SELECT digest FROM theme_assets")))
    assert left == {used, fresh}


async def test_the_script_is_still_found_under_its_former_names(stack: object) -> None:
    agency = await make_reseller()
    brand = await save(await brand_of(agency), agency, script_file="one.js")
    brand = await save(brand, agency, script_file="two.js")
    viewer = a_viewer(agency)
    async with session(viewer) as db:
        brand = await restore_brand(db, viewer, brand, 1)
    theme = await theme_for(agency.id)
    assert (theme.script_file, theme.former_script_files) == ("one.js", ("two.js",))
    with pytest.raises(Invalid):
        await save(brand, agency, script_file="ih.js")


async def test_a_clients_own_lies_over_its_resellers(stack: object) -> None:
    agency = await make_reseller(theme={"name": "Agency", "primary_color": "#112233", "radius": 3})
    client = await make_client(agency)

    await save(await brand_of(client, by=agency), agency, primary_color="#aa3311")

    theme = await theme_for(client.id)
    assert (theme.name, theme.primary_color, theme.radius) == ("Agency", "#aa3311", 3)
    await save(await brand_of(agency), agency, radius=20, primary_color="#445566")
    theme = await theme_for(client.id)
    assert (theme.primary_color, theme.radius) == ("#aa3311", 20)
    assert (await theme_for(agency.id)).primary_color == "#445566"
    with pytest.raises(Invalid, match="everything else is yours"):
        await save(await brand_of(client, by=agency), agency, radius=4)


async def test_a_clients_people_set_their_look_where_their_agency_lets_them(stack: object) -> None:
    agency = await make_reseller(theme={"name": "Agency"})
    client = await make_client(agency)
    with pytest.raises(Forbidden):
        await brand_of(client)

    await save(await brand_of(agency), agency, clients_may_brand=True)

    brand = await brand_of(client)
    assert brand.theme({}).name == "Agency"
    await save(brand, client, primary_color="#aa3311")
    assert (await theme_for(client.id)).primary_color == "#aa3311"
    with pytest.raises(NotFound):
        await brand_of(agency, by=client)


async def test_members_and_direct_customers_have_no_say_in_it(stack: object) -> None:
    agency, direct = await make_reseller(), await make_direct()
    member = a_viewer(agency, Role.MEMBER)
    with pytest.raises(Forbidden):
        async with session(member) as db:
            await get_brand(db, member, await get_organization(db, agency.public_id))
    platform = await the_platform()
    with pytest.raises(Forbidden):
        await brand_of(direct, by=platform)
    assert (await theme_for(direct.id)).names_platform


def test_a_clients_logo_never_stands_beside_its_resellers() -> None:
    realm = {"name": "Agency", "logo_light": "a" * 64, "logo_dark": "b" * 64, "favicon": "c" * 64}
    assert merged(realm, {"logo_light": "d" * 64}) == {
        "name": "Agency", "logo_light": "d" * 64, "favicon": "c" * 64,
    }  # fmt: skip
    assert merged(realm, {"name": "Shop"}) == {**realm, "name": "Shop"}
    assert merged(realm, {"radius": 3, "powered_by": True, "name": None}) == realm
    assert merged(None, None) is None
