"""What may not be in an answer: the platform's name in any disguise, and whatever is somebody else's."""

import base64
import binascii
import html
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from html.parser import HTMLParser
from importlib import resources
from io import BytesIO
from urllib.parse import unquote, unquote_to_bytes
from uuid import UUID
from zipfile import ZipFile

import pypdfium2

from themes.assets import favicon_href, letter_mark
from themes.pictures import Picture, as_icon, as_touch_icon
from themes.theme import PLATFORM_THEME

OUR_COOKIES = re.compile(r"(__Host-)?(session|arrival|form|language|mode|link-[0-9a-f]{32})", re.ASCII)
"""What a cookie may be called: names that say what they are for, and nothing of who made them."""


@dataclass(frozen=True)
class Traces:
    """What is looked for: needles are somebody else's names, ids and words; hosts are where links may go."""

    platform_hosts: frozenset[str]
    needles: frozenset[str] = frozenset()

    def in_text(self, text: str) -> list[str]:
        """The traces in a text, however it is written: escaped, encoded, in any case."""
        found = set()
        for form in _forms(text):
            if "insight" in form:
                found |= {f"the platform's name: {hit[0]!r}" for hit in _PLATFORM.finditer(form)}
            found |= {f"a program's words: {words!r}" for words in _MAKERS if words in form}
            # As a word: a secret may have these letters in its middle by chance.
            found |= {f"a database role: {role}" for role in _ROLES if _holds(form, role)}
            found |= {f"the platform's host: {host}" for host in self.platform_hosts if _holds(form, host)}
            # There are hundreds of needles: few have all their words in the text.
            words = set(_WORD.findall(form))
            near = (needle for needle, parts in self._parts if parts <= words)
            found |= {f"somebody else's: {needle}" for needle in near if _holds(form, needle)}
        return sorted(found)

    @cached_property
    def _parts(self) -> list[tuple[str, frozenset[str]]]:
        return [(needle, frozenset(_WORD.findall(needle))) for needle in self.needles]

    def in_picture(self, body: bytes) -> list[str]:
        """The traces in a picture: that it is one of the platform's, or words between its pixels."""
        found = ["the platform's picture"] if sha256(body).hexdigest() in _platform_pictures() else []
        return found + self.in_text(body.decode("latin-1"))

    def in_pdf(self, body: bytes) -> list[str]:
        """The traces in a PDF: in its text, in what it says about itself, and in its bytes."""
        document = pypdfium2.PdfDocument(body)
        try:
            texts = [str(page.get_textpage().get_text_bounded()) for page in document]
            texts += document.get_metadata_dict().values()
        finally:
            document.close()
        texts += [piece.decode("latin-1") for piece in (body, *_inflated(body))]
        found = {trace for text in texts for trace in self.in_text(text)}
        makers = {f"a maker of PDFs: {hit[0]!r}" for text in texts for hit in _PDF_MAKERS.finditer(text)}
        return sorted(found | makers)

    def in_zip(self, body: bytes) -> list[str]:
        """In the names and the texts of its files."""
        with ZipFile(BytesIO(body)) as archive:
            return [
                found
                for name in archive.namelist()
                for found in self.in_text(f"{name}\n{archive.read(name).decode()}")
            ]

    def in_html(self, page: str) -> list[str]:
        """The traces in a page: also in its title, its tag of a generator and the pictures inside it."""
        found = set(self.in_text(page))
        head = _Head(page.partition("</head>")[0])
        if any(_FRAME.search(title) for title in head.titles):
            found.add(f"a default title: {head.titles}")
        if head.generators:
            found.add(f"a generator: {head.generators}")
        for picture in embedded_pictures(page):
            found |= set(self.in_picture(picture))
        return sorted(found)

    def in_headers(self, headers: Iterable[tuple[str, str]]) -> list[str]:
        """The traces in headers: also any that says what serves, and cookies with other names than ours."""
        found = set()
        for name, value in headers:
            if name.lower() in _TELLTALE:
                found.add(f"a header that says what serves: {name}: {value}")
            if name.lower() == "set-cookie" and not OUR_COOKIES.fullmatch(value.partition("=")[0].strip()):
                found.add(f"a cookie of another name: {value.partition('=')[0]}")
            found |= set(self.in_text(f"{name}: {value}"))
        return sorted(found)

    def in_answer(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        """The traces in the body of an answer, read as what its content type says it is."""
        kind = headers.get("content-type", "").partition(";")[0]
        if kind == "application/pdf":
            return self.in_pdf(body)
        if kind == "application/zip":
            return self.in_zip(body)
        if kind.startswith(("image/", "font/")):
            return self.in_picture(body)
        text = body.decode()
        return self.in_html(text) if kind == "text/html" else self.in_text(text)


def words_of(value: object) -> Iterator[str]:
    """The words in the value of a column that give away whose it is: texts and ids, at any depth."""
    if isinstance(value, UUID):
        yield str(value)
        yield value.hex
    elif isinstance(value, str):
        if len(value) >= _LEAST_LETTERS:
            yield value.casefold()
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from words_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from words_of(one)


def embedded_pictures(page: str) -> Iterator[bytes]:
    """What data: URLs in a page hold."""
    for form in {page, html.unescape(page), _unescaped(html.unescape(page))}:
        for kind, data in _DATA_URL.findall(form):
            if kind.endswith(";base64"):
                try:
                    yield base64.b64decode(data, validate=False)
                except (binascii.Error, ValueError):
                    continue
            else:
                yield unquote_to_bytes(data)


# Spaces, hyphens, soft and hard, between the two words do not hide them, and neither does a tag.
_PLATFORM = re.compile(r"insight(?:\s|[-_\u00ad\u200b\u2010\u2011]|&\w+;|<[^<>]{1,40}>){0,3}hub", re.I)
_MAKERS = (
    *("errors.pydantic.dev", "traceback (most recent", "uvicorn", "starlette", "fastapi", "sqlalchemy"),
    *("psycopg", "nicegui.io", "zauberzeug"),
)
_ROLES = ("ih_app", "ih_owner", "ih_definer", "ih_maint")
_PDF_MAKERS = re.compile(r"reportlab|\(anonymous\)|\(untitled\)|\(unspecified\)", re.I)
_FRAME = re.compile(r"nicegui|quasar|^\s*$", re.I)
_TELLTALE = frozenset({"server", "x-powered-by", "via", "x-generator", "x-runtime", "x-aspnet-version"})
_DATA_URL = re.compile(r"data:(image/[\w.+-]+(?:;[\w=-]+)*),((?:[^\"'`<>\\)]|(?<=xmlns=)'|'(?=[^>]*/?>))+)")
_WORD = re.compile(r"[^\W_]+")
_LEAST_LETTERS = 6


def _forms(text: str) -> set[str]:
    """A text as it is written, and as browsers and programs read it."""
    plain = html.unescape(text)
    forms = {text, plain, html.unescape(plain)}
    if "%" in plain:
        forms.add(unquote(plain))
    if "\\" in plain:
        forms.add(_unescaped(plain))
    return {form.casefold() for form in forms}


def _unescaped(text: str) -> str:
    """As JSON and scripts read it."""
    return re.sub(
        r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))",
        lambda hit: hit[3] if hit[3] is not None else chr(int(hit[1] or hit[2], 16)),
        text,
    )


