"""A theme is validated where it enters, and drawn without the platform's name."""

import json
from typing import Any

import pytest

from tenancy.errors import Invalid
from themes.assets import favicon_href, letter_mark
from themes.css import head_tokens
from themes.theme import (
    NEUTRAL_THEME,
    PLATFORM_THEME,
    Font,
    FooterLink,
    Mode,
    Sidebar,
    Theme,
    platform_theme,
    theme_document,
    theme_from_document,
)


def test_an_organisation_without_a_document_still_has_a_look() -> None:
    theme = theme_from_document(None, "Acme")
    assert theme.name == "Acme"
    assert not theme.names_platform


def test_a_document_survives_the_way_to_the_database_and_back() -> None:
    theme = Theme(
        "Acme",
        "#112233",
        "#445566",
        14,
        Font.SERIF,
        Mode.DARK,
        Sidebar.BRAND,
        logo_light="a" * 64,
        sign_in_text="Good to see you.\nAsk Kim – « ça va »?",
        sign_in_picture="b" * 64,
        footer_links=(FooterLink("Imprint", "https://acme.example/imprint"),),
        support_url="https://acme.example/help?a=1#b",
        powered_by=True,
        language="de",
        script_file="visits.js",
        former_script_files=("harbor.js",),
        api_messages=(("not_signed_in", "Hand over your key."),),
        api_support=True,
        clients_may_brand=True,
    )
    json.dumps(theme_document(theme))
    assert theme_from_document(theme_document(theme), "ignored") == theme


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("primary_color", "red"),
        ("primary_color", "#12345"),
        ("primary_color", "#123456;}body{display:none"),
        ("accent_color", 7),
        ("radius", 25),
        ("radius", -1),
        ("radius", True),
        ("radius", "4px"),
        ("font", "Comic Sans"),
        ("default_mode", "dim"),
        ("sidebar", "url(x)"),
        ("logo_light", "../../etc/passwd"),
        ("script_global", "a b"),
        ("script_global", "1st"),
        ("script_global", "x');alert(1)//"),
        ("support_email", "nobody"),
        ("script_global", "window"),
        ("script_global", "class"),
        ("script_file", "Visits.js"),
        ("script_file", "a/b.js"),
        ("script_file", "visits.css"),
        ("script_file", ".js"),
        ("former_script_files", "one.js"),
        ("former_script_files", ["../x.js"]),
        ("support_url", "javascript:alert(1)"),
        ("support_url", "https://"),
        ("support_url", "https://agency.example/ x"),
        ("support_url", "https://user@agency.example/"),
        ("sign_in_text", "x" * 401),
        ("sign_in_text", "a\x00b"),
        ("sign_in_text", "turned \u202e round"),
        ("sign_in_picture", "https://elsewhere.test/x.png"),
        ("footer_links", {"words": "Imprint", "url": "https://a.example"}),
        ("footer_links", [{"words": "Imprint"}]),
        ("footer_links", [{"words": "", "url": "https://a.example"}]),
        ("footer_links", [{"words": "Imprint", "url": ""}]),
        ("footer_links", [{"words": "Imprint", "url": "data:text/html,x"}]),
        ("footer_links", [{"words": "a", "url": "https://a.example"}] * 7),
        ("powered_by", "yes"),
        ("language", "English"),
        ("api_messages", {"no_such_code": "x"}),
        ("api_messages", {"forbidden": "x" * 201}),
        ("api_messages", ["forbidden"]),
        ("name", ""),
        ("name", "x" * 81),
        ("colour", "#123456"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        theme_from_document({field: value}, "Acme")
    assert refused.value.field == field


def test_what_is_left_empty_is_not_set() -> None:
    empty = {
        "support_email": "",
        "support_url": "",
        "sign_in_text": " \n ",
        "language": "",
        "api_messages": {},
    }
    links = [{"words": "", "url": ""}]
    assert theme_from_document({**empty, "footer_links": links}, "Acme") == Theme("Acme")


def test_no_document_can_make_a_tenants_page_name_the_platform() -> None:
    assert not theme_from_document({"names_platform": True}, "Acme").names_platform
    assert platform_theme({"primary_color": "#112233"}).names_platform


def test_an_unknown_host_hears_no_name() -> None:
    assert not NEUTRAL_THEME.names_platform
    everything = head_tokens(NEUTRAL_THEME) + letter_mark(NEUTRAL_THEME) + favicon_href(NEUTRAL_THEME)
    assert PLATFORM_THEME.name.lower() not in everything.lower()


def test_the_viewers_mode_wins_over_the_brands() -> None:
    theme = Theme("Acme", default_mode=Mode.DARK)
    assert "color-scheme:dark" in head_tokens(theme)
    assert "color-scheme:light dark" in head_tokens(theme, Mode.SYSTEM)
    assert "color-scheme:light;" in head_tokens(theme, Mode.LIGHT)


def test_only_a_branded_sidebar_carries_its_colour() -> None:
    assert "--side:" not in head_tokens(Theme("Acme"))
    assert "--side:" in head_tokens(Theme("Acme", sidebar=Sidebar.BRAND))


def test_an_uploaded_favicon_can_be_named_in_full() -> None:
    theme = Theme("Acme", favicon="a" * 64)
    assert favicon_href(theme) == "/brand/" + "a" * 64
    assert favicon_href(theme, origin="http://acme.test:8000").startswith("http://acme.test:8000/brand/")


@pytest.mark.parametrize("name", ["<script>", "  ", "北京", "é"])
def test_a_mark_is_drawn_for_any_name(name: str) -> None:
    drawn = letter_mark(Theme(name))
    assert drawn.count("<") == drawn.count(">")
    assert "<script" not in drawn
