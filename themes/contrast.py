"""Colour arithmetic: no brand colour, however pale or dark, may make text unreadable (WCAG 2.2 AA)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

TEXT = 4.5
GRAPHICS = 3.0

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_colour(value: object) -> bool:
    """Whether the value is a colour as we store it: '#rrggbb'."""
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def contrast(first: str, second: str) -> float:
    """WCAG's ratio of two '#rrggbb' colours: 1.0 for none, 21.0 for black on white."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def ink_on(background: str) -> str:
    """White where it can be read on the background, else black: one of them always passes for text."""
    return "#ffffff" if contrast("#ffffff", background) >= TEXT else "#000000"


def readable(colour: str, backgrounds: Sequence[str], minimum: float = TEXT) -> str:
    """The colour itself, or the nearest lighter or darker one of its hue that passes on every background."""
    if _passes(colour, backgrounds, minimum):
        return colour
    lab = _to_lab(colour)
    dark_page = sum(_luminance(background) for background in backgrounds) / len(backgrounds) < 0.18
    target = 1.0 if dark_page else 0.0
    near, far = 0.0, 1.0
    for _ in range(12):
        middle = (near + far) / 2
        if _passes(_moved(lab, target, middle), backgrounds, minimum):
            far = middle
        else:
            near = middle
    return _moved(lab, target, far)


def mix(colour: str, share: float, other: str) -> str:
    """CSS color-mix(in oklab, colour share, other): what the stylesheet derives, known to Python."""
    first, second = _to_lab(colour), _to_lab(other)
    return _from_lab(_Lab(*(a * share + b * (1 - share) for a, b in zip(first, second, strict=True))))


class _Lab(NamedTuple):
    lightness: float
    a: float
    b: float


def _passes(colour: str, backgrounds: Sequence[str], minimum: float) -> bool:
    return all(contrast(colour, background) >= minimum for background in backgrounds)


def _moved(lab: _Lab, target: float, way: float) -> str:
    # Chroma fades towards white and black, as the screen cannot show a vivid colour there.
    fade = 1 - way**3
    return _from_lab(_Lab(lab.lightness + (target - lab.lightness) * way, lab.a * fade, lab.b * fade))


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def _to_lab(colour: str) -> _Lab:
    # Björn Ottosson's OKLab, the space in which CSS mixes.
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return _Lab(
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_lab(lab: _Lab) -> str:
    long = (lab.lightness + 0.3963377774 * lab.a + 0.2158037573 * lab.b) ** 3
    middle = (lab.lightness - 0.1055613458 * lab.a - 0.0638541728 * lab.b) ** 3
    short = (lab.lightness - 0.0894841775 * lab.a - 1.2914855480 * lab.b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    clipped = (min(1.0, max(0.0, c)) for c in linear)
    channels = (c * 12.92 if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in clipped)
    return "#" + "".join(f"{round(c * 255):02x}" for c in channels)
