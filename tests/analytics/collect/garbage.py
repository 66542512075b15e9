"""Bodies that no page of ours sends, for Hypothesis: from noise to what is nearly right."""

import json
import math
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenancy.sites import Site

# What JSON can hold: NUL and all that Unicode has, what addresses are made of, numbers of 400 digits.
TEXTS: SearchStrategy[str] = st.one_of(
    st.text(max_size=30),
    st.text("ab\x00\x7f\u00a0\u202e\ufeff\U0001f600 ./:%&=?#[]@", max_size=30),
    st.sampled_from(["", " ", "\x00", "%", "%00%ff", "null", "x" * 121, "v" * 2_001, "ü" * 1_500]),
)
NUMBERS: SearchStrategy[int | float] = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([2**53, 2**63, 2**64, -(2**64), 10**400, -(10**400), 1e308, -1e308]),
)


def values(scalars: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Any JSON made of these."""
    return st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
        max_leaves=10,
    )


VALUES = values(st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS))
# And what only looks like JSON: halves of characters, and what is not a number.
WILD_VALUES = values(st.one_of(VALUES, st.sampled_from(["\ud800", "a\udfff", math.nan, math.inf, -math.inf])))


def encoded(value: object) -> bytes:
    """As JSON, or nearly: surrogates are escaped, and NaN and Infinity stand as they do in Python."""
    return json.dumps(value).encode()


def wild_bodies(site: Site) -> SearchStrategy[Any]:
    """Any JSON, and bodies of the site whose every field may hold anything."""
    event = some_of("name id timestamp properties context", WILD_VALUES)
    wild = some_of(
        "events sent_at context visitor session", st.one_of(WILD_VALUES, st.lists(event, max_size=3))
    )
    return st.one_of(WILD_VALUES, wild.map(lambda body: {"site_id": site.tracking_id, **body}))


def typed_bodies(site: Site) -> SearchStrategy[dict[str, Any]]:
    """Bodies of the right shape with the oddest content: many of them are accepted."""
    address = st.builds(
        lambda path, tags: f"https://{site.domain}/{path}?{tags}",
        TEXTS,
        st.lists(st.tuples(st.sampled_from(_TAGS), TEXTS), max_size=3).map(
            lambda tags: "&".join(f"{name}={value}" for name, value in tags)
        ),
    )
    properties = st.fixed_dictionaries(
        {"url": st.one_of(st.just(f"https://{site.domain}/"), address)},
        optional={
            **{name: st.one_of(TEXTS, _HOSTS) for name in ("referrer", "title", "path", "utm_source")},
            **dict.fromkeys(("engaged_ms", "scroll_depth", "depth", "user_id", "own", "page_url"), VALUES),
        },
    )
    event = st.fixed_dictionaries(
        {"name": st.one_of(st.sampled_from(_NAMES), TEXTS), "properties": properties},
        optional={"timestamp": NUMBERS, "id": TEXTS, "context": _CONTEXTS},
    )
    return st.fixed_dictionaries(
        {"site_id": st.just(site.tracking_id), "events": st.lists(event, min_size=1, max_size=3)},
        optional={
            "sent_at": NUMBERS,
            "context": _CONTEXTS,
            "visitor": some_of("id is_new", TEXTS),
            "session": VALUES,
        },
    )


def mutated(body: bytes) -> SearchStrategy[bytes]:
    """The body with a few stretches cut out, doubled, or overwritten."""
    place = st.integers(0, len(body))
    cut = st.tuples(place, place, st.binary(max_size=5))
    return st.lists(cut, min_size=1, max_size=4).map(lambda cuts: _mutate(body, cuts))


def heatmap_bodies(site: Site) -> SearchStrategy[dict[str, Any]]:
    """Heatmap bodies with numbers of every size."""
    event = st.fixed_dictionaries(
        {"type": st.sampled_from(["click", "move", "scroll"])} | dict.fromkeys(("x", "y", "depth"), NUMBERS),
        optional={"element": TEXTS},
    )
    return st.fixed_dictionaries(
        {
            "site_id": st.just(site.tracking_id),
            "page_url": st.one_of(
                st.just(f"https://{site.domain}/"), TEXTS.map(lambda path: f"https://{site.domain}/{path}")
            ),
            "viewport": st.fixed_dictionaries({"width": NUMBERS}, optional={"height": NUMBERS}),
            "events": st.lists(event, max_size=4),
        }
    )


def some_of(names: str, values: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """Objects with some of these keys."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names.split(), values))


_TAGS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "source", "ref", "gclid", "fbclid", "q")
_NAMES = ("page_view", "engagement", "scroll_depth", "outbound_click", "identify", "revenue", "own")
_HOSTS = TEXTS.map(lambda host: f"https://{host}/")
_CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("viewport_width", "screen_width", "screen_height"), NUMBERS),
        **dict.fromkeys(("timezone", "language"), TEXTS),
    },
)


def _mutate(body: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for start, end, filling in cuts:
        body = body[:start] + filling + body[end:]
    return body
