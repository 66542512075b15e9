"""Stored pictures: who gets them back, and how mail programs do."""

import re
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image

from tenancy.db import session
from tests.factories import a_viewer, make_client, make_reseller
from themes.assets import load_asset, picture_for_mail, store_asset
from themes.models import ThemeAsset
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


async def test_mail_programs_get_a_png_of_a_drawing_and_other_pictures_as_they_are(stack: object) -> None:
    agency, rival = await make_reseller(), await make_reseller()
    async with session(a_viewer(agency)) as db:
        drawing = await store_asset(db, agency.id, AssetKind.LOGO_LIGHT, SVG)
        picture = await store_asset(db, agency.id, AssetKind.LOGO_DARK, a_png())

    drawn, kept = await picture_for_mail(agency.id, drawing), await picture_for_mail(agency.id, picture)

    assert drawn is not None and kept is not None
    assert (drawn.content_type, drawn.body[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(drawn.body[20:24]) == 96
    stored = await load_asset(agency.id, picture)
    assert stored is not None
    assert kept.body == stored.body
    assert await picture_for_mail(rival.id, drawing) is None


@pytest.mark.parametrize(
    ("stored", "left"),
    [
        (
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script>'
            b'<filter id="slow"><feTurbulence numOctaves="9999"/></filter><a href="https://evil.example">'
            b'<path d="M0 0h1v1z" filter="url(#slow)" onload="alert(1)"/></a></svg>',
            b"<path",
        ),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', None),
    ],
)
async def test_what_was_stored_when_less_was_known_is_harmless_all_the_same(
    stack: object, stored: bytes, left: bytes | None
) -> None:
    agency = await make_reseller()
    digest = sha256(stored).hexdigest()
    async with session(a_viewer(agency)) as db:
        db.add(
            ThemeAsset(
                organization_id=agency.id,
                digest=digest,
                kind=AssetKind.LOGO_LIGHT,
                content_type="image/svg+xml",
                body=stored,
            )
        )

    asset, drawn = await load_asset(agency.id, digest), await picture_for_mail(agency.id, digest)

    assert (asset is None, drawn is None) == (left is None, left is None)
    if asset is not None and left is not None:
        assert left in asset.body
        assert not re.search(rb"script|filter|onload|evil|alert", asset.body)


def a_png() -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 20), "#aa3311").save(made, "PNG")
    return made.getvalue()
