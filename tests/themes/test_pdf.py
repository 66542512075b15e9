"""A PDF carries its brand and its fonts, and nothing of what made it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import PageBreak, Paragraph

from themes.contrast import TEXT, contrast
from themes.pdf import Cover, branded_pdf, ink_of, text_styles
from themes.pdf_fonts import faces_of
from themes.pictures import AssetKind, Picture, made_anew
from themes.theme import Font, Mode, Theme

COVER = Cover("Report <b>for</b> Müller & Söhne", "Łódź, Αθήνα, Київ", (("Period", "October 2026"),))
MAKERS = re.compile(rb"reportlab|anonymous|untitled|unspecified|opensource|insight", re.I)
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3H0z" fill="#f0f"/></svg>'


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def text_of(document: pypdfium2.PdfDocument, page: int) -> str:
    return " ".join(str(document[page].get_textpage().get_text_bounded()).split())


@pytest.mark.parametrize("font", Font)
def test_a_report_says_whose_it_is_and_not_what_made_it(font: Font) -> None:
    theme = Theme("Fernhill & Co", font=font, support_email="help@fernhill.test")
    text = text_styles(theme)["text"]
    pdf = branded_pdf(theme, {}, COVER, [Paragraph("First", text), PageBreak(), Paragraph("Second", text)])

    assert not MAKERS.search(pdf)
    with opened(pdf) as document:
        about = document.get_metadata_dict()
        assert (about["Title"], about["Author"]) == (COVER.title, "Fernhill & Co")
        assert {about["Producer"], about["Creator"]} == {"Fernhill & Co"}
        assert len(document) == 3
        front = text_of(document, 0)
        for words in (COVER.subtitle, "October 2026", "Fernhill & Co", "help@fernhill.test"):
            assert words in front
        assert "Müller & Söhne" in front
        assert "Page 1" in text_of(document, 1)
        assert "Second" in text_of(document, 2)
        assert "Fernhill & Co" in text_of(document, 2)


@pytest.mark.parametrize(
    ("font", "families"),
    [
        (Font.INTER, {"Inter"}),
        (Font.SERIF, {"Inter", "Fraunces"}),
        (Font.SYSTEM, {"Inter"}),
        (Font.HUMANIST, {"NotoSans"}),
        (Font.ROUNDED, {"Nunito"}),
    ],
)
def test_the_fonts_of_the_brand_are_inside(font: Font, families: set[str]) -> None:
    pdf = branded_pdf(Theme("Acme", font=font), {}, COVER)
    assert pdf.count(b"/FontFile2") >= 2
    # ReportLab names its own Helvetica in each file; none of its text may be set in it.
    with opened(pdf) as document:
        page = document[0]
        fonts = {item.get_font().get_base_name() for item in page.get_objects(filter=[1])}
    assert {re.sub(r"^[A-Z+]{7}|Regular$|Strong$", "", name) for name in fonts} == families


@pytest.mark.parametrize("font", Font)
def test_a_report_has_the_letters_of_every_country_it_names(font: Font) -> None:
    for name in faces_of(Theme("Acme", font=font)):
        face = pdfmetrics.getFont(name)
        assert isinstance(face, TTFont)
        drawn = face.face.charToGlyph
        assert not [letter for letter in "Łódź, Αθήνα, Київ, Çeşme – 1 €" if ord(letter) not in drawn]


def test_the_logo_of_the_side_is_on_it() -> None:
    picture = made_anew(LOGO.encode(), AssetKind.LOGO_LIGHT)
    theme = Theme("Acme", logo_light="a" * 64, logo_dark="b" * 64)
    for mode, digest in ((Mode.LIGHT, "a" * 64), (Mode.DARK, "b" * 64)):
        with opened(branded_pdf(theme, {digest: picture}, COVER, mode=mode)) as document:
            drawn = document[0].render(scale=1).to_pil().convert("RGB")
        assert (255, 0, 255) in {colour for _count, colour in drawn.getcolors(10_000_000) or ()}


def test_a_brand_without_a_logo_is_a_letter_and_its_name() -> None:
    with opened(branded_pdf(Theme("Acme"), {"c" * 64: Picture("image/png", b"")}, COVER)) as document:
        assert "Acme" in text_of(document, 0)


@pytest.mark.parametrize("colour", ["#ffe14d", "#000000", "#ffffff", "#4f5bd5", "#777777"])
@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_no_colour_makes_a_report_unreadable(colour: str, mode: Mode) -> None:
    ink = ink_of(Theme("Acme", colour), mode)
    for front, back in (
        (ink.text, ink.page),
        (ink.muted, ink.page),
        (ink.accent, ink.page),
        (ink.on_block, ink.block),
    ):
        assert contrast(front, back) >= TEXT
