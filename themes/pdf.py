"""Branded PDFs: a cover, and pages with the brand at the head and page numbers at the foot."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from markupsafe import escape
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
)

from tenancy.ids import OrganizationId
from tenancy.text import gettext as _
from themes import css
from themes.assets import letter_mark, load_asset
from themes.contrast import ink_on, mix
from themes.pdf_fonts import Faces, faces_of
from themes.pictures import Picture, as_png
from themes.theme import Mode, Theme


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on the front: facts are labels with values, such as the period and the date."""

    title: str
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a report on paper: all '#rrggbb', all readable where they stand."""

    page: str
    text: str
    muted: str
    line: str
    accent: str
    block: str
    on_block: str


Logos = Mapping[str, Picture]
"""The pictures of a theme, by digest."""


async def logos_of(theme: Theme, realm_id: OrganizationId) -> dict[str, Picture]:
    """The logos that a PDF of this theme shows."""
    digests = {digest for digest in (theme.logo_light, theme.logo_dark) if digest}
    found = {digest: await load_asset(realm_id, digest) for digest in digests}
    return {digest: asset.picture for digest, asset in found.items() if asset}


def branded_pdf(
    theme: Theme,
    logos: Logos,
    cover: Cover,
    story: Sequence[Flowable] = (),
    *,
    mode: Mode = Mode.LIGHT,
    locale: str = "en",
) -> bytes:
    """A PDF with the brand's cover and, after it, the story. Takes a while: call it in a thread.

    Nothing in it says what made it: no producer, no default title, no comments.
    """
    file = BytesIO()
    look = _Look(theme, logos, cover, ink_of(theme, mode), faces_of(theme))
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=cover.title,
        author=theme.name,
        subject=cover.subtitle or cover.title,
        creator=theme.name,
        producer=theme.name,
        lang=locale,
    )
    width, height = A4
    inner = Frame(_SIDE, _FOOT, width - 2 * _SIDE, height - _FOOT - _HEAD, 0, 0, 0, 0, id="page")
    document.addPageTemplates(
        [
            PageTemplate("cover", [Frame(0, 0, width, height, id="cover")], onPage=look.draw_cover),
            PageTemplate("page", [inner], onPage=look.draw_page),
        ]
    )
    flowables: list[Flowable] = [_Nothing()]
    if story:
        flowables += [NextPageTemplate("page"), PageBreak(), *story]
    document.build(flowables)
    return _unsigned(file.getvalue())


def ink_of(theme: Theme, mode: Mode = Mode.LIGHT) -> Ink:
    """The colours of a theme for tables, charts and text of a report."""
    colour = theme.primary_color
    if mode is Mode.DARK:
        surface = css.dark_surface(theme)
        return Ink(
            page=surface,
            text="#eceef3",
            muted="#a2abb9",
            line=mix(colour, 0.06, "#2a2e36"),
            accent=css.accent_on_dark(theme),
            block=css.sidebar_in_dark(theme),
            on_block="#ffffff",
        )
    return Ink(
        page="#ffffff",
        text="#10151f",
        muted="#535d6e",
        line="#e4e7ec",
        accent=css.accent_on_light(theme),
        block=colour,
        on_block=ink_on(colour),
    )


def text_styles(theme: Theme, mode: Mode = Mode.LIGHT) -> dict[str, ParagraphStyle]:
    """Paragraph styles of a brand: title, heading, text, muted."""
    faces, ink = faces_of(theme), ink_of(theme, mode)
    text = ParagraphStyle(
        "text", fontName=faces.text, fontSize=10, leading=15, textColor=HexColor(ink.text), alignment=TA_LEFT
    )
    return {
        "text": text,
        "muted": ParagraphStyle("muted", text, textColor=HexColor(ink.muted)),
        "heading": ParagraphStyle(
            "heading", text, fontName=faces.display, fontSize=15, leading=20, spaceBefore=14, spaceAfter=8
        ),
        "title": ParagraphStyle("title", text, fontName=faces.display, fontSize=32, leading=38),
    }


_SIDE, _HEAD, _FOOT = 22 * mm, 30 * mm, 24 * mm
_LOGO_HEIGHT, _LOGO_WIDTH = 13 * mm, 80 * mm


class _Nothing(Flowable):
    """Fills the cover, which is drawn and not set."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        pass


