"""What the sample shop shows of its products: words and drawings beside the names and prices in cast.py."""

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from portal.stack.demo.cast import SHOP_HOST, sample_sites
from portal.stack.demo.page_trees import products_of, slug


@dataclass(frozen=True, slots=True)
class Ware:
    """A product as its page shows it."""

    slug: str
    name: str
    price: float
    tint: str
    tagline: str
    text: str
    notes: tuple[str, ...]
    art: Markup


def wares() -> list[Ware]:
    """All products, the most wanted first."""
    found = []
    for name, price in products_of(sample_sites()[SHOP_HOST]):
        drawing, tint, tagline, text, notes = _WORDS[name]
        found.append(Ware(slug(name), name, price, tint, tagline, text, notes, _drawing(drawing)))
    return found


_WORDS: dict[str, tuple[str, str, str, str, tuple[str, ...]]] = {
    "Morning Blend": (
        *("bag", "#b24c24", "House blend · medium"),
        "The one that we drink ourselves. Round, nutty and forgiving, whatever you brew it with.",
        ("hazelnut", "milk chocolate", "orange peel"),
    ),
    "Lighthouse Espresso": (
        *("bag", "#3b2a4a", "Espresso · dark"),
        "Built for milk and for people who get up before the sun. Thick, sweet, with a little smoke.",
        ("dark cocoa", "molasses", "cedar"),
    ),
    "Ethiopia Guji": (
        *("bag", "#2f7a5b", "Single origin · light"),
        "Washed, from a cooperative of 340 families at 2,100 metres. Tastes of a garden after rain.",
        ("jasmine", "bergamot", "apricot"),
    ),
    "Colombia Huila": (
        *("bag", "#c08a1e", "Single origin · medium"),
        "From the Ortega sisters, for the ninth year in a row. Bright without being loud.",
        ("red apple", "caramel", "lime"),
    ),
    "Low Tide Decaf": (
        *("bag", "#3f7390", "Decaf · medium"),
        "Decaffeinated with spring water and nothing else. Nobody has noticed yet.",
        ("brown sugar", "almond", "plum"),
    ),
    "Harbor Cold Brew Kit": (
        *("bottle", "#17414a", "Tool · 1 litre"),
        "A bottle, a mesh and twelve hours of doing nothing. Comes with a bag of coarse Morning Blend.",
        ("borosilicate glass", "steel mesh", "dishwasher-safe"),
    ),
    "Pour-Over Set": (
        *("dripper", "#a0522d", "Tool · for two cups"),
        "Dripper, server and a hundred papers. Thrown by hand in the next village, so no two are alike.",
        ("stoneware", "100 papers", "made nearby"),
    ),
    "Hand Grinder": (
        *("grinder", "#5b6b3a", "Tool · steel burrs"),
        "Forty clicks from Turkish to cold brew. Heavy enough to last, small enough for a rucksack.",
        ("steel burrs", "40 settings", "30 g"),
    ),
}


def _drawing(name: str) -> Markup:
    """One of our own files, to stand in the page where it takes the product's colour."""
    return Markup((_DRAWINGS / f"{name}.svg").read_text())  # noqa: S704


_DRAWINGS = Path(__file__).parent / "shop_pages" / "drawings"
