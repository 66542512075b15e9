"""Where each dimension lives in the store, and filters as SQL conditions over those columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from analytics.reports.filters import Dimension, Filter, Filters, Operator

_SIZE = "if({of}_w = 0, '', concat(toString({of}_w), 'x', toString({of}_h)))"

SESSION_COLUMNS = {
    Dimension.SOURCE: "source",
    Dimension.MEDIUM: "medium",
    Dimension.CAMPAIGN: "campaign",
    Dimension.TERM: "term",
    Dimension.CONTENT: "content",
    Dimension.CHANNEL: "channel",
    Dimension.REFERRER: "referrer",
    Dimension.REFERRER_DOMAIN: "referrer_domain",
    Dimension.COUNTRY: "country",
    Dimension.REGION: "region",
    Dimension.CITY: "city",
    Dimension.LANGUAGE: "language",
    Dimension.TIMEZONE: "timezone",
    Dimension.BROWSER: "browser",
    Dimension.BROWSER_VERSION: "browser_version",
    Dimension.OS: "os",
    Dimension.OS_VERSION: "os_version",
    Dimension.DEVICE: "device",
    Dimension.SCREEN_SIZE: _SIZE.format(of="screen"),
    Dimension.ENTRY_PAGE: "entry_path",
    Dimension.EXIT_PAGE: "exit_path",
}
"""Properties of a session, in the table sessions."""

EVENT_COLUMNS = {
    Dimension.PAGE: "path",
    Dimension.HOSTNAME: "hostname",
    Dimension.VIEWPORT_SIZE: _SIZE.format(of="viewport"),
    Dimension.EVENT: "name",
}
"""Properties of one event, in the table events."""

WITHIN = {
    Dimension.REGION: (Dimension.COUNTRY,),
    Dimension.CITY: (Dimension.REGION, Dimension.COUNTRY),
    Dimension.BROWSER_VERSION: (Dimension.BROWSER,),
    Dimension.OS_VERSION: (Dimension.OS,),
}
"""What a value needs beside it to mean one thing: there is a Limburg in two countries."""

PAGE_VIEW = "name = 'page_view'"


class Condition(NamedTuple):
    """SQL over the columns of a table; 1 where everything fits."""

    sql: str
    given: bool


@dataclass(frozen=True, slots=True)
class Conditions:
    """What filters ask of sessions and of events.

    Without a filter on the event, filters on the page mean page views: `page is /pricing` keeps the views
    of that page. With one they mean where it happened: `event is signup` beside it keeps sign-ups there.
    """

    sessions: Condition
    pages: Condition
    """Of the page that an event happened on."""
    names: Condition
    """Of the event itself."""
    parameters: dict[str, object]

    @property
    def on_events(self) -> bool:
        return self.pages.given or self.names.given

    @property
    def hits(self) -> str:
        """The events that the filters look for."""
        return f"{self.names.sql if self.names.given else PAGE_VIEW} AND {self.pages.sql}"

    @property
    def views(self) -> str:
        """The page views that count, of the sessions that are kept."""
        return f"{PAGE_VIEW} AND {self.pages.sql}"


def conditions(filters: Filters) -> Conditions:
    """The filters as conditions, all of which must hold."""
    parameters: dict[str, object] = {}
    sessions: list[str] = []
    pages: list[str] = []
    names: list[str] = []
    for number, one in enumerate(filters):
        if one.dimension in SESSION_COLUMNS:
            place, column = sessions, SESSION_COLUMNS[one.dimension]
        else:
            place = names if one.dimension is Dimension.EVENT else pages
            column = EVENT_COLUMNS[one.dimension]
        place.append(_condition(one, column, f"filter_{number}", parameters))
    return Conditions(_all(sessions), _all(pages), _all(names), parameters)


def _all(parts: Iterable[str]) -> Condition:
    joined = " AND ".join(parts)
    return Condition(joined or "1", bool(joined))


def _condition(one: Filter, column: str, name: str, parameters: dict[str, object]) -> str:
    if one.operator is Operator.MATCHES:
        # Each pattern was found whole by itself, so none can end the group that it stands in.
        parameters[name] = "|".join(f"(?:{pattern})" for pattern in one.values)
        return f"match({column}, {{{name}:String}})"
    parameters[name] = list(one.values)
    values = f"{{{name}:Array(String)}}"
    if one.operator in {Operator.IS, Operator.IS_NOT}:
        return f"{column} {'NOT IN' if one.operator is Operator.IS_NOT else 'IN'} {values}"
    found = f"arrayExists(part -> positionCaseInsensitiveUTF8({column}, part) > 0, {values})"
    return f"NOT {found}" if one.operator is Operator.DOES_NOT_CONTAIN else found