class _Look:
    """Draws the fixed parts of pages."""

    def __init__(self, theme: Theme, logos: Logos, cover: Cover, ink: Ink, faces: Faces) -> None:
        self._theme, self._logos, self._cover, self._ink, self._faces = theme, logos, cover, ink, faces

    def draw_cover(self, canvas: Canvas, document: Any) -> None:
        width, height = A4
        self._paper(canvas)
        self._logo(canvas, _SIDE, height - 26 * mm - _LOGO_HEIGHT, _LOGO_HEIGHT, _LOGO_WIDTH)
        block = 92 * mm
        canvas.setFillColor(HexColor(self._ink.block))
        canvas.rect(0, 0, width, block, stroke=0, fill=1)
        self._facts(canvas, block)
        styles = text_styles(self._theme)
        top = block + 18 * mm
        for words, style, colour in (
            (
                self._cover.subtitle,
                styles["text"].clone("subtitle", fontSize=13, leading=19),
                self._ink.muted,
            ),
            (self._cover.title, styles["title"], self._ink.text),
        ):
            if words:
                style.textColor = HexColor(colour)
                paragraph = Paragraph(str(escape(words)), style)
                _used, tall = paragraph.wrap(width - 2 * _SIDE, 110 * mm)
                paragraph.drawOn(canvas, _SIDE, top)
                top += tall + 5 * mm
        canvas.setFillColor(HexColor(self._ink.accent))
        canvas.rect(_SIDE, top + 1 * mm, 16 * mm, 1.2 * mm, stroke=0, fill=1)

    def draw_page(self, canvas: Canvas, document: Any) -> None:
        width, height = A4
        self._paper(canvas)
        self._logo(canvas, _SIDE, height - 20 * mm, 7 * mm, 50 * mm)
        canvas.setFont(self._faces.text, 8.5)
        canvas.setFillColor(HexColor(self._ink.muted))
        canvas.drawRightString(
            width - _SIDE, height - 17.5 * mm, _cut(self._cover.title, self._faces.text, 8.5, 90 * mm)
        )
        canvas.setStrokeColor(HexColor(self._ink.line))
        canvas.setLineWidth(0.5)
        canvas.line(_SIDE, height - 24 * mm, width - _SIDE, height - 24 * mm)
        canvas.line(_SIDE, 17 * mm, width - _SIDE, 17 * mm)
        canvas.drawString(_SIDE, 11.5 * mm, self._contact())
        # The cover is no page of the report.
        canvas.drawRightString(width - _SIDE, 11.5 * mm, _("Page {number}").format(number=document.page - 1))

    def _paper(self, canvas: Canvas) -> None:
        width, height = A4
        canvas.setFillColor(HexColor(self._ink.page))
        canvas.rect(0, 0, width, height, stroke=0, fill=1)

    def _facts(self, canvas: Canvas, block: float) -> None:
        canvas.setFillColor(HexColor(self._ink.on_block))
        y = block - 20 * mm
        for label, value in self._cover.facts[:5]:
            canvas.setFont(self._faces.text, 9)
            canvas.drawString(_SIDE, y, label)
            canvas.setFont(self._faces.strong, 12)
            canvas.drawString(_SIDE + 44 * mm, y, _cut(value, self._faces.strong, 12, 118 * mm))
            y -= 9 * mm
        canvas.setFont(self._faces.text, 9)
        canvas.drawString(_SIDE, 14 * mm, self._contact())

    def _contact(self) -> str:
        parts = (self._theme.name, self._theme.support_email or self._theme.support_url)
        return "  ·  ".join(part for part in parts if part)

    def _logo(self, canvas: Canvas, x: float, y: float, height: float, most_width: float) -> None:
        dark = self._ink.page != "#ffffff"
        theme = self._theme
        digest = (theme.logo_dark or theme.logo_light) if dark else (theme.logo_light or theme.logo_dark)
        picture = self._logos.get(digest) if digest else None
        if picture is not None:
            image = ImageReader(BytesIO(as_png(picture, height=240)))
            wide, tall = image.getSize()
            scale = min(height / tall, most_width / wide)
            drawn = tall * scale
            canvas.drawImage(image, x, y + (height - drawn) / 2, wide * scale, drawn, mask="auto")
            return
        mark = Picture("image/svg+xml", str(letter_mark(theme)).encode())
        canvas.drawImage(ImageReader(BytesIO(as_png(mark, height=240))), x, y, height, height, mask="auto")
        size = height * 0.52
        canvas.setFont(self._faces.display, size)
        canvas.setFillColor(HexColor(self._ink.text))
        canvas.drawString(x + height * 1.35, y + height / 2 - size * 0.36, theme.name)


def _cut(words: str, font: str, size: float, width: float) -> str:
    """The words, or as many letters as fit, with an ellipsis."""
    if stringWidth(words, font, size) <= width:
        return words
    while words and stringWidth(words + "…", font, size) > width:
        words = words[:-1]
    return words.rstrip() + "…"


# What the library writes about itself, outside of every object; as long as before, as a PDF counts its bytes.
_COMMENT = re.compile(rb"% ?(?:\x93\x8c\x8b\x9e )?ReportLab [^\n]*\n")


def _unsigned(pdf: bytes) -> bytes:
    return _COMMENT.sub(lambda found: b"%" + b"\xb5" * (len(found[0]) - 2) + b"\n", pdf)
