"""Mail without a mail server: a stack on one machine keeps it in a Maildir, for its operator to read."""

import email
import mailbox
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from tenancy.errors import NotFound
from themes.settings import settings


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail that was not sent anywhere."""

    key: str
    sender: str
    to: str
    subject: str
    at: datetime
    html: str
    text: str


def keep(message: bytes) -> str:
    """Puts the message into MAIL_DIR, and returns its key there."""
    return _directory().add(message)


def kept_mails(limit: int = 20) -> list[KeptMail]:
    """The newest mails in MAIL_DIR, newest first; empty without one."""
    if settings().mail_dir is None:
        return []
    directory = _directory()
    newest = sorted(directory.keys(), key=_moment, reverse=True)
    return [_read(directory, key) for key in newest[:limit]]


def kept_mail(key: str) -> KeptMail:
    """That mail. Raises NotFound."""
    if settings().mail_dir is None:
        raise NotFound()
    directory = _directory()
    if key not in directory:
        raise NotFound()
    return _read(directory, key)


def _directory() -> mailbox.Maildir:
    path = settings().mail_dir
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    # A Maildir is readable by its owner alone: there are links to new passwords in it.
    return mailbox.Maildir(path)


def _moment(key: str) -> tuple[int, int]:
    # A key is "<second>.M<microseconds, not padded>P<process>Q<number>.<host>".
    second, rest, *_others = key.split(".")
    return int(second), int(rest[1:].partition("P")[0])


def _read(directory: mailbox.Maildir, key: str) -> KeptMail:
    message = email.message_from_bytes(directory.get_bytes(key), policy=default)
    assert isinstance(message, EmailMessage)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    return KeptMail(
        key=key,
        sender=str(message["From"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=parsedate_to_datetime(str(message["Date"])).astimezone(UTC),
        html=html.get_content() if html is not None else "",
        text=text.get_content() if text is not None else "",
    )


def mail_directory_path() -> Path | None:
    """Where it is; None where mail goes to a server."""
    return None if settings().smtp_url else settings().mail_dir
