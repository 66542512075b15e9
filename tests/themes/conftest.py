"""Themes' stories: some of them on real stores, with a mail server that really listens."""

from collections.abc import Callable, Iterator

import pytest

import themes.settings
from tests.themes.mail_server import MailServerRun, Rules, certificate

MailServers = Callable[..., MailServerRun]


@pytest.fixture
def mail_servers(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MailServers]:
    """`mail_servers(tls=True)` is a server that listens on this machine; its certificate is trusted."""
    running: list[MailServerRun] = []
    certified = certificate(tmp_path_factory.getbasetemp())
    monkeypatch.setenv("SSL_CERT_FILE", str(certified.authority))

    def start(**rules: object) -> MailServerRun:
        running.append(MailServerRun(Rules(**rules), certified))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for server in running:
        server.stop()


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
