"""Handing mail in, to servers that really listen: encrypted, signed in, and in words where it fails."""

import socket
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from tenancy.errors import Invalid
from tests.mail_server import PASSWORD, USERNAME, MailServerRun, MailServers
from themes.mail.servers import MailServer, MailTrouble, Security, hand_in, server_of_url


def a_message() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Grüße"
    message.set_content("Hello")
    return message.as_bytes(policy=SMTP)


def send(run: MailServerRun, security: Security = Security.NONE, **changes: Any) -> None:
    known: dict[str, Any] = {"host": "127.0.0.1", "port": run.port, "security": security, "trusted": True}
    server = MailServer(**known | changes)
    hand_in(server, a_message(), sender="hello@agency.example", to="kim@example.com", hello="agency.example")


@pytest.mark.parametrize(
    ("rules", "security"),
    [({"tls": True}, Security.TLS), ({"starttls": True}, Security.STARTTLS)],
    ids=["tls", "starttls"],
)
def test_mail_travels_encrypted_and_signed_in(
    mail_servers: MailServers, rules: dict[str, Any], security: Security
) -> None:
    run = mail_servers(**rules, auth=True)

    send(run, security, username=USERNAME, password=PASSWORD)

    mail = run.only()
    assert (mail.encrypted, mail.signed_in) == (True, True)
    assert (mail.hello, mail.sender) == ("agency.example", "hello@agency.example")
    assert mail.recipients == ["kim@example.com"]


def trouble_of(run: MailServerRun, security: Security = Security.NONE, **changes: Any) -> MailTrouble:
    with pytest.raises(MailTrouble) as caught:
        send(run, security, **changes)
    assert run.mails == []
    return caught.value


def test_a_wrong_password_is_told_and_not_repeated(mail_servers: MailServers) -> None:
    trouble = trouble_of(
        mail_servers(tls=True, auth=True), Security.TLS, username=USERNAME, password="not-the-right-one"
    )
    assert trouble.message == "127.0.0.1 does not accept the user name and password."
    assert not trouble.lasting


def test_an_untrusted_certificate_is_refused(
    mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = mail_servers(tls=True)
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate of 127.0.0.1 is not valid" in trouble_of(run, Security.TLS).message


def test_a_certificate_for_another_name_is_refused(
    mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = mail_servers(starttls=True)

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("themes.mail.servers.socket.getaddrinfo", resolve)
    words = trouble_of(run, Security.STARTTLS, host="mail.agency.example").message
    assert "certificate of mail.agency.example is not valid" in words


def test_without_starttls_nothing_is_sent_in_the_open(mail_servers: MailServers) -> None:
    words = trouble_of(mail_servers(), Security.STARTTLS).message
    assert "does not support what is needed: STARTTLS" in words


def test_a_plain_port_that_is_asked_for_tls_says_so(mail_servers: MailServers) -> None:
    assert "does not support TLS this way" in trouble_of(mail_servers(), Security.TLS).message


def test_a_sender_that_is_refused_may_be_allowed_later(mail_servers: MailServers) -> None:
    trouble = trouble_of(mail_servers(refuse_sender="553 5.7.1 Sender not owned"))
    assert "does not let us send as hello@agency.example: 5.7.1 Sender not owned" in trouble.message
    assert not trouble.lasting


@pytest.mark.parametrize(
    ("rules", "lasting"),
    [
        ({"refuse_recipient": "550 No such user"}, True),
        ({"refuse_recipient": "450 Mailbox busy"}, False),
        ({"refuse_data": "554 Looks like spam"}, True),
        ({"refuse_data": "451 Try again"}, False),
    ],
)
def test_what_the_server_says_about_the_mail_decides(
    mail_servers: MailServers, rules: dict[str, str], lasting: bool
) -> None:
    trouble = trouble_of(mail_servers(**rules))
    assert trouble.lasting is lasting
    assert next(iter(rules.values()))[4:] in trouble.message


def test_a_name_that_does_not_exist_is_told(mail_servers: MailServers) -> None:
    words = trouble_of(mail_servers(), host="mail.does-not-exist.invalid").message
    assert words == "There is no server with the name mail.does-not-exist.invalid."


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"])
def test_a_tenants_server_is_never_inside_our_network(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that connects to any address is a way to knock on doors behind the firewall."""

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)),
        ]

    monkeypatch.setattr("themes.mail.servers.socket.getaddrinfo", resolve)
    server = MailServer("mail.agency.example", 587, Security.STARTTLS)
    with pytest.raises(MailTrouble, match="is not a mail server that can be reached from here") as caught:
        hand_in(server, a_message(), sender="a@b.example", to="c@d.example", hello="b.example")
    assert caught.value.lasting


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://mail.example", MailServer("mail.example", 465, Security.TLS, trusted=True)),
        ("smtp://mail.example", MailServer("mail.example", 587, Security.STARTTLS, trusted=True)),
        (
            "smtp://kim%40x.example:p%40ss%3A@mail.example:2525",
            MailServer("mail.example", 2525, Security.STARTTLS, "kim@x.example", "p@ss:", trusted=True),
        ),
        (
            "smtp://localhost?security=none",
            MailServer("localhost", 25, Security.NONE, trusted=True),
        ),
    ],
)
def test_the_platforms_server_is_one_address(url: str, server: MailServer) -> None:
    assert server_of_url(url) == server


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://x:y", "smtp://x?security=maybe"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        server_of_url(url)


def test_a_password_does_not_show_in_what_is_printed() -> None:
    assert "hunter2" not in repr(server_of_url("smtps://kim:hunter2@mail.example"))
