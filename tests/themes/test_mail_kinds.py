"""Every kind of mail, found by enumeration: complete, escaped, on its own host, and of its own brand."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest

from tenancy.ids import OrganizationId
from themes.contrast import GRAPHICS, TEXT, contrast
from themes.mail.brand import MailBrand
from themes.mail.drawing import draw_mail
from themes.mail.kinds import KINDS, packed, unpacked
from themes.mail.letter import Mail, Reader
from themes.mail.outlets import Outlet, in_envelope
from themes.mail.samples import sample_mails
from themes.theme import PLATFORM_NAME, Font, FooterLink, Mode, Theme

HOST = "metrics.agency.example"
THEME = Theme(
    "Agency & Söhne",
    primary_color="#0f766e",
    logo_light="a" * 64,
    support_email="help@agency.example",
    footer_links=(FooterLink("Imprint", "https://agency.example/imprint"),),
)
BRAND = MailBrand(
    OrganizationId(uuid4()),
    OrganizationId(uuid4()),
    False,
    THEME,
    HOST,
    f"https://{HOST}",
    "en",
    "Europe/Berlin",
)
SAMPLES = sample_mails(HOST, datetime(2026, 11, 25, 12, tzinfo=UTC))
each_kind = pytest.mark.parametrize("kind", sorted(KINDS))
TRACES = ("insighthub", "insight hub", "celery", "python", "nicegui", "app.localhost")


class Seen(HTMLParser):
    """What a mail program would show and fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._silent += tag in {"style", "title"}
        self.addresses += [
            value or "" for name, value in attrs if name in {"href", "src", "action", "background"}
        ]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words += data.split()


def test_every_kind_has_a_sample() -> None:
    assert SAMPLES.keys() == KINDS.keys()


@each_kind
def test_a_kind_survives_the_outbox(kind: str) -> None:
    assert unpacked(kind, packed(SAMPLES[kind])) == SAMPLES[kind]


@each_kind
def test_the_text_says_all_that_the_html_says(kind: str) -> None:
    drawn = draw_mail(SAMPLES[kind], BRAND, "en")
    letter = SAMPLES[kind].letter(Reader("en", BRAND.timezone, THEME.name))
    said = " ".join(drawn.text.split())

    for words in (letter.heading, *letter.paragraphs, *letter.after, letter.why, THEME.name):
        assert words in said
    for label, value in letter.facts:
        assert " ".join(f"{label}: {value}".split()) in said
    if letter.action:
        assert f"{letter.action.words}: https://{HOST}{letter.action.path}" in said
    assert "Imprint: https://agency.example/imprint" in said
    assert "help@agency.example" in said
    shown = " ".join(Seen(drawn.html).words)
    for words in (letter.heading, *letter.paragraphs, *letter.after, letter.why):
        assert " ".join(words.split()) in shown


@each_kind
def test_nothing_is_fetched_or_linked_but_the_brands_own(kind: str) -> None:
    seen = Seen(draw_mail(SAMPLES[kind], BRAND, "en").html)
    allowed = (f"https://{HOST}/", "mailto:help@agency.example", "https://agency.example/imprint")
    assert [address for address in seen.addresses if not address.startswith(allowed)] == []
    assert not {"script", "link", "form", "iframe", "svg", "object", "base"} & set(seen.tags)
    assert "url(" not in draw_mail(SAMPLES[kind], BRAND, "en").html
    assert "@import" not in draw_mail(SAMPLES[kind], BRAND, "en").html


@each_kind
@pytest.mark.parametrize("locale", ["en", "de"])
def test_no_trace_of_the_platform_in_a_resellers_mail(kind: str, locale: str) -> None:
    drawn = draw_mail(SAMPLES[kind], BRAND, locale)
    outlet = Outlet(None, f"no-reply@{HOST}", THEME.name, "help@agency.example", HOST)
    message = in_envelope(
        drawn, outlet, to="kim@example.com", message_id=str(uuid4()), at="Wed, 25 Nov 2026", locale=locale
    )

    written = "\n".join(
        [*(f"{name}: {value}" for name, value in message.items()), drawn.subject, drawn.html, drawn.text]
    ).lower()
    assert [trace for trace in TRACES if trace in written or trace in message.as_string().lower()] == []
    assert not {"X-Mailer", "User-Agent", "Received", "Sender", "Organization"} & set(message.keys())
    assert str(message["Message-ID"]).endswith(f"@{HOST}>")


EVIL = "<img src=x onerror=alert(1)>\"'&{{ 7*7 }}\r\nBcc: all@example.com\n\nhttps://evil.example"


