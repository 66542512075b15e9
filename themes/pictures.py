"""Pictures from strangers, decoded and made anew: of a known kind and size, and with nothing else inside."""

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from tenancy.errors import Invalid
from tenancy.text import gettext as _
from themes.svg import harmless_svg, svg_as_png

LARGEST_UPLOAD_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000


class AssetKind(StrEnum):
    """What a picture is for."""

    LOGO_LIGHT = "logo_light"
    LOGO_DARK = "logo_dark"
    FAVICON = "favicon"
    SIGN_IN_PICTURE = "sign_in_picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be served. SVG has no size of its own."""

    content_type: str
    body: bytes


def made_anew(body: bytes, kind: AssetKind) -> Picture:
    """The picture as we keep it: SVG sanitised, all else re-encoded without metadata, as large as shown.

    Raises Invalid, in words for who chose the file. Takes up to a second: call it in a thread.
    """
    if not body:
        raise Invalid(_("That file is empty."), field=kind)
    if len(body) > LARGEST_UPLOAD_BYTES:
        raise Invalid(_("The file is larger than 5 MB."), field=kind)
    if _looks_like_svg(body):
        return Picture("image/svg+xml", harmless_svg(body, field=kind))
    picture = _decoded(body, kind)
    if kind is AssetKind.SIGN_IN_PICTURE:
        return Picture("image/webp", _as_webp(picture))
    if kind is AssetKind.FAVICON:
        return Picture("image/png", _as_png(_squared(_within(picture, 256, 256))))
    return Picture("image/png", _as_png(_within(picture, 960, 240)))


@lru_cache(maxsize=64)
def as_icon(picture: Picture) -> bytes:
    """An .ico of a favicon, with the three sizes that browsers and desktops ask for."""
    square = _squared(_opened(picture, 48))
    file = BytesIO()
    square.resize((48, 48), Image.Resampling.LANCZOS).save(file, "ICO", sizes=[(16, 16), (32, 32), (48, 48)])
    return file.getvalue()


@lru_cache(maxsize=64)
def as_touch_icon(picture: Picture, background: str) -> bytes:
    """The PNG that a phone puts on its home screen: 180 px, opaque, with room at the edge."""
    inner = _squared(_opened(picture, 132)).resize((132, 132), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (180, 180), background)
    canvas.paste(inner, (24, 24), inner)
    return _as_png(canvas)


@lru_cache(maxsize=64)
def as_png(picture: Picture, *, height: int) -> bytes:
    """For what shows no SVG (mail) and what wants pixels (PDF): at most that high."""
    if picture.content_type == "image/svg+xml":
        return svg_as_png(picture.body.decode(), height=height)
    return _as_png(_within(_opened(picture, height), 100_000, height))


_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "ICO")
_LARGEST_STORED_BYTES = 700 * 1024


def _looks_like_svg(body: bytes) -> bool:
    start = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and b"<svg" in body[:100_000]


def _decoded(body: bytes, kind: AssetKind) -> Image.Image:
    try:
        with Image.open(BytesIO(body), formats=_FORMATS) as picture:
            # Only the header has been read so far: a small file can unfold to gigabytes.
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid(
                    _("The picture has {width} by {height} pixels. Please make it smaller.").format(
                        width=picture.width, height=picture.height
                    ),
                    field=kind,
                )
            if min(picture.size) < 8:
                raise Invalid(_("The picture is too small to be seen."), field=kind)
            picture.draft("RGB", (2000, 2000))
            picture.load()
            return _plain(picture)
    except Invalid:
        raise
    except Image.DecompressionBombError:
        raise Invalid(_("The picture has too many pixels. Please make it smaller."), field=kind) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Invalid(
            _("That file cannot be read as a picture. Please choose a PNG, JPEG, WebP, GIF, ICO or SVG."),
            field=kind,
        ) from None


def _plain(picture: Image.Image) -> Image.Image:
    """Upright, in sRGB, with transparency where it has some, and without anything but its pixels."""
    upright = ImageOps.exif_transpose(picture)
    see_through = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    profile = upright.info.get("icc_profile")
    if profile and upright.mode in {"RGB", "RGBA", "CMYK"}:
        # A broken profile costs the exact shade, not the picture.
        with suppress(ImageCms.PyCMSError):
            upright = _in_srgb(upright, profile)
    converted = upright.convert("RGBA" if see_through else "RGB")
    bare = Image.new(converted.mode, converted.size)
    bare.paste(converted)
    return bare


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    given = ImageCms.ImageCmsProfile(BytesIO(profile))
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    return (
        ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"), outputMode=mode) or picture
    )


def _opened(picture: Picture, height: int) -> Image.Image:
    body = picture.body
    if picture.content_type == "image/svg+xml":
        body = svg_as_png(body.decode(), height=height)
    with Image.open(BytesIO(body), formats=_FORMATS) as opened:
        return opened.convert("RGBA")


def _within(picture: Image.Image, width: int, height: int) -> Image.Image:
    smaller = picture.copy()
    smaller.thumbnail((width, height), Image.Resampling.LANCZOS)
    return smaller


def _squared(picture: Image.Image) -> Image.Image:
    side = max(picture.size)
    square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return square


def _as_png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _as_webp(picture: Image.Image) -> bytes:
    """At most _LARGEST_STORED_BYTES, as fine as that allows."""
    for side, quality in ((2000, 82), (2000, 65), (1400, 65), (1000, 60), (700, 50)):
        file = BytesIO()
        _within(picture, side, side).save(file, "WEBP", quality=quality, method=4)
        if file.tell() <= _LARGEST_STORED_BYTES:
            break
    return file.getvalue()
