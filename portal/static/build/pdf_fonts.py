"""Makes the TrueType fonts of PDFs in themes/fonts. Needs fonttools, brotli and the node_modules here."""

from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FILES = Path(__file__).parent / "node_modules" / "@fontsource-variable"
FONTS = Path(__file__).parents[3] / "themes" / "fonts"
# The fonts that are cut for the web leave out alphabets; a report names pages and clients of any country.
PARTS = {"inter": ("latin", "latin-ext", "cyrillic", "greek"), "fraunces": ("latin", "latin-ext")}
MADE = (("inter", 400, "inter-regular"), ("inter", 650, "inter-strong"), ("fraunces", 600, "fraunces-strong"))


def main() -> None:
    """Writes each font of MADE: one weight, all parts in one file, without what PDF cannot use."""
    for family, weight, name in MADE:
        with TemporaryDirectory() as folder:
            parts = []
            for part in PARTS[family]:
                font = TTFont(FILES / family / "files" / f"{family}-{part}-wght-normal.woff2")
                instantiateVariableFont(font, {"wght": weight}, inplace=True)
                for table in ("GSUB", "GPOS", "GDEF", "STAT"):
                    if table in font:
                        del font[table]
                font.flavor = None
                parts.append(str(Path(folder) / f"{part}.ttf"))
                font.save(parts[-1])
            merged = Merger().merge(parts)
            options = Options(notdef_outline=True, name_IDs=[0, 1, 2, 4, 6, 13, 14], hinting=False)
            cut = Subsetter(options)
            cut.populate(unicodes=merged.getBestCmap())
            cut.subset(merged)
            # Two weights of one name would be one font to a printer.
            merged["name"].setName(name.title().replace("-", ""), 6, 3, 1, 0x409)
            merged.save(FONTS / f"{name}.ttf")


if __name__ == "__main__":
    main()