def _holds(text: str, needle: str) -> bool:
    """Whether it is in there as a word of its own: client-1 is not in client-12."""
    start = text.find(needle)
    while start >= 0:
        end = start + len(needle)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() and needle[0].isalnum()) and not (after.isalnum() and needle[-1].isalnum()):
            return True
        start = text.find(needle, start + 1)
    return False


def _inflated(pdf: bytes) -> Iterator[bytes]:
    for stream in re.findall(rb"(?<!end)stream\r?\n(.*?)endstream", pdf, re.S):
        for read in (lambda packed: packed, lambda packed: base64.a85decode(packed.partition(b"~>")[0])):
            try:
                yield zlib.decompressobj().decompress(read(stream))
            except (zlib.error, ValueError):
                continue


@cache
def _platform_pictures() -> frozenset[str]:
    """The icons of the platform, and the one that the frame has where nobody gives it another."""
    mark = Picture("image/svg+xml", letter_mark(PLATFORM_THEME).encode())
    drawn = [mark.body, as_icon(mark), as_touch_icon(mark, "#ffffff")]
    drawn += embedded_pictures(f'<link href="{html.escape(favicon_href(PLATFORM_THEME))}">')
    drawn.append((resources.files("nicegui") / "static" / "favicon.ico").read_bytes())
    return frozenset(sha256(body).hexdigest() for body in drawn)


class _Head(HTMLParser):
    """What a page says of itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.generators: list[str] = []
        self._in_title = self._in_drawing = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self._in_drawing = self._in_drawing or tag == "svg"
        if tag == "title" and not self._in_drawing:
            self._in_title = True
            self.titles.append("")
        if tag == "meta" and known.get("name", "").lower() == "generator":
            self.generators.append(known.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"
        self._in_drawing = self._in_drawing and tag != "svg"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.titles[-1] += data
