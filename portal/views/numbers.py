"""Numbers, dates and names as a person of a locale reads them; Babel is slow, so answers are kept."""

import math
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from babel.units import format_unit

_CACHE = 20_000
_SYMBOLS = {"duration-hour": "h", "duration-minute": "min", "duration-second": "s"}


@lru_cache(maxsize=256)
def locale_of(tag: str) -> Locale:
    """Babel's locale for 'en', 'en-US' or 'de_AT'; English for what it does not know."""
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def direction(tag: str) -> str:
    """'ltr' or 'rtl', for the dir attribute."""
    return str(locale_of(tag).text_direction)


@lru_cache(maxsize=_CACHE)
def integer(number: int, locale: str) -> str:
    return format_decimal(number, locale=locale_of(locale))


@lru_cache(maxsize=_CACHE)
def decimal(number: float, locale: str, digits: int = 2) -> str:
    return format_decimal(round(number, digits), locale=locale_of(locale))


@lru_cache(maxsize=_CACHE)
def compact(number: float, locale: str) -> str:
    """Three figures and the locale's letter: 985, 9.8K, 143K, 1.2M."""
    babel = locale_of(locale)
    if abs(number) < 1000:
        return format_decimal(round(number), locale=babel)
    magnitude = math.floor(math.log10(abs(number)))
    # 999,999 is 1M, not 1,000K.
    rounded = round(number / 10 ** (magnitude - 2)) * 10 ** (magnitude - 2)
    digits = 0 if math.floor(math.log10(abs(rounded))) % 3 == 2 else 1
    short = format_compact_decimal(rounded, locale=babel, fraction_digits=digits)
    # German has no letter for a thousand: then the number as it is.
    return format_decimal(round(number), locale=babel) if short.isdecimal() else short


@lru_cache(maxsize=_CACHE)
def percent(fraction: float, locale: str, digits: int = 0) -> str:
    """0.384 as '38%', or '38.4%' with one digit."""
    rounded = round(fraction, digits + 2)
    pattern = locale_of(locale).percent_formats[None].pattern
    if digits:
        pattern = pattern.replace("0", "0." + "0" * digits, 1)
    return format_percent(rounded, pattern, locale=locale_of(locale))


def share(fraction: float, locale: str) -> str:
    """A part of the whole: '38%', and '<1%' rather than a nought that is none."""
    if 0 < fraction < 0.01:
        return "<" + percent(0.01, locale)
    return percent(fraction, locale)


def change(fraction: float, locale: str) -> str:
    """How much more or less, without its sign: the arrow beside it says which. Above 1,000 % as a factor."""
    size = abs(fraction)
    if size >= 10:
        return f"{compact(size + 1, locale)}×"
    return percent(size, locale, 1 if size < 1 else 0)


@lru_cache(maxsize=_CACHE)
def duration(seconds: float, locale: str) -> str:
    """'41s', '2m 41s', '1h 5m'."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        parts = [(hours, "duration-hour"), (minutes, "duration-minute")]
    elif minutes:
        parts = [(minutes, "duration-minute"), (rest, "duration-second")]
    else:
        parts = [(rest, "duration-second")]
    return " ".join(_unit(number, unit, locale) for number, unit in parts)


@lru_cache(maxsize=_CACHE)
def day(of: date, locale: str) -> str:
    """'4 Nov' or 'Nov 4'."""
    return format_skeleton("MMMd", _at_midnight(of), locale=locale_of(locale))


@lru_cache(maxsize=_CACHE)
def weekday(of: date, locale: str) -> str:
    """'Wed, 4 Nov'."""
    return format_skeleton("MMMEd", _at_midnight(of), locale=locale_of(locale))


@lru_cache(maxsize=_CACHE)
def long_day(of: date, locale: str) -> str:
    """'4 November 2026'."""
    return format_date(of, "long", locale=locale_of(locale))


@lru_cache(maxsize=_CACHE)
def month(of: date, locale: str, *, with_year: bool = False) -> str:
    """'Nov' or 'Nov 2026'."""
    if with_year:
        return format_skeleton("yMMM", _at_midnight(of), locale=locale_of(locale))
    return format_date(of, "LLL", locale=locale_of(locale))


@lru_cache(maxsize=_CACHE)
def clock(at: datetime, locale: str) -> str:
    """'15:00' or '3:00 PM', in the zone that the time carries."""
    return format_time(at.time(), "short", locale=locale_of(locale))


@lru_cache(maxsize=_CACHE)
def moment(at: datetime, timezone: str, locale: str) -> str:
    """'25 Nov 2026, 14:02', in a time zone."""
    local, babel = at.astimezone(ZoneInfo(timezone)), locale_of(locale)
    pattern = str(babel.datetime_formats["medium"]).replace("'", "")
    return pattern.format(
        format_time(local.time(), "short", locale=babel), format_date(local.date(), "medium", locale=babel)
    )


def ago(at: datetime, now: datetime, locale: str) -> str:
    """'3 hours ago', 'now' for the last minute."""
    elapsed = min(at - now, timedelta())
    unit: Literal["minute", "hour", "day"] = "day"
    if elapsed > -timedelta(days=1):
        unit = "minute" if elapsed > -timedelta(hours=1) else "hour"
    return format_timedelta(elapsed, unit, add_direction=True, locale=locale_of(locale))


@lru_cache(maxsize=_CACHE)
def medium_day(of: date, locale: str) -> str:
    """'4 Nov 2026' or 'Nov 4, 2026'."""
    return format_date(of, "medium", locale=locale_of(locale))


def days(first: date, last: date, locale: str, *, with_year: bool = False) -> str:
    """'22 Oct – 20 Nov', one day alone where both are the same; with years where they differ or if asked."""
    if first == last:
        return long_day(first, locale)
    if first.year == last.year and not with_year:
        return f"{day(first, locale)} – {day(last, locale)}"
    return f"{medium_day(first, locale)} – {medium_day(last, locale)}"


def country_name(code: str, locale: str) -> str:
    """'Germany' for 'DE'; the code itself where no name is known."""
    return str(locale_of(locale).territories.get(code.upper(), code))


def language_name(code: str, locale: str) -> str:
    """'German' for 'de', 'German (Austria)' for 'de-AT'; the code itself where no name is known."""
    names = locale_of(locale).languages
    name = names.get(code) or names.get(code.replace("-", "_"))
    if name:
        return str(name)
    language, _dash, territory = code.replace("_", "-").partition("-")
    plain = names.get(language.lower())
    return f"{plain} ({country_name(territory, locale)})" if plain and territory else str(plain or code)


def _unit(number: int, unit: str, locale: str) -> str:
    written = format_unit(number, unit, length="narrow", locale=locale_of(locale))
    if unit not in written:
        return written
    # Babel found no narrow form. The short one may be "41 Sek.", too long for a tile: then the symbol.
    short = format_unit(number, unit, length="short", locale=locale_of(locale))
    return short if len(short) <= len(str(number)) + 3 else f"{number} {_SYMBOLS[unit]}"


def _at_midnight(of: date) -> datetime:
    return of if isinstance(of, datetime) else datetime(of.year, of.month, of.day)  # noqa: DTZ001  a day, no instant
