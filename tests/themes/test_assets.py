"""Uploaded pictures: what is taken, what is refused, who gets them back."""

import pytest

from tenancy.db import session
from tenancy.errors import Invalid
from tests.factories import a_viewer, make_reseller
from themes.assets import (
    LARGEST_BYTES,
    AssetKind,
    load_asset,
    picture_for_mail,
    picture_type,
    store_asset,
)

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">{}</svg>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff...", "image/jpeg"),
        (b"RIFF....WEBP", "image/webp"),
        (SVG.format('<path d="M0 0"/><use href="#a"/>').encode(), "image/svg+xml"),
    ],
)
def test_the_type_is_read_from_the_bytes(body: bytes, content_type: str) -> None:
    assert picture_type(body, field=AssetKind.FAVICON) == content_type


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onclick="alert(1)"/>',
        '<a href="javascript:alert(1)"/>',
        '<image href="https://elsewhere.test/x.png"/>',
        "<foreignObject/>",
    ],
)
def test_an_svg_that_could_act_is_refused(inside: str) -> None:
    with pytest.raises(Invalid):
        picture_type(SVG.format(inside).encode(), field=AssetKind.LOGO_LIGHT)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<html/>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>',
        b"\x89PNG\r\n\x1a\n" * LARGEST_BYTES,
    ],
)
def test_what_is_no_picture_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        picture_type(body, field=AssetKind.LOGO_LIGHT)


async def test_a_picture_is_given_back_by_its_digest_and_to_its_own_organisation(stack: object) -> None:
    northwind, fernhill = await make_reseller(), await make_reseller()
    body = SVG.format('<path d="M0 0h1v1z"/>').encode()
    async with session(a_viewer(northwind)) as db:
        digest = await store_asset(db, northwind.id, AssetKind.FAVICON, body)
        assert await store_asset(db, northwind.id, AssetKind.FAVICON, body) == digest
    for _time in range(2):  # from the database, then from memory
        asset = await load_asset(northwind.id, digest)
        assert asset is not None
        assert (asset.body, asset.content_type) == (body, "image/svg+xml")
    assert await load_asset(fernhill.id, digest) is None


async def test_mail_programs_get_a_png_of_a_drawing_and_other_pictures_as_they_are(
    stack: dict[str, str],
) -> None:
    agency, rival = await make_reseller(), await make_reseller()
    png = b"\x89PNG\r\n\x1a\n and more"
    async with session(a_viewer(agency)) as db:
        drawing = await store_asset(
            db, agency.id, AssetKind.LOGO_LIGHT, SVG.format('<path d="M0 0h1v1H0z"/>').encode()
        )
        picture = await store_asset(db, agency.id, AssetKind.LOGO_DARK, png)

    drawn, kept = await picture_for_mail(agency.id, drawing), await picture_for_mail(agency.id, picture)

    assert drawn is not None and kept is not None
    assert (drawn.content_type, drawn.body[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(drawn.body[20:24]) == 96
    assert kept.body == png
    assert await picture_for_mail(rival.id, drawing) is None
