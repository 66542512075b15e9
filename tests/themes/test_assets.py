"""Stored pictures: who gets them back."""

from tenancy.db import session
from tests.factories import a_viewer, make_client, make_reseller
from themes.assets import load_asset, store_asset
from themes.pictures import AssetKind

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'


async def test_a_picture_is_given_back_by_its_digest_and_to_its_own_realm(stack: object) -> None:
    northwind, fernhill = await make_reseller(), await make_reseller()
    client = await make_client(northwind)
    async with session(a_viewer(northwind)) as db:
        for owner in (northwind, client):
            digest = await store_asset(db, owner.id, AssetKind.FAVICON, SVG)
            assert await store_asset(db, owner.id, AssetKind.FAVICON, SVG) == digest
    for _time in range(2):  # from the database, then from memory
        asset = await load_asset(northwind.id, digest)
        assert asset is not None
        assert b"<path" in asset.body
        assert asset.content_type == "image/svg+xml"
    assert await load_asset(fernhill.id, digest) is None
