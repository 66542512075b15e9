"""What a mail says, before anybody knows how it looks: every kind of mail writes one of these."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from tenancy.text import gettext as _


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: in which language and time zone, and under which brand's name."""

    locale: str
    timezone: str
    brand: str

    def moment(self, at: datetime) -> str:
        """November 25, 2026, 7:24 PM (Lisbon)."""
        zone = ZoneInfo(self.timezone)
        there = at.astimezone(zone)
        place = (
            "UTC" if self.timezone == "UTC" else get_timezone_location(zone, self._babel, return_city=True)
        )
        day, clock = self.day(there), format_time(there, "short", tzinfo=zone, locale=self._babel)
        return f"{self._babel.datetime_formats['medium'].format(clock, day)} ({place})"

    def day_of(self, at: datetime) -> str:
        """The day of that moment where the reader is."""
        return self.day(at.astimezone(ZoneInfo(self.timezone)))

    def day(self, day: date) -> str:
        """November 25, 2026."""
        return str(format_date(day, "long", locale=self._babel))

    def number(self, number: int) -> str:
        """1,250,000."""
        return format_decimal(number, locale=self._babel)

    def percent(self, fraction: float) -> str:
        """80%."""
        return format_percent(fraction, locale=self._babel)

    def list(self, words: list[str]) -> str:
        """a, b, and c."""
        return str(format_list(words, locale=self._babel))

    @property
    def _babel(self) -> Locale:
        try:
            return Locale.parse(self.locale.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            return Locale.parse("en")


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do next; path is on the organisation's own host."""

    words: str
    path: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and body of a mail, in plain words: all of it is escaped where it is drawn."""

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    why: str
    """Why this person gets it, for the small print."""
    action: Action | None = None
    facts: tuple[tuple[str, str], ...] = ()
    """Labels with values, shown as a small table."""
    after: tuple[str, ...] = ()
    """What comes after the button and the facts."""
    warns: bool = False
    """Whether it is bad news, and looks like it."""


class Mail(ABC):
    """A kind of mail. Each is a frozen dataclass with what it needs to know."""

    kind: ClassVar[str]
    good_for: ClassVar[timedelta] = timedelta(days=1)
    """After so long without a way to send it, it is not worth sending."""

    @abstractmethod
    def letter(self, reader: Reader) -> Letter:
        """What it says to this reader, in the language that tenancy.text speaks at the moment."""


def checked_path(path: str) -> str:
    """A path on the organisation's host; a mail never links anywhere else."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(c) < 33 for c in path):
        raise ValueError("A mail links to a path of its own host.")
    return path


def not_you() -> str:
    """The sentence of every mail about an account."""
    return _("If this was not you, change your password now and sign out of all devices.")


def because_of_account(reader: Reader) -> str:
    return _("You are receiving this email because you have an account with {brand}.").format(
        brand=reader.brand
    )


def because_asked(reader: Reader) -> str:
    return _("You are receiving this email because someone entered this address at {brand}.").format(
        brand=reader.brand
    )


def because_in_charge(organization: str) -> str:
    return _("You are receiving this email because you manage {organization}.").format(
        organization=organization
    )
