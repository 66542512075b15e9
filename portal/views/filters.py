"""The filters in force, each with a way out."""

from collections.abc import Sequence

from markupsafe import Markup

from analytics.reports.filters import Dimension, Filter, Operator
from portal.views.icons import icon
from portal.views.labels import dimension_name, value_label
from portal.views.markup import filled, joined
from portal.views.shell import button_face
from tenancy.text import gettext as _
from tenancy.text import gettext_noop

_OPERATORS = {
    Operator.IS: gettext_noop("is"),
    Operator.IS_NOT: gettext_noop("is not"),
    Operator.CONTAINS: gettext_noop("contains"),
    Operator.DOES_NOT_CONTAIN: gettext_noop("does not contain"),
    Operator.MATCHES: gettext_noop("matches"),
}


def operator_name(operator: Operator) -> str:
    return _(_OPERATORS[operator])


def filter_button() -> Markup:
    """The button that emits ("ask_filter", "")."""
    return filled(
        '<button type="button" class="btn" data-emit="ask_filter">{}</button>',
        button_face(_("Filter"), icon("list-filter")),
    )


def filter_chips(filters: Sequence[Filter], *, locale: str = "en") -> Markup:
    """A chip per filter: its text emits ("edit_filter", index), its cross ("remove_filter", index)."""
    if not filters:
        return Markup("")
    chips = joined(_chip(index, one, locale) for index, one in enumerate(filters))
    everything = (
        filled(
            '<button type="button" class="btn quiet" data-emit="clear_filters">{}</button>', _("Clear all")
        )
        if len(filters) > 1
        else ""
    )
    return filled(
        '<div class="chips" role="group" aria-label="{}">{}{}</div>', _("Filters"), chips, everything
    )


def describe_filter(one: Filter, locale: str) -> Markup:
    """'Country is Germany or France'."""
    values = [value_label(Dimension(one.dimension), value, locale) for value in one.values]
    alternatives = filled(" {} ", _("or")).join(filled("<b><bdi>{}</bdi></b>", v) for v in values)
    return filled("{} {} {}", dimension_name(one.dimension), operator_name(one.operator), alternatives)


def _chip(index: int, one: Filter, locale: str) -> Markup:
    return filled(
        '<span class="chip"><button type="button" class="plain" data-emit="edit_filter" data-arg="{0}">'
        '{1}</button><button type="button" class="plain x" data-emit="remove_filter" data-arg="{0}" '
        'aria-label="{2}">{3}</button></span>',
        index,
        describe_filter(one, locale),
        _("Remove this filter"),
        icon("x", 14),
    )
