"""Uploaded pictures: what comes out of them, and what never does."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tenancy.errors import Invalid
from themes.pictures import AssetKind, Picture, as_icon, as_png, as_touch_icon, made_anew
from themes.svg import harmless_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{}</svg>'
SQUARE = '<rect width="8" height="8" fill="#a8472a"/>'


def encoded(form: str, mode: str = "RGB", size: tuple[int, int] = (64, 32), **options: Any) -> bytes:
    file = BytesIO()
    Image.new(mode, size, 120 if len(mode) == 1 else "orange").save(file, form, **options)
    return file.getvalue()


def opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.body))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "ICO"])
@pytest.mark.parametrize("kind", AssetKind)
def test_every_kind_of_picture_becomes_one_of_ours(form: str, kind: AssetKind) -> None:
    picture = made_anew(encoded(form), kind)
    assert picture.content_type == ("image/webp" if kind is AssetKind.SIGN_IN_PICTURE else "image/png")
    if kind is AssetKind.FAVICON:
        assert opened(picture).width == opened(picture).height


def test_nothing_but_the_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at 52.5 N 13.4 E"
    for body in (
        encoded("JPEG", exif=exif, comment=b"secret") + b"<script>alert(1)</script>",
        encoded("PNG", exif=exif) + b"PK\x03\x04 a zip behind the picture",
    ):
        for kind in AssetKind:
            kept = made_anew(body, kind).body
            assert not any(
                trace in kept for trace in (b"52.5", b"secret", b"<script", b"PK\x03\x04", b"Exif")
            )


def test_a_picture_is_turned_upright_before_its_note_about_that_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = opened(made_anew(encoded("JPEG", size=(200, 40), exif=exif), AssetKind.LOGO_LIGHT))
    assert picture.size == (40, 200)


def test_what_is_see_through_stays_so() -> None:
    file = BytesIO()
    Image.new("RGBA", (50, 20), (0, 0, 0, 0)).save(file, "PNG")
    assert opened(made_anew(file.getvalue(), AssetKind.LOGO_DARK)).getpixel((3, 3)) == (0, 0, 0, 0)


def test_pictures_are_no_larger_than_they_are_shown() -> None:
    huge = encoded("JPEG", size=(4000, 3000))
    assert opened(made_anew(huge, AssetKind.LOGO_LIGHT)).height == 240
    assert opened(made_anew(huge, AssetKind.SIGN_IN_PICTURE)).width == 2000
    assert opened(made_anew(huge, AssetKind.FAVICON)).size == (256, 256)


def test_a_noisy_photograph_still_fits_where_it_is_stored() -> None:
    photograph = BytesIO()
    Image.effect_noise((2400, 1600), 90).convert("RGB").save(photograph, "JPEG", quality=60)
    assert len(made_anew(photograph.getvalue(), AssetKind.SIGN_IN_PICTURE).body) < 1024 * 1024


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"hello", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n....", "cannot be read"),
        (encoded("PNG")[:60], "cannot be read"),
        (b"<html><body>svg</body></html>", "cannot be read"),
        (b"\x00" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (encoded("PNG", "1", (9000, 9000)), "Please make it smaller"),
        (encoded("PNG", "1", (20000, 20000)), "Please make it smaller"),
        (encoded("PNG", size=(3, 3)), "too small"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        made_anew(body, AssetKind.LOGO_LIGHT)
    assert words in refused.value.message
    assert refused.value.field == "logo_light"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onclick="alert(1)" width="1" height="1"/>',
        '<a href="javascript:alert(1)" xlink:href="javascript:alert(1)"><circle r="1"/></a>',
        '<image href="https://elsewhere.test/x.png"/><image href="/brand/x"/><use href="//elsewhere.test"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zy8+"/><image href="data:text/html,alert(1)"/>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><img src='x' onerror='alert(1)'/></body>"
        "</foreignObject>",
        '<style>@import "https://elsewhere.test/x.css";</style>',
        "<style>rect{fill:url(https://elsewhere.test/x)}</style>",
        '<rect style="background:url(//elsewhere.test/x)" fill="url(https://elsewhere.test/#a)"/>',
        '<use href="https://elsewhere.test/x.svg#a"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/><set attributeName="onclick" to="x"/>',
        "<iframe src='https://elsewhere.test'/><embed src='x'/><audio src='https://elsewhere.test/x'/>",
    ],
)
def test_what_could_act_is_taken_out_of_an_svg_and_the_drawing_stays(inside: str) -> None:
    drawing = SVG.replace("viewBox", 'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox')
    kept = harmless_svg(drawing.format(SQUARE + inside).encode(), field="logo_light").decode().lower()
    assert 'fill="#a8472a"' in kept
    for trace in (
        *("alert", "elsewhere", "script", "onclick", "onerror", "foreignobject", "iframe", "embed", "audio"),
        *("@import", "animate", "<set", "/brand/", "data:text", "svg+xml"),
    ):
        assert trace not in kept, trace


def test_gradients_styles_and_embedded_pictures_of_a_logo_stay() -> None:
    dot = f"data:image/png;base64,{b64encode(encoded('PNG', size=(1, 1))).decode()}"
    logo = SVG.format(
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/></linearGradient></defs>'
        "<style>.b{fill:url(#g);opacity:.9}</style>"
        f'<rect class="b" width="9" height="9"/><image href="{dot}" width="1" height="1"/><use href="#x"/>'
    )
    kept = harmless_svg(logo.encode(), field="logo_light").decode()
    for part in ("linearGradient", "fill:url(#g)", dot, 'href="#x"'):
        assert part in kept


def test_a_drawing_programs_dtd_and_entities_are_no_obstacle() -> None:
    logo = (
        b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd" ['
        b'<!ENTITY ns_svg "http://www.w3.org/2000/svg"> <!ENTITY ns_ai "http://ns.adobe.com/AI/10.0/">]>'
        b'<svg xmlns="&ns_svg;" width="40" height="20"><switch><foreignObject/><g><path d="M0 0h9v9z"/></g>'
        b"</switch></svg>"
    )
    kept = harmless_svg(logo, field="logo_light").decode()
    assert "<path" in kept
    assert 'viewBox="0 0 40 20"' in kept
    assert "ENTITY" not in kept


@pytest.mark.parametrize(
    "body",
    [
        "<svg",
        SVG.format(""),
        SVG.format("<script>alert(1)</script>"),
        '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>',
        '<!DOCTYPE svg [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]>' + SVG.format("<text>&b;</text>"),
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG.format("<text>&a;</text>"),
        f'<!DOCTYPE svg [<!ENTITY a "{"x" * 200}">]>' + SVG.format("&a;" * 20_000),
        SVG.format("<!-- " + "x" * 600_000 + " -->"),
    ],
)
def test_an_svg_without_a_drawing_is_refused(body: str) -> None:
    with pytest.raises(Invalid):
        harmless_svg(body.encode(), field="logo_light")


@pytest.mark.parametrize("body", [encoded("PNG", size=(256, 256)), SVG.format(SQUARE).encode()])
def test_a_favicon_has_the_sizes_that_are_asked_for(body: bytes) -> None:
    picture = made_anew(body, AssetKind.FAVICON)
    with Image.open(BytesIO(as_icon(picture))) as icon:
        assert icon.format == "ICO"
        assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    with Image.open(BytesIO(as_touch_icon(picture, "#ffffff"))) as touch:
        assert (touch.size, touch.mode) == ((180, 180), "RGB")


def test_a_drawing_becomes_pixels_for_what_shows_no_drawings() -> None:
    with Image.open(
        BytesIO(as_png(made_anew(SVG.format(SQUARE).encode(), AssetKind.LOGO_LIGHT), height=80))
    ) as png:
        assert (png.format, png.height) == ("PNG", 80)


def nested(kind: str, part: str) -> str:
    """Ten levels of a definition, each of which uses the one before nine times."""
    levels = [f'<{kind} id="d0"><path d="M0 0h9v9z"/></{kind}>']
    levels += [
        f'<{kind} id="d{level}">{part.replace("?", f"d{level - 1}") * 9}</{kind}>' for level in range(1, 10)
    ]
    return "".join(levels) + part.replace("?", "d9")


@pytest.mark.parametrize(
    "inside",
    [
        nested('pattern width="9" height="9"', '<path d="M0 0h9v9z" fill="url(#?)"/>').replace(
            '</pattern width="9" height="9">', "</pattern>"
        ),
        nested("mask", '<path d="M0 0h9v9z" mask="url(#?)"/>'),
        nested("clipPath", '<path d="M0 0h9v9z" style="clip-path:url(#?)"/>'),
        nested("g", '<use href="#?"/>'),
        "<style>.a{fill:url(#d9)}</style>" + nested("mask", '<path d="M0 0h9v9z" mask="url(#?)"/>'),
        "<g>" * 5000 + SQUARE + "</g>" * 5000,
        SQUARE * 50_000,
    ],
)
def test_a_small_svg_that_would_take_forever_to_paint_is_refused(inside: str) -> None:
    with pytest.raises(Invalid, match=r"nested parts|larger than"):
        made_anew(SVG.format(inside).encode(), AssetKind.LOGO_LIGHT)


def test_filters_are_left_out_and_what_they_are_on_stays() -> None:
    filters = '<filter id="f">' + '<feMorphology operator="dilate" radius="1000000"/>' * 20 + "</filter>"
    on = f'<g filter="url(#f)">{SQUARE}</g><g style="opacity:1;filter:url(#f)">{SQUARE}</g>'
    kept = made_anew(SVG.format(filters + on).encode(), AssetKind.LOGO_LIGHT).body.decode()
    assert "filter" not in kept and "feMorphology" not in kept
    assert "opacity:1" in kept
    assert kept.count("<rect") == 2


def test_a_drawing_of_many_parts_that_share_a_few_is_taken() -> None:
    parts = '<linearGradient id="g"><stop stop-color="#a31"/></linearGradient>'
    parts += '<clipPath id="c"><path d="M0 0h9v9z"/></clipPath>'
    parts += "<style>.a{fill:url(#g)}</style>"
    parts += '<path class="a" clip-path="url(#c)" d="M0 0h9v9z"/>' * 900
    assert made_anew(SVG.format(parts).encode(), AssetKind.LOGO_LIGHT).content_type == "image/svg+xml"
