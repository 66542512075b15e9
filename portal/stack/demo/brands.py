"""How the two agencies of the sample world look: clearly not each other, clearly not us."""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from themes.pictures import AssetKind

_DRAWINGS = Path(__file__).parent / "brands"


@dataclass(frozen=True, slots=True)
class SampleBrand:
    """A theme's document without its pictures, and the pictures (SVG) to store for it."""

    name: str
    document: MappingProxyType[str, Any]
    pictures: MappingProxyType[AssetKind, str]


def _pictures(light: str, dark: str, favicon: str) -> MappingProxyType[AssetKind, str]:
    return MappingProxyType(
        {AssetKind.LOGO_LIGHT: light, AssetKind.LOGO_DARK: dark, AssetKind.FAVICON: favicon}
    )


def _drawing(name: str, **colours: str) -> str:
    drawn = (_DRAWINGS / f"{name}.svg").read_text()
    for placeholder, colour in colours.items():
        drawn = drawn.replace(placeholder, colour)
    return drawn


NORTHWIND = SampleBrand(
    name="Northwind",
    document=MappingProxyType(
        {
            "primary_color": "#0f766e",
            "accent_color": "#d08a1d",
            "radius": 8,
            "font": "inter",
            "default_mode": "system",
            "sidebar": "plain",
            "script_global": "northwind",
            "support_email": "hello@northwind.example",
        }
    ),
    pictures=_pictures(
        light=_drawing("northwind-logo", INK="#0d2b2a"),
        dark=_drawing("northwind-logo", INK="#f1f7f6"),
        favicon=_drawing("northwind-mark"),
    ),
)

FERNHILL = SampleBrand(
    name="Fernhill",
    document=MappingProxyType(
        {
            "primary_color": "#a8472a",
            "accent_color": "#7a3e68",
            "radius": 16,
            "font": "serif",
            "default_mode": "system",
            "sidebar": "brand",
            "script_global": "fernhill",
            "support_email": "care@fernhill.example",
        }
    ),
    pictures=_pictures(
        light=_drawing("fernhill-logo", GROUND="#a8472a", LEAF="#fff3ea", INK="#41172b"),
        dark=_drawing("fernhill-logo", GROUND="#fbe9dc", LEAF="#8f3a20", INK="#fff3ea"),
        favicon=_drawing("fernhill-mark"),
    ),
)

BRANDS = MappingProxyType({brand.name: brand for brand in (NORTHWIND, FERNHILL)})
