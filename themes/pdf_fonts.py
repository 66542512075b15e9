"""The fonts that PDFs carry inside them: ours, as a device's own cannot be embedded."""

from functools import cache
from typing import NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from themes.svg import FONTS
from themes.theme import Font, Theme


class Faces(NamedTuple):
    """Names of fonts that ReportLab knows: for text, for what stands out in it, and for headings."""

    text: str
    strong: str
    display: str


def faces_of(theme: Theme) -> Faces:
    """The fonts of a brand, ready for use. Those of the device become ours, which every reader can show."""
    _register()
    display = "FrauncesStrong" if theme.font is Font.SERIF else "InterStrong"
    return Faces("InterRegular", "InterStrong", display)


@cache
def _register() -> None:
    for name, file in (
        ("InterRegular", "inter-regular"),
        ("InterStrong", "inter-strong"),
        ("FrauncesStrong", "fraunces-strong"),
    ):
        pdfmetrics.registerFont(TTFont(name, FONTS / f"{file}.ttf"))
    pdfmetrics.registerFontFamily(
        "InterRegular", normal="InterRegular", bold="InterStrong", italic="InterRegular",
        boldItalic="InterStrong",
    )  # fmt: skip
