"""Numbers and dates as people of several languages write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.views import numbers


@pytest.mark.parametrize(
    ("number", "english"),
    [
        (0, "0"),
        (985, "985"),
        (-1500, "-1.5K"),
        (9849, "9.8K"),
        (99_949, "99.9K"),
        (143_210, "143K"),
        (999_999, "1M"),
        (1_234_567, "1.2M"),
        (10**12, "1T"),
    ],
)
def test_large_numbers_are_short(number: int, english: str) -> None:
    assert numbers.compact(number, "en") == english


def test_german_has_no_letter_for_a_thousand() -> None:
    assert numbers.compact(143_210, "de") == "143.210"
    assert numbers.compact(1_234_567, "de") == "1,2\N{NO-BREAK SPACE}Mio."


@pytest.mark.parametrize(
    ("seconds", "english"), [(0, "0s"), (41.4, "41s"), (161, "2m 41s"), (3600, "1h 0m"), (90_061, "25h 1m")]
)
def test_durations(seconds: float, english: str) -> None:
    assert numbers.duration(seconds, "en") == english


@pytest.mark.parametrize("locale", ["de", "ar", "fr", "ja", "pt-BR"])
def test_durations_are_short_in_every_language(locale: str) -> None:
    written = numbers.duration(161, locale)
    assert "duration" not in written
    assert len(written) <= 12


def test_small_shares_are_not_nought() -> None:
    assert numbers.share(0.001, "en") == "<1%"
    assert numbers.share(0.0, "en") == "0%"
    assert numbers.share(0.384, "en") == "38%"


def test_changes_lose_their_sign_and_grow_into_factors() -> None:
    assert numbers.change(-0.123, "en") == "12.3%"
    assert numbers.change(2.5, "en") == "250%"
    assert numbers.change(33, "en") == "34×"


def test_days_in_words() -> None:
    first, last = date(2026, 10, 22), date(2026, 11, 20)
    assert numbers.days(first, last, "en") == "Oct 22 – Nov 20"
    assert numbers.days(first, first, "en") == "October 22, 2026"
    assert "2025" in numbers.days(date(2025, 12, 1), last, "en")
    assert numbers.weekday(last, "de") == "Fr., 20. Nov."
    assert numbers.clock(datetime(2026, 11, 4, 15, tzinfo=UTC), "de") == "15:00"


@pytest.mark.parametrize(
    ("locale", "direction"), [("en-US", "ltr"), ("ar", "rtl"), ("he_IL", "rtl"), ("no such", "ltr")]
)
def test_direction(locale: str, direction: str) -> None:
    assert numbers.direction(locale) == direction


def test_names_of_places_and_languages() -> None:
    assert numbers.country_name("de", "fr") == "Allemagne"
    assert numbers.country_name("??", "en") == "??"
    assert numbers.language_name("de-AT", "en") == "Austrian German"
    assert numbers.language_name("de-NA", "en") == "German (Namibia)"
    assert numbers.language_name("zz", "en") == "zz"


@given(st.floats(0, 1e15), st.sampled_from(["en", "de", "ar", "hi", "ja"]))
def test_any_number_can_be_written(number: float, locale: str) -> None:
    for write in (numbers.compact, numbers.duration, numbers.percent, numbers.decimal, numbers.change):
        assert write(number, locale)
