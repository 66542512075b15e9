"""SVG from strangers, made harmless by an allow-list, and drawn as pixels where no SVG can be shown."""

import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import py_svg_hush
import resvg_py
from PIL import Image

from tenancy.errors import Invalid
from tenancy.text import gettext as _
from themes.svg_cost import unfolded_cost

FONTS = Path(__file__).parent / "fonts"
LARGEST_SVG_BYTES = 512 * 1024


def harmless_svg(body: bytes, *, field: str) -> bytes:
    """The drawing alone: no scripts, events, links, foreign elements, movement or files from elsewhere.

    Raises Invalid for what is no SVG, or has nothing left to see.
    """
    if len(body) > LARGEST_SVG_BYTES:
        raise Invalid(_("The SVG is larger than 512 KB. Please save it with fewer points."), field=field)
    if _is_a_maze(body):
        raise Invalid(_too_much(), field=field)
    try:
        filtered = py_svg_hush.filter_svg(_self_contained(body), keep_data_url_mime_types=_EMBEDDED)
        root = ElementTree.fromstring(filtered)  # noqa: S314  without a DTD, which the filter drops
    except (ValueError, ElementTree.ParseError):
        raise Invalid(_("That SVG cannot be read. Please save it again as plain SVG."), field=field) from None
    _take_out(root)
    if unfolded_cost(root) > _MOST_WORK:
        raise Invalid(_too_much(), field=field)
    if root.get("viewBox") is None:
        _give_view_box(root, field)
    drawn: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    if _is_blank(drawn.decode()):
        raise Invalid(
            _("Nothing in that SVG can be shown: it contains only scripts or files from elsewhere."),
            field=field,
        )
    return drawn


@lru_cache(maxsize=128)
def svg_as_png(svg: str, *, height: int) -> bytes:
    """The drawing as a PNG of that height in px. Raises ValueError for what cannot be drawn."""
    fonts = [str(path) for path in sorted(FONTS.glob("*.ttf"))]
    png: bytes = resvg_py.svg_to_bytes(
        svg_string=svg,
        height=height,
        skip_system_fonts=True,
        font_files=fonts,
        font_family="Inter",
        sans_serif_family="Inter",
    )
    return png


_NAMESPACE = "http://www.w3.org/2000/svg"
_EMBEDDED = {"image": ["png", "jpeg", "gif", "webp"]}
# svg-hush leaves these in, made harmless; a logo keeps still and asks this host for nothing.
# Filters can keep a processor busy for hours, and what they are on is seen without them as well.
_TAKEN_OUT = frozenset({"a", "animate", "animatemotion", "animatetransform", "filter", "set", "view"})
_FILTERED = re.compile(r"(?<![\w-])filter\s*:[^;}]*;?", re.I)
_TAG = re.compile(rb"<(/?)[A-Za-z][^<>]*?(/?)>")
_DEEPEST, _MOST_TAGS = 60, 40_000
_MOST_WORK = 60_000
_OTHER_FILE = re.compile(r"url\((?!\s*[\"']?\s*#)", re.I)
_ENTITY = re.compile(rb"<!ENTITY\s+(\w+)\s+\"([^\"&<>%]{0,200})\"\s*>")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(\[[^\]]*\]\s*)?>")
_MOST_ENTITIES = 30
ElementTree.register_namespace("", _NAMESPACE)
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def _self_contained(body: bytes) -> bytes:
    """Without a DTD, and with a namespace.

    Drawing programs declare the names of namespaces as entities. Those are put in here, each once and none
    inside another; whatever else a DTD says is left out, and what needed it cannot be read.
    """
    declared = _DOCTYPE.search(body)
    if declared:
        entities = _ENTITY.findall(declared[0])[:_MOST_ENTITIES]
        body = body.replace(declared[0], b"", 1)
        for name, value in entities:
            body = body.replace(b"&" + name + b";", value)
            if len(body) > 2 * LARGEST_SVG_BYTES:
                raise ValueError("The entities of an SVG unfold to too much.")
    # Pasted out of a page, an <svg> has no namespace, and no browser would draw it by itself.
    if _NAMESPACE.encode() in body:
        return body
    return body.replace(b"<svg", f'<svg xmlns="{_NAMESPACE}"'.encode(), 1)


def _is_a_maze(body: bytes) -> bool:
    """Whether reading it would take forever: parsers and painters go into each part of a part."""
    depth = 0
    for number, tag in enumerate(_TAG.finditer(body)):
        depth += -1 if tag[1] else 0 if tag[2] else 1
        if depth > _DEEPEST or number > _MOST_TAGS:
            return True
    return False


def _too_much() -> str:
    return _("That SVG has too many nested parts. Please simplify it.")


def _take_out(parent: ElementTree.Element) -> None:
    for child in list(parent):
        tag = child.tag.rpartition("}")[2].lower()
        if tag == "a":
            # A link is a group of what it shows.
            child.tag = f"{{{_NAMESPACE}}}g"
        elif tag in _TAKEN_OUT or (tag == "style" and _asks(child.text or "")):
            parent.remove(child)
            continue
        if tag == "style" and child.text:
            child.text = _FILTERED.sub("", child.text)
        _take_out(child)
    for name, value in list(parent.attrib.items()):
        plain = name.rpartition("}")[2].lower()
        is_address = plain in {"href", "src"} and not value.startswith(("#", "data:image/"))
        if is_address or plain == "filter" or _asks(value):
            del parent.attrib[name]
        elif plain == "style":
            parent.set(name, _FILTERED.sub("", value))


def _asks(css: str) -> bool:
    """Whether a style names another file: an <img> would not load it, and nothing else should try."""
    return "@import" in css.lower() or _OTHER_FILE.search(css) is not None


def _give_view_box(root: ElementTree.Element, field: str) -> None:
    """Without one a drawing cannot be scaled to the height of a logo."""
    try:
        width, height = (float(root.get(side, "").removesuffix("px")) for side in ("width", "height"))
    except ValueError:
        raise Invalid(_("That SVG has no size. Please give it a viewBox."), field=field) from None
    root.set("viewBox", f"0 0 {width:g} {height:g}")


def _is_blank(svg: str) -> bool:
    try:
        with Image.open(BytesIO(svg_as_png(svg, height=64))) as picture:
            return picture.convert("RGBA").getchannel("A").getextrema() == (0, 0)
    except (ValueError, OSError):
        return True
