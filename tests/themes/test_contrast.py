"""No brand colour can make text unreadable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.text import speaking
from themes import css
from themes.contrast import GRAPHICS, TEXT, contrast, ink_on, mix, readable
from themes.corrections import corrections
from themes.theme import Sidebar, Theme

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_the_ratio_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_mixing_is_css_color_mix_in_oklab() -> None:
    # What browsers give for color-mix(in oklab, red, blue).
    assert mix("#ff0000", 0.5, "#0000ff") == "#8c53a2"
    assert mix("#123456", 1, "#ffffff") == "#123456"


def test_a_colour_that_passes_stays_as_the_brand_chose_it() -> None:
    assert readable("#0f766e", ["#ffffff"]) == "#0f766e"


def test_a_pale_yellow_keeps_its_hue_and_becomes_readable() -> None:
    corrected = readable("#ffe14d", ["#ffffff"])
    assert contrast(corrected, "#ffffff") >= TEXT
    red, green, blue = (int(corrected[i : i + 2], 16) for i in (1, 3, 5))
    assert red >= green > blue


@given(colours)
def test_text_on_a_button_is_readable(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= TEXT


@given(colours)
def test_accent_text_is_readable_on_every_surface(colour: str) -> None:
    theme = Theme(name="Any", primary_color=colour)
    light, dark = css.accent_on_light(theme), css.accent_on_dark(theme)
    for surface in (css.LIGHT_SURFACE, css.light_page(theme), mix(colour, css.LIGHT_TINT, css.LIGHT_SURFACE)):
        assert contrast(light, surface) >= TEXT
    base = css.dark_surface(theme)
    for surface in (base, css.dark_raised(theme), mix(colour, css.DARK_TINT, base)):
        assert contrast(dark, surface) >= TEXT


@given(colours)
def test_the_comparison_line_can_be_seen(colour: str) -> None:
    theme = Theme(name="Any", accent_color=colour)
    assert contrast(css.second_on_light(theme), css.LIGHT_SURFACE) >= GRAPHICS
    assert contrast(css.second_on_dark(theme), css.dark_surface(theme)) >= GRAPHICS


@given(colours)
def test_even_the_quiet_text_of_a_branded_sidebar_is_readable(colour: str) -> None:
    theme = Theme(name="Any", primary_color=colour, sidebar=Sidebar.BRAND)
    for sidebar in (css.sidebar_in_light(theme), css.sidebar_in_dark(theme)):
        assert contrast(_over(sidebar, 0.8), sidebar) >= TEXT


def _over(background: str, white: float) -> str:
    channels = (int(background[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 * white + channel * (1 - white)):02x}" for channel in channels)


@given(colours)
def test_every_correction_is_explained_and_helps(colour: str) -> None:
    theme = Theme(name="Any", primary_color=colour, accent_color=colour, sidebar=Sidebar.BRAND)
    for correction in corrections(theme):
        assert correction.used != colour
        ratio, least = (float(number) for number in re.findall(r"([\d.]+):1", correction.reason))
        assert ratio < least


def test_a_yellow_is_corrected_for_reasons_and_a_readable_colour_is_not() -> None:
    reasons = [one.reason for one in corrections(Theme("Any", "#ffe14d", "#777777"))]
    assert reasons == [
        "Buttons have black text, because white would be unreadable on this colour "
        "(1.3:1; at least 4.5:1 is needed).",
        "Links and lines on light pages have a darker shade, because this one would be unreadable there "
        "(1.2:1; at least 4.5:1 is needed).",
    ]
    with speaking("de-AT"):
        [buttons, _links] = corrections(Theme("Any", "#ffe14d", "#777777"))
    assert "(1,3:1; nötig ist mindestens 4,5:1)" in buttons.reason
    everywhere = corrections(Theme("Any", "#0f766e", "#777777"))
    assert [one.field for one in everywhere] == ["primary_color"]
    assert "dark pages" in everywhere[0].reason
