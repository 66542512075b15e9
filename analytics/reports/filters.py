"""Filters of a report: what a link or the API says, checked, with errors that name the filter."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from analytics.clickhouse import BadPattern, query
from tenancy.errors import Invalid
from tenancy.sites import Site
from tenancy.text import gettext as _


class Dimension(StrEnum):
    """What reports can be broken down and filtered by."""

    SOURCE = "source"
    MEDIUM = "medium"
    CAMPAIGN = "campaign"
    TERM = "term"
    CONTENT = "content"
    CHANNEL = "channel"
    REFERRER = "referrer"
    REFERRER_DOMAIN = "referrer_domain"
    COUNTRY = "country"
    REGION = "region"
    CITY = "city"
    LANGUAGE = "language"
    TIMEZONE = "timezone"
    BROWSER = "browser"
    BROWSER_VERSION = "browser_version"
    OS = "os"
    OS_VERSION = "os_version"
    DEVICE = "device"
    SCREEN_SIZE = "screen_size"
    ENTRY_PAGE = "entry_page"
    EXIT_PAGE = "exit_page"
    PAGE = "page"
    HOSTNAME = "hostname"
    VIEWPORT_SIZE = "viewport_size"
    EVENT = "event"


class Operator(StrEnum):
    """is: one of the values; is_not, does_not_contain: none of them; contains, matches: any of them."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does_not_contain"
    MATCHES = "matches"


@dataclass(frozen=True, slots=True)
class Filter:
    """The empty value stands for the unknown: a visit without a campaign, a page without a name."""

    dimension: Dimension
    operator: Operator
    values: tuple[str, ...]


Filters = tuple[Filter, ...]

MOST_FILTERS = 20
MOST_VALUES = 100
MOST_CHARACTERS = 2_000


def parse_filters(text: str | None) -> Filters:
    """The filters of a JSON list of {"dimension", "operator", "values"}; none for an empty text."""
    if not text or not text.strip():
        return ()
    try:
        given = msgspec.json.decode(text, type=list[_Given])
    except (msgspec.MsgspecError, UnicodeError) as error:
        message = _("Filters must be a JSON list of objects, each with a dimension, an operator and values.")
        raise Invalid(message, field="filters") from error
    if len(given) > MOST_FILTERS:
        raise Invalid(
            _("A report can have at most {most} filters.").format(most=MOST_FILTERS), field="filters"
        )
    return tuple(_filter(one, f"filters[{number}]") for number, one in enumerate(given))


def filters_json(filters: Filters) -> str:
    """The text that parse_filters reads; empty without filters."""
    return msgspec.json.encode(filters).decode() if filters else ""


async def refuse_bad_patterns(site: Site, filters: Filters) -> None:
    """Raises Invalid for a pattern that ClickHouse cannot read; asked once for each pattern."""
    for number, one in enumerate(filters):
        if one.operator is not Operator.MATCHES:
            continue
        for place, pattern in enumerate(one.values):
            if pattern in _good_patterns:
                continue
            try:
                await query(site, "SELECT match('', {pattern:String})", pattern=pattern)
            except BadPattern as error:
                raise Invalid(error.message, field=f"filters[{number}].values[{place}]") from error
            if len(_good_patterns) >= _MOST_REMEMBERED:
                _good_patterns.clear()
            _good_patterns.add(pattern)


class _Given(msgspec.Struct):
    dimension: str
    operator: str
    values: list[str]


_MOST_REMEMBERED = 1_000
_good_patterns: set[str] = set()


def _filter(given: _Given, field: str) -> Filter:
    try:
        dimension = Dimension(given.dimension)
    except ValueError:
        message = _("There is no dimension “{name}”.").format(name=given.dimension[:50])
        raise Invalid(message, field=f"{field}.dimension") from None
    try:
        operator = Operator(given.operator)
    except ValueError:
        message = _("The operator must be one of {names}.").format(names=", ".join(Operator))
        raise Invalid(message, field=f"{field}.operator") from None
    _check_values(operator, given.values, f"{field}.values")
    return Filter(dimension, operator, tuple(given.values))


def _check_values(operator: Operator, values: list[str], field: str) -> None:
    if not 1 <= len(values) <= MOST_VALUES:
        raise Invalid(_("A filter needs 1 to {most} values.").format(most=MOST_VALUES), field=field)
    for value in values:
        if len(value) > MOST_CHARACTERS:
            raise Invalid(
                _("A value can have at most {most} characters.").format(most=MOST_CHARACTERS), field=field
            )
        if not value and operator not in {Operator.IS, Operator.IS_NOT}:
            raise Invalid(_("Enter what the value should contain."), field=field)
