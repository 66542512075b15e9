"""Plain pages: branded from the first byte, safe, and silent about the platform."""

import re

import pytest

from portal.views.documents import brand, error_page, sign_in_page
from themes.theme import NEUTRAL_THEME, PLATFORM_THEME, Font, Mode, Sidebar, Theme

ACME = Theme("Acme", "#a8472a", support_email="help@acme.test")


def test_the_form_keeps_what_was_typed_and_says_what_was_wrong() -> None:
    page = sign_in_page(
        ACME, form_token="t0ken", next_path="/sites?a=1&b=2", email='"><script>', error="Wrong <b>"
    )
    assert 'name="form" value="t0ken"' in page
    assert 'name="next" value="/sites?a=1&amp;b=2"' in page
    assert "&quot;&gt;&lt;script&gt;" in page
    assert "Wrong &lt;b&gt;" in page
    assert "mailto:help@acme.test" in page
    assert "<title>Sign in · Acme</title>" in page


def test_the_first_bytes_carry_the_brand() -> None:
    head = sign_in_page(ACME, form_token="t").partition("</head>")[0]
    assert "--brand:#a8472a" in head
    assert head.index("<style>") < head.index('rel="stylesheet"')
    assert 'rel="preload"' in head


@pytest.mark.parametrize(
    ("font", "files"),
    [
        (Font.INTER, ["inter"]),
        (Font.SERIF, ["inter", "fraunces"]),
        (Font.SYSTEM, []),
        (Font.HUMANIST, ["noto-sans"]),
        (Font.ROUNDED, ["nunito"]),
    ],
)
def test_a_page_loads_the_fonts_of_its_brand_and_no_other(font: Font, files: list[str]) -> None:
    page = sign_in_page(Theme("Acme", font=font), form_token="t")
    assert re.findall(r"/static/([a-z-]+)\.\w+\.woff2", page) == files
    assert page.count('rel="preload"') == len(files)


@pytest.mark.parametrize("theme", [ACME, NEUTRAL_THEME])
def test_only_the_platforms_own_pages_name_it(theme: Theme) -> None:
    pages = sign_in_page(theme, form_token="t") + error_page(theme, 404, "Page not found", "Sorry.")
    assert PLATFORM_THEME.name.lower() not in pages.lower()


def test_a_host_that_nobody_claimed_offers_no_way_in() -> None:
    page = error_page(NEUTRAL_THEME, 404, "Page not found", "Check the address.")
    assert "<title>Page not found</title>" in page
    assert "<a " not in page


def test_the_way_out_can_be_another() -> None:
    page = error_page(ACME, 403, "Not allowed", "Ask your admin.", way_out=("/login?a&b", "Sign in"))
    assert 'href="/login?a&amp;b"' in page


def test_a_page_in_arabic_reads_from_the_right() -> None:
    page = error_page(ACME, 404, "x", "y", locale="ar", mode=Mode.DARK)
    assert '<html lang="ar" dir="rtl">' in page
    assert "color-scheme:dark" in page


def test_a_brand_without_pictures_is_a_letter_and_its_name() -> None:
    assert ">A</text>" in brand(ACME)
    assert "<span>Acme</span>" in brand(ACME, href="/")
    assert brand(NEUTRAL_THEME) == ""


def test_light_and_dark_pages_have_their_logo() -> None:
    light, dark = "a" * 64, "b" * 64
    theme = Theme("Acme", logo_light=light, logo_dark=dark, sidebar=Sidebar.BRAND)
    both = brand(theme)
    assert f'class="on-light" src="/brand/{light}"' in both
    assert f'class="on-dark" src="/brand/{dark}"' in both
    assert light not in brand(theme, on_brand=True)
    assert brand(Theme("Acme", logo_light=light)).count("<img") == 1