@each_kind
def test_what_people_typed_stays_text(kind: str) -> None:
    mail = SAMPLES[kind]
    typed = {
        field.name: EVIL
        for field in fields(mail)  # type: ignore[arg-type]
        if type(getattr(mail, field.name)) is str and getattr(mail, field.name) and field.name != "path"
    }
    evil: Mail = replace(mail, **typed)  # type: ignore[type-var]
    brand = replace(BRAND, theme=replace(THEME, name=EVIL))
    drawn = draw_mail(evil, brand, "en")
    tags = Seen(draw_mail(mail, BRAND, "en").html).tags

    assert Seen(drawn.html).tags == tags
    assert "{{ 7*7 }}" in drawn.text
    assert "\n" not in drawn.subject
    # A name cannot begin a paragraph of its own, for instance with an address.
    assert [
        line
        for line in drawn.text.splitlines()
        if line.strip() in {"Bcc: all@example.com", "https://evil.example"}
    ] == []
    outlet = Outlet(None, f"no-reply@{HOST}", " ".join(EVIL.split()), "", HOST)
    message = in_envelope(drawn, outlet, to="kim@example.com", message_id="1", at="now", locale="en")
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil", "reset", "/a b", "/a\nb"]
)
def test_a_mail_links_to_its_own_host_alone(path: str) -> None:
    mail: Any = SAMPLES["reset_password"]
    with pytest.raises(ValueError, match="path of its own host"):
        draw_mail(replace(mail, path=path), BRAND, "en")


@pytest.mark.parametrize("colour", ["#ffffff", "#ffff00", "#000000", "#0f766e", "#7f7f7f", "#ff0000"])
def test_no_brand_colour_makes_a_mail_unreadable(colour: str) -> None:
    from themes.mail.drawing import _colours

    for side in _colours(replace(THEME, primary_color=colour)).values():
        for words in (side.text, side.quiet, side.link):
            assert contrast(words, side.card) >= TEXT
            assert contrast(words, side.page) >= TEXT
        assert contrast(side.button_ink, side.button) >= TEXT
        assert contrast(side.button, side.card) >= GRAPHICS


def test_a_preview_is_light_or_dark_whatever_the_device() -> None:
    mail = SAMPLES["invitation"]
    assert "@media (prefers-color-scheme: dark)" in draw_mail(mail, BRAND, "en").html
    assert "@media all" in draw_mail(mail, BRAND, "en", mode=Mode.DARK).html
    assert "@media not all" in draw_mail(mail, BRAND, "en", mode=Mode.LIGHT).html


def test_numbers_and_dates_are_the_readers() -> None:
    text = draw_mail(SAMPLES["usage_warning"], BRAND, "de").text
    assert "803.412" in text
    assert "25. November 2026, 13:00 (Berlin)" in draw_mail(SAMPLES["two_factor_on"], BRAND, "de").text


def test_a_right_to_left_reader_gets_a_right_to_left_mail() -> None:
    html = draw_mail(SAMPLES["invitation"], BRAND, "ar").html
    assert 'dir="rtl"' in html
    assert 'align="right"' in html


def test_the_platform_is_named_where_the_brand_says_so_and_nowhere_else() -> None:
    mail = SAMPLES["invitation"]
    loud = draw_mail(mail, replace(BRAND, theme=replace(THEME, powered_by=True)), "en")
    assert f"Powered by {PLATFORM_NAME}" in loud.html
    assert f"Powered by {PLATFORM_NAME}" in loud.text
    assert PLATFORM_NAME not in draw_mail(mail, BRAND, "en").html


def test_a_brand_without_a_logo_has_a_mark() -> None:
    seen = Seen(draw_mail(SAMPLES["invitation"], replace(BRAND, theme=Theme("Fern")), "en").html)
    assert "img" not in seen.tags
    assert seen.words[:2] != []
    assert "F" in seen.words


@pytest.mark.parametrize(
    ("font", "first", "then"),
    [(Font.HUMANIST, "Noto Sans", "Calibri"), (Font.ROUNDED, "Nunito", "ui-rounded")],
)
def test_a_mail_asks_for_the_font_of_the_brand_and_loads_none(font: Font, first: str, then: str) -> None:
    html = draw_mail(SAMPLES["invitation"], replace(BRAND, theme=replace(THEME, font=font)), "en").html
    stacks = re.findall(r"font:\d+ \d+px/\S+ ([^;]+)", unescape(html))
    assert stacks
    for stack in stacks:
        names = stack.rstrip('">').split(",")
        assert (names[0].strip('"'), names[-1]) == (first, "sans-serif")
        assert then in names
    assert "@font-face" not in html
    assert "woff2" not in html
