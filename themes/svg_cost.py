"""How much work an SVG is: a few kilobytes can ask for each part of a part to be painted, billions."""

import re
from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element


def unfolded_cost(root: Element) -> int:
    """How many parts a painter paints, with all that they refer to; NEVER_ENDING where nobody would wait."""
    return _Unfolding(root).cost(root)


NEVER_ENDING = 10**9

_DEEPEST = 200
# A pattern, mask or clipping path is a picture of its own before it is used.
_REFERENCE = 20
_URL = re.compile(r"url\(\s*[\"']?\s*#([^\"')\s]+)", re.I)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_CLASS, _ID = re.compile(r"\.([\w-]+)"), re.compile(r"#([\w-]+)")


class _Unfolding:
    def __init__(self, root: Element) -> None:
        self._by_id = {one.get("id", ""): one for one in root.iter() if one.get("id")}
        self._by_selector: defaultdict[str, set[str]] = defaultdict(set)
        self._known: dict[Element, int] = {}
        for one in root.iter():
            if one.tag.rpartition("}")[2] == "style":
                self._read(one.text or "")

    def cost(self, one: Element, depth: int = 0) -> int:
        """Of the element, its children, and what they refer to."""
        if depth > _DEEPEST:
            return NEVER_ENDING
        if one not in self._known:
            # Whoever refers to itself is not painted by anybody.
            self._known[one] = 0
            own = 1 + sum(self.cost(child, depth + 1) for child in one)
            for name in self._references(one):
                if (target := self._by_id.get(name)) is not None:
                    own += _REFERENCE + self.cost(target, depth + 1)
            self._known[one] = min(own, NEVER_ENDING)
        return self._known[one]

    def _read(self, css: str) -> None:
        for selector, rule in _RULE.findall(css):
            names = {
                *(f".{name}" for name in _CLASS.findall(selector)),
                *map("#{}".format, _ID.findall(selector)),
            }
            for name in names or {"*"}:
                self._by_selector[name] |= set(_URL.findall(rule))

    def _references(self, one: Element) -> Iterator[str]:
        for name, value in one.attrib.items():
            if name.rpartition("}")[2] == "href" and value.startswith("#"):
                yield value[1:]
            yield from _URL.findall(value)
        selectors = [f".{name}" for name in one.get("class", "").split()] + [f"#{one.get('id')}", "*"]
        for selector in selectors:
            yield from self._by_selector.get(selector, ())
