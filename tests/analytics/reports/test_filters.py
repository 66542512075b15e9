"""Filters as they arrive in a link: what is read, what is refused and how it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.reports.filters import (
    Dimension,
    Filter,
    Operator,
    filters_json,
    parse_filters,
    refuse_bad_patterns,
)
from tenancy.errors import Invalid
from tests.analytics.worlds import a_site

GERMANY = Filter(Dimension.COUNTRY, Operator.IS, ("DE", "AT"))


def test_filters_are_read() -> None:
    text = '[{"dimension": "country", "operator": "is", "values": ["DE", "AT"]}]'
    assert parse_filters(text) == (GERMANY,)


@pytest.mark.parametrize("text", [None, "", "  ", "[]"])
def test_no_filters(text: str | None) -> None:
    assert parse_filters(text) == ()


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
some_filters = st.lists(
    st.builds(
        Filter,
        st.sampled_from(Dimension),
        st.sampled_from(Operator),
        st.lists(texts, min_size=1, max_size=4).map(tuple),
    ),
    max_size=5,
).map(tuple)


@given(some_filters)
def test_a_link_says_what_was_chosen(chosen: tuple[Filter, ...]) -> None:
    assert parse_filters(filters_json(chosen)) == chosen


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ("{", "filters", "JSON list"),
        ("{}", "filters", "JSON list"),
        ("[1]", "filters", "JSON list"),
        ('[{"dimension": "country"}]', "filters", "JSON list"),
        ('[{"dimension": "country", "operator": "is", "values": "DE"}]', "filters", "JSON list"),
        ('[{"dimension": "country", "operator": "is", "values": [null]}]', "filters", "JSON list"),
        ('["\\ud800"]', "filters", "JSON list"),
        ('[{"dimension": "planet", "operator": "is", "values": ["x"]}]', "filters[0].dimension", "“planet”"),
        ('[{"dimension": "country", "operator": "like", "values": ["x"]}]', "filters[0].operator", "is_not"),
        ('[{"dimension": "country", "operator": "is", "values": []}]', "filters[0].values", "1 to 100"),
        (
            '[{"dimension": "page", "operator": "contains", "values": ["a", ""]}]',
            "filters[0].values",
            "contain",
        ),
        (
            '[{"dimension": "page", "operator": "is", "values": ["%s"]}]' % ("x" * 2001),
            "filters[0].values",
            "2000 characters",
        ),
        (filters_json((GERMANY,) * 21), "filters", "20 filters"),
    ],
)
def test_what_is_refused(text: str, field: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        parse_filters(text)
    assert caught.value.field == field
    assert caught.value.status == 422


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        parse_filters(text)
    except Invalid:
        return


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("pattern", ["(", "a{2000}", "(?<=a)b", "(a)\\1", "[z-a]", "*"])
async def test_a_pattern_that_cannot_be_read_is_named(pattern: str) -> None:
    chosen = (GERMANY, Filter(Dimension.PAGE, Operator.MATCHES, ("^/blog/", pattern)))
    with pytest.raises(Invalid, match="regular expression") as caught:
        await refuse_bad_patterns(a_site(), chosen)
    assert caught.value.field == "filters[1].values[1]"


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("pattern", ["", "^/blog/\\d+$", "(?i)Product", "\\pL+", "a|b", "'quoted'\\\\"])
async def test_patterns_that_can_be_read(pattern: str) -> None:
    await refuse_bad_patterns(a_site(), (Filter(Dimension.PAGE, Operator.MATCHES, (pattern,)),))
