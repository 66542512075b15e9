"""Lucide icons, inline: portal/static/build/icons.mjs lists the ones we have."""

import json
from functools import lru_cache
from types import MappingProxyType

from markupsafe import Markup

from portal.assets import FOLDER
from portal.views.markup import filled

ICONS = MappingProxyType(json.loads((FOLDER / "icons.json").read_text()))
# Arrows that mean forward or back, and so turn round where reading does.
_TURNING = frozenset(
    {"arrow-left", "arrow-right", "chevron-left", "chevron-right", "log-out", "external-link"}
)


@lru_cache(maxsize=512)
def icon(name: str, size: int = 16, extra: str = "") -> Markup:
    """The icon in the text's colour, hidden from screen readers: the words beside it say the same.

    `extra` is more classes. KeyError for a name that icons.mjs does not list.
    """
    classes = " ".join(filter(None, ("icon", "turns" if name in _TURNING else "", extra)))
    return filled(
        '<svg class="{}" width="{}" height="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>',
        classes,
        size,
        size,
        Markup(ICONS[name]),  # noqa: S704  our own file
    )
