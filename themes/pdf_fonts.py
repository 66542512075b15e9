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
    """The fonts of a brand, ready for use. The device's becomes Inter, which every reader can show."""
    faces = _FACES[theme.font]
    _register(faces)
    return faces


_INTER = Faces("InterRegular", "InterStrong", "InterStrong")
_FACES = {
    Font.INTER: _INTER,
    Font.SERIF: _INTER._replace(display="FrauncesStrong"),
    Font.SYSTEM: _INTER,
    Font.HUMANIST: Faces("NotoSansRegular", "NotoSansStrong", "NotoSansStrong"),
    Font.ROUNDED: Faces("NunitoRegular", "NunitoStrong", "NunitoStrong"),
}
_FILES = {
    "InterRegular": "inter-regular",
    "InterStrong": "inter-strong",
    "FrauncesStrong": "fraunces-strong",
    "NotoSansRegular": "noto-sans-regular",
    "NotoSansStrong": "noto-sans-strong",
    "NunitoRegular": "nunito-regular",
    "NunitoStrong": "nunito-strong",
}


@cache
def _register(faces: Faces) -> None:
    for name in set(faces):
        pdfmetrics.registerFont(TTFont(name, FONTS / f"{_FILES[name]}.ttf"))
    pdfmetrics.registerFontFamily(
        faces.text, normal=faces.text, bold=faces.strong, italic=faces.text, boldItalic=faces.strong
    )
