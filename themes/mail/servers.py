"""The SMTP door: how a message is handed to a mail server, and in plain words why it was not."""

import ipaddress
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from tenancy.errors import InsightHubError, Invalid
from tenancy.text import gettext as _
from tenancy.text import gettext_noop

PATIENCE_S = 20.0
# What mail servers listen on: a tenant may not make us knock on other doors.
MAIL_PORTS = frozenset({25, 465, 587, 2525, 2465, 2587})


class Security(StrEnum):
    """NONE sends everything readable by whoever is on the way, and so never a password."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = field(default="", repr=False)
    trusted: bool = False
    """Whether the operator named it: a tenant's may not be inside our own network."""


class MailTrouble(InsightHubError):
    """It could not be handed in. `lasting`: trying again will not help.

    words is a message of the catalogues, and values what belongs into it: whoever reads of it later may speak
    another language.
    """

    status = 502
    code = "mail_trouble"

    def __init__(self, words: str, *, lasting: bool = False, **values: str | int) -> None:
        super().__init__(_(words).format(**values))
        self.words, self.values = words, values
        self.lasting = lasting


def server_of_url(url: str) -> MailServer:
    """smtps://user:password@host:465, smtp://host:587 (STARTTLS), smtp://host:25?security=none."""
    try:
        parts = urlsplit(url)
        security = Security.TLS if parts.scheme == "smtps" else Security.STARTTLS
        if chosen := parse_qs(parts.query).get("security"):
            security = Security(chosen[0])
        port = parts.port or {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}[security]
    except ValueError:
        raise Invalid(_("SMTP_URL is not the address of a mail server."), field="SMTP_URL") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Invalid(_("SMTP_URL is not the address of a mail server."), field="SMTP_URL")
    return MailServer(
        parts.hostname,
        port,
        security,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        trusted=True,
    )


def hand_in(server: MailServer, message: bytes, *, sender: str, to: str, hello: str) -> None:
    """Hands the message in as it is, saying `hello` as our own name; blocks. Raises MailTrouble."""
    options = [] if (sender + to).isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
    with _told_in_words(server, sender), _signed_in(server, hello) as smtp:
        smtp.sendmail(sender, [to], message, options)


def try_server(server: MailServer, *, hello: str) -> None:
    """Connects and signs in, and sends nothing; blocks. Raises MailTrouble."""
    with _told_in_words(server, ""), _signed_in(server, hello) as smtp:
        smtp.noop()


@contextmanager
def _told_in_words(server: MailServer, sender: str) -> Iterator[None]:
    try:
        yield
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise _in_words(error, server, sender) from error


@contextmanager
def _signed_in(server: MailServer, hello: str) -> Iterator[smtplib.SMTP]:
    with _connected(server, hello) as smtp:
        if server.security is Security.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if server.username:
            _sign_in(smtp, server)
        yield smtp


def _connected(server: MailServer, hello: str) -> smtplib.SMTP:
    address = _address(server)
    smtp: smtplib.SMTP
    if server.security is Security.TLS:
        smtp = smtplib.SMTP_SSL(
            local_hostname=hello, timeout=PATIENCE_S, context=ssl.create_default_context()
        )
    else:
        smtp = smtplib.SMTP(local_hostname=hello, timeout=PATIENCE_S)
    # The name that the certificate must carry; the connection goes to the address that was checked.
    smtp._host = server.host  # type: ignore[attr-defined]
    code, words = smtp.connect(address, server.port)
    if code != 220:
        smtp.close()
        raise smtplib.SMTPConnectError(code, words)
    return smtp


def _sign_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    """As smtplib would, which knows ASCII passwords alone."""
    smtp.ehlo_or_helo_if_needed()
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    name, password = server.username.encode(), server.password.encode()
    if "PLAIN" in offered:
        code, words = smtp.docmd("AUTH", "PLAIN " + b64encode(b"\0" + name + b"\0" + password).decode())
    elif "LOGIN" in offered:
        smtp.docmd("AUTH", "LOGIN")
        smtp.docmd(b64encode(name).decode())
        code, words = smtp.docmd(b64encode(password).decode())
    else:
        smtp.login(server.username, server.password)
        return
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, words)


def _address(server: MailServer) -> str:
    """One address of the server. Raises MailTrouble where a tenant's server is none of the internet."""
    found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not server.trusted:
        inside = any(not ipaddress.ip_address(address).is_global for address in addresses)
        if inside or server.port not in MAIL_PORTS:
            raise MailTrouble(_NOT_OUTSIDE, lasting=True, host=server.host, port=server.port)
    return addresses[0]


def _in_words(error: Exception, server: MailServer, sender: str) -> MailTrouble:
    code, answer = _answer(error)
    words = next(words for kind, words in _WORDS if isinstance(error, kind))
    lasting = isinstance(error, _ABOUT_THIS_MAIL) and 500 <= code < 600
    return MailTrouble(
        words, lasting=lasting, host=server.host, port=server.port, sender=sender, answer=answer
    )


_NOT_OUTSIDE = gettext_noop("{host}, port {port}, is not a mail server that can be reached from here.")
# The first that fits: later ones are wider.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPRecipientsRefused, gettext_noop("{host} does not accept emails for this address: {answer}")),
    (smtplib.SMTPSenderRefused, gettext_noop("{host} does not let us send as {sender}: {answer}")),
    (smtplib.SMTPAuthenticationError, gettext_noop("{host} does not accept the user name and password.")),
    (
        smtplib.SMTPNotSupportedError,
        gettext_noop("{host}, port {port}, does not support what is needed: {answer}"),
    ),
    (smtplib.SMTPDataError, gettext_noop("{host} did not accept the email: {answer}")),
    (smtplib.SMTPResponseException, gettext_noop("{host} refused the connection: {answer}")),
    (socket.gaierror, gettext_noop("There is no server with the name {host}.")),
    (ssl.SSLCertVerificationError, gettext_noop("The certificate of {host} is not valid: {answer}.")),
    (
        ssl.SSLError,
        gettext_noop("{host}, port {port}, does not support TLS this way. Try STARTTLS, or another port."),
    ),
    (ConnectionRefusedError, gettext_noop("Nothing responds on {host}, port {port}.")),
    (TimeoutError, gettext_noop("{host}, port {port}, did not respond in time. Is it the right port?")),
    (
        Exception,
        gettext_noop("The connection to {host}, port {port}, was interrupted. Is it the right port?"),
    ),
)
_ABOUT_THIS_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


def _answer(error: Exception) -> tuple[int, str]:
    """The server's code and words, or what the library says."""
    words: bytes | str
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, words = next(iter(error.recipients.values()))
        case smtplib.SMTPResponseException():
            code, words = error.smtp_code, error.smtp_error
        case ssl.SSLCertVerificationError():
            code, words = 0, error.verify_message
        case _:
            code, words = 0, str(error)
    readable = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return code, " ".join(readable.split())[:200]
