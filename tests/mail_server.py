"""A mail server that listens on this machine, and does what a test wants of one."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USERNAME, PASSWORD = "agency", "p@ss:wörd/é"


@dataclass
class Rules:
    """How the server behaves; a test may change it while it listens."""

    tls: bool = False
    starttls: bool = False
    auth: bool = False
    refuse_recipient: str = ""
    refuse_sender: str = ""
    refuse_data: str = ""


@dataclass(frozen=True)
class Received:
    """A mail as it came in."""

    hello: str
    sender: str
    recipients: list[str]
    message: EmailMessage
    raw: bytes
    encrypted: bool
    signed_in: bool

    def part(self, kind: str) -> str:
        """The "html" or "plain" part."""
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass(frozen=True)
class Certified:
    authority: Path
    chain: Path


class MailServerRun:
    """A running server and what it has taken."""

    def __init__(self, rules: Rules, certified: Certified) -> None:
        self.rules = rules
        self.mails: list[Received] = []
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certified.chain)
        details: dict[str, Any] = {"enable_SMTPUTF8": True}
        if rules.starttls:
            details |= {"tls_context": context, "require_starttls": True}
        if rules.auth:
            details |= {
                "authenticator": self._authenticate,
                "auth_required": True,
                "auth_require_tls": not rules.tls,
            }
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, **details), "127.0.0.1", 0, ssl=context if rules.tls else None
        )
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?security=none"

    def only(self) -> Received:
        """The one mail that it has taken."""
        (mail,) = self.mails
        return mail

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.rules.refuse_sender:
            return self.rules.refuse_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.rules.refuse_recipient:
            return self.rules.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.rules.refuse_data:
            return self.rules.refuse_data
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(
            Received(
                session.host_name,
                envelope.mail_from,
                envelope.rcpt_tos,
                message,
                envelope.content,
                encrypted=session.ssl is not None or self.rules.tls,
                signed_in=bool(session.authenticated),
            )
        )
        return "250 OK"

    def _authenticate(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        right = (given.login, given.password) == (USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


MailServers = Callable[..., MailServerRun]
"""`mail_servers(tls=True)`, as the fixture of that name."""


def certificate(directory: Path) -> Certified:
    """For 127.0.0.1 and localhost; made once in a test process."""
    found = Certified(directory / "mail-authority.pem", directory / "mail-server.pem")
    if found.chain.exists():
        return found
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    found.authority.write_bytes(public)
    found.chain.write_bytes(private + public)
    return found
