"""Mails on the settings page: shown, and held behind a wall."""

from datetime import UTC, datetime
from html import unescape
from re import search

from portal.views.mail import kept_list, kind_title, mail_frame, mail_log, mail_text
from themes.mail.kinds import KINDS
from themes.mail.letter import Reader
from themes.mail.mail_directory import KeptMail
from themes.mail.outbox import MailRecord, MailState

READER = Reader("en", "UTC", "Acme")
EVIL = '<script>alert(1)</script>"'
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_every_kind_has_a_title_of_its_own() -> None:
    assert len({kind_title(kind) for kind in KINDS}) == len(KINDS)


def test_a_preview_can_neither_run_nor_fetch() -> None:
    frame = mail_frame(f"<html><head></head><body>{EVIL}</body></html>", title=EVIL)
    assert 'sandbox srcdoc="' in frame
    assert "<script" not in frame
    inside = search(r'srcdoc="([^"]*)"', frame)
    assert inside is not None
    assert unescape(inside[1]).startswith(
        '<html><head><meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    )


def test_text_is_escaped_and_its_links_can_be_followed() -> None:
    shown = mail_text(f"{EVIL}\nhttps://acme.example/reset/1?a=1&b=2\n")
    assert "<script" not in shown
    assert '<a href="https://acme.example/reset/1?a=1&amp;b=2" target="_blank" rel="noopener">' in shown


def test_what_became_of_mails_is_told() -> None:
    shown = mail_log([MailRecord("invitation", EVIL, MailState.WAITING, 2, EVIL, AT)], READER)
    assert "<script" not in shown
    assert "Waiting to try again" in shown
    assert "November 25, 2026" in shown


def test_kept_mails_are_text() -> None:
    shown = kept_list([KeptMail("1", "a", EVIL, EVIL, AT, EVIL, EVIL)], READER)
    assert "<script" not in shown
    assert "<iframe" not in shown
