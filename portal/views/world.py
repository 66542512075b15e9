"""The map of visitors: grey land, and the countries they came from in the brand's colour."""

from collections.abc import Sequence

from markupsafe import Markup

from analytics.reports.breakdown import BreakdownRow
from analytics.reports.filters import Dimension, Filter, Operator, filters_json
from portal.assets import asset_url
from portal.views import numbers
from portal.views.markup import filled, joined
from tenancy.text import gettext as _
from tenancy.text import ngettext

# The drawing of world.svg without the empty Pacific at its edges.
_VIEW = "95 0 1600 797"
# One large country must not leave all others pale.
_SOFTEN = 0.5
_PALEST = 0.14


def world_map(countries: Sequence[BreakdownRow], *, locale: str = "en", pressable: bool = True) -> Markup:
    """Each row's value is an ISO code. A pressable country emits ("filter", its filter as JSON).

    The list beside the map says the same in words, so to screen readers it is a picture.
    """
    land = asset_url("world.svg")
    most = max((row.visitors for row in countries), default=0) or 1
    shapes = joined(
        filled(
            '<use class="visited" href="{}#{}" fill-opacity="{:.2f}"{} data-hover="{}"/>',
            land,
            row.value,
            _PALEST + (1 - _PALEST) * (row.visitors / most) ** _SOFTEN,
            filled(' data-emit="filter" data-arg="{}"', _only(row.value)) if pressable else "",
            _tooltip(row, locale),
        )
        for row in countries
        if _is_code(row.value)
    )
    return filled(
        '<svg class="world" viewBox="{}" role="img" aria-label="{}">'
        '<use class="land" href="{}#land"/>{}</svg>',
        _VIEW,
        _("Map of visitors by country"),
        land,
        shapes,
    )


def with_map(
    countries: Sequence[BreakdownRow], rows: Markup, *, locale: str = "en", pressable: bool = True
) -> Markup:
    """The map beside the list of the same countries; below each other on a phone."""
    return filled(
        '<div class="geo"><div>{}</div><div>{}</div></div>',
        world_map(countries, locale=locale, pressable=pressable),
        rows,
    )


def _only(code: str) -> str:
    return filters_json((Filter(Dimension.COUNTRY, Operator.IS, (code,)),))


def _is_code(value: str) -> bool:
    return len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()


def _tooltip(row: BreakdownRow, locale: str) -> str:
    visitors = ngettext("{count} visitor", "{count} visitors", row.visitors)
    return f"{numbers.country_name(row.value, locale)} · " + visitors.format(
        count=numbers.integer(row.visitors, locale)
    )
