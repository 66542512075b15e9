"""Makes the TrueType fonts of PDFs in themes/fonts. Needs fonttools, brotli and the node_modules here."""

from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib.instancer import instantiateVariableFont

FILES = Path(__file__).parent / "node_modules" / "@fontsource-variable"
FONTS = Path(__file__).parents[3] / "themes" / "fonts"
# The fonts that are cut for the web leave out alphabets; a report names pages and clients of any country.
PARTS = {
    "inter": ("latin", "latin-ext", "cyrillic", "greek"),
    "fraunces": ("latin", "latin-ext"),
    "noto-sans": ("latin", "latin-ext", "cyrillic", "greek"),
    "nunito": ("latin", "latin-ext", "cyrillic"),
}
# Alphabets that a font has not drawn are Inter's: a PDF takes no letter from elsewhere, it shows a box.
LENT = {"fraunces": ("cyrillic", "greek"), "nunito": ("greek",)}
MADE = (
    ("inter", 400, "inter-regular"),
    ("inter", 650, "inter-strong"),
    ("fraunces", 600, "fraunces-strong"),
    ("noto-sans", 400, "noto-sans-regular"),
    ("noto-sans", 650, "noto-sans-strong"),
    # As heavy as Inter looks, see font.sh.
    ("nunito", 430, "nunito-regular"),
    ("nunito", 692, "nunito-strong"),
)


def main() -> None:
    """Writes each font of MADE: one weight, all parts in one file, without what PDF cannot use."""
    for family, weight, name in MADE:
        own = [_part(family, part, weight) for part in PARTS[family]]
        inters = 400 if name.endswith("regular") else 650
        lent = [_part("inter", part, inters) for part in LENT.get(family, ())]
        for part in lent:
            scale_upem(part, own[0]["head"].unitsPerEm)
        merged = _merged(own + lent)
        options = Options(notdef_outline=True, name_IDs=[0, 1, 2, 4, 6, 13, 14], hinting=False)
        cut = Subsetter(options)
        cut.populate(unicodes=merged.getBestCmap())
        cut.subset(merged)
        called = family.replace("-", " ").title()
        # Two weights of one name would be one font to a printer.
        for number, words in ((1, called), (4, called), (6, name.title().replace("-", ""))):
            merged["name"].setName(words, number, 3, 1, 0x409)
        if lent:
            whose = dict.fromkeys(part["name"].getDebugName(0) for part in own + lent)
            merged["name"].setName("; ".join(whose), 0, 3, 1, 0x409)
        merged.save(FONTS / f"{name}.ttf")


def _part(family: str, part: str, weight: int) -> TTFont:
    font = TTFont(FILES / family / "files" / f"{family}-{part}-wght-normal.woff2")
    instantiateVariableFont(font, {"wght": weight}, inplace=True)
    for table in ("GSUB", "GPOS", "GDEF", "STAT"):
        if table in font:
            del font[table]
    font.flavor = None
    return font


def _merged(parts: list[TTFont]) -> TTFont:
    with TemporaryDirectory() as folder:
        files = [str(Path(folder) / f"{number}.ttf") for number, _part in enumerate(parts)]
        for file, part in zip(files, parts, strict=True):
            part.save(file)
        return Merger().merge(files)


if __name__ == "__main__":
    main()
