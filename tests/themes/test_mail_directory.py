"""Without a mail server, one machine keeps its mail in a directory."""

from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE

import pytest
import structlog

import themes.settings
from tenancy.db import session
from tenancy.errors import NotFound
from tests.factories import a_viewer, make_reseller
from themes.emails import ResetPassword, TwoFactorOn, send_mail
from themes.mail.mail_directory import kept_mail, kept_mails, mail_directory_path
from themes.mail.outbox import MailState, deliver
from themes.settings import Settings


@pytest.fixture
def directory(stack: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "data" / "mail"
    monkeypatch.setattr(themes.settings.settings(), "smtp_url", "")
    monkeypatch.setattr(themes.settings.settings(), "mail_dir", path)
    return path


async def test_a_mail_is_kept_for_the_operator_and_the_log_holds_no_secret(directory: Path) -> None:
    agency = await make_reseller()
    async with session(a_viewer(agency)) as db:
        mail_id = await send_mail(db, agency.id, "kim@example.com", ResetPassword("/reset/aSecret"))
    with structlog.testing.capture_logs() as logged:
        assert await deliver(mail_id) is MailState.SENT

    (kept,) = kept_mails()
    assert (kept.to, kept.subject) == ("kim@example.com", "Choose a new password")
    assert f"http://{agency.host}/reset/aSecret" in kept.text
    assert "aSecret" in kept.html
    assert kept_mail(kept.key) == kept
    (line,) = [entry for entry in logged if entry["event"] == "mail.kept"]
    assert line["kind"] == "reset_password"
    assert "aSecret" not in str(logged)
    assert "kim@example.com" not in str(logged)
    assert S_IMODE(directory.stat().st_mode) == 0o700


async def test_the_newest_comes_first_and_no_other_file_is_read(directory: Path) -> None:
    agency = await make_reseller()
    for number in range(3):
        async with session(a_viewer(agency)) as db:
            mail = TwoFactorOn(datetime.now(UTC))
            mail_id = await send_mail(db, agency.id, f"kim{number}@example.com", mail)
        await deliver(mail_id)

    assert [kept.to for kept in kept_mails(2)] == ["kim2@example.com", "kim1@example.com"]
    for key in ("nothing", "../secrets.json", ""):
        with pytest.raises(NotFound):
            kept_mail(key)


def test_with_a_server_nothing_is_kept(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themes.settings.settings(), "smtp_url", "smtp://mail.example")
    assert mail_directory_path() is None


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_DIR", "")
    assert Settings().mail_dir is None
