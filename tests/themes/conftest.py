"""Themes' stories: some of them on real stores, with a mail server that really listens."""

import pytest

import themes.settings
from tests.mail_server import MailServerRun, MailServers


@pytest.fixture
def platform_mail(
    stack: dict[str, str], mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch
) -> MailServerRun:
    """The server that the platform's own mail goes through."""
    server = mail_servers()
    ours = themes.settings.settings()
    monkeypatch.setattr(ours, "smtp_url", server.url)
    monkeypatch.setattr(ours, "mail_from", "hello@insighthub.example")
    monkeypatch.setattr(ours, "mail_from_resellers", "")
    monkeypatch.setattr(ours, "smtp_private_networks", True)
    return server
