"""Finds texts in our code that a person would read in English whatever their language."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

ESCAPE = "# untranslated:"
"""Ends the line of a text that stays as it is, or stands above it; the reason follows."""

DOORS = frozenset({"gettext", "ngettext", "pgettext"})
NOOP = "gettext_noop"
# Which arguments a person reads, by the name of what is called: places and keywords.
READ: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "label": ((0,), ("text",)),
    "button": ((0,), ("text", "label", "describe")),
    "notify": ((0,), ("message",)),
    "input": ((0,), ("label", "placeholder")),
    "textarea": ((0,), ("label", "placeholder")),
    "number": ((0,), ("label", "placeholder")),
    "select": ((), ("label",)),
    "checkbox": ((0,), ("text",)),
    "switch": ((0,), ("text",)),
    "tooltip": ((0,), ("text",)),
    "markdown": ((0,), ("content",)),
    "link": ((0,), ("text",)),
    "page_title": ((0,), ("title",)),
    "date_input": ((0,), ("label",)),
    "tab": ((0,), ("label",)),
    "item": ((0,), ("text",)),
    "menu_item": ((0,), ("text",)),
    "radio": ((), ()),
    "upload": ((), ("label",)),
    "color_input": ((0,), ("label",)),
    "expansion": ((0,), ("text",)),
    "dialog_title": ((0,), ()),
    "heading": ((0,), ("title",)),
    "panel": ((0,), ("title",)),
    "empty_state": ((1, 2), ("title", "text")),
    "error_state": ((0,), ("message",)),
    "form_dialog": ((0,), ("title", "submit")),
    "Field": ((1,), ("label", "hint")),
    "NavLink": ((1,), ("title",)),
    "NavGroup": ((1,), ("title",)),
    "SettingsPage": ((1,), ("title",)),
    "Tab": ((1,), ("title",)),
    "frame": ((), ("title",)),
    "dress": ((1,), ("title",)),
    "document": ((1,), ("title",)),
    "error_page": ((2, 3), ("title", "message")),
}
SPOKEN_ATTRIBUTES = frozenset(
    {"aria-label", "aria-valuetext", "aria-description", "title", "placeholder", "alt", "data-copied"}
)
_PROPS = re.compile(r"(?:^|\s)(label|hint|placeholder|aria-label|title|suffix|prefix)=[\"']?[A-Za-z]")
# Markup(' aria-current="page"') and Markup('button type="button"'), to be put into a tag.
_ATTRIBUTES = re.compile(r' [a-z-]+|(?: |[a-z]+ )[a-z-]+="[^"<]*"(?: [a-z-]+(?:="[^"<]*")?)*')
_WORD = re.compile(r"[A-Za-z]{2}")


class Found(NamedTuple):
    line: int
    text: str
    trouble: str


def unwrapped(source: str, errors: frozenset[str] = frozenset({"InsightHubError"})) -> list[Found]:
    """What would be read in English by everybody; `errors` names the exceptions that are told to people."""
    tree = ast.parse(source)
    lines = source.splitlines()
    found = [*_calls(tree, errors), *_messages(tree, errors), *_markup(tree), *_props(tree), *_doors(tree)]
    return [one for one in found if ESCAPE not in "".join(lines[max(one.line - 2, 0) : one.line])]


def unwrapped_in_template(source: str, *, is_markup: bool) -> list[str]:
    """The words that a Jinja template says by itself: its texts come from Python, through the door."""
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", source, flags=re.DOTALL)
    if not is_markup:
        return re.findall(r"[A-Za-z]{2,}.*", bare)
    reader = _Reader()
    reader.feed(bare)
    reader.close()
    return reader.words


def error_classes(paths: list[Path]) -> frozenset[str]:
    """Every exception whose message is told to people."""
    bases: dict[str, set[str]] = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {_name(base) for base in node.bases}
    known = {"InsightHubError"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return frozenset(known)


def literals(source: str) -> Iterator[str]:
    """The first text of each call of the door."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in {*DOORS, NOOP, "_"}:
            first = 1 if _name(node.func) == "pgettext" else 0
            if len(node.args) > first and (text := _text(node.args[first])) is not None:
                yield text


def _calls(tree: ast.Module, errors: frozenset[str]) -> Iterator[Found]:
    for node in ast.walk(tree):
        # SQLAlchemy's columns have a label(), too.
        if not isinstance(node, ast.Call) or _is_method(node.func):
            continue
        name = _name(node.func)
        places, keywords = ((0,), ("message",)) if name in errors else READ.get(name, ((), ()))
        given = [node.args[place] for place in places if place < len(node.args)]
        given += [one.value for one in node.keywords if one.arg in keywords]
        yield from (Found(part.lineno, text, f"given to {name}()") for part in given for text in _words(part))


def _messages(tree: ast.Module, errors: frozenset[str]) -> Iterator[Found]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in errors:
            for line in node.body:
                if isinstance(line, ast.Assign) and [_name(target) for target in line.targets] == ["message"]:
                    for text in _words(line.value):
                        yield Found(line.lineno, text, "an error's message")


def _markup(tree: ast.Module) -> Iterator[Found]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in {"Markup", "filled"} and node.args:
            for text in _parts(node.args[0]):
                reader = _Reader()
                reader.feed(f"<x {text}>" if _ATTRIBUTES.fullmatch(text) else text.replace("<{", "<x"))
                reader.close()
                yield from (Found(node.lineno, words, "in markup") for words in reader.words)


def _props(tree: ast.Module) -> Iterator[Found]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "props" and node.args:
            for text in _parts(node.args[0]):
                if _PROPS.search(text):
                    yield Found(node.lineno, text, "in props()")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            key = node.targets[0].slice
            if isinstance(key, ast.Constant) and key.value in {*SPOKEN_ATTRIBUTES, "hint", "label"}:
                yield from (Found(node.lineno, text, f"as {key.value}") for text in _words(node.value))


def _doors(tree: ast.Module) -> Iterator[Found]:
    """Calls of the door that cannot work: with what is not a literal's text, or before anybody reads."""
    bound = dict(_bindings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and bound.get(_name(node.func)) and node.args:
            texts = [one for one in node.args[:2] if isinstance(one, ast.JoinedStr | ast.BinOp)]
            yield from (Found(node.lineno, ast.unparse(one), "put together before the door") for one in texts)
            inner = node.args[0]
            if isinstance(inner, ast.Call) and _name(inner.func) == "format":
                yield Found(node.lineno, ast.unparse(inner), "filled in before the door")
    for node in _at_import(tree):
        if isinstance(node, ast.Call) and bound.get(_name(node.func)) in DOORS:
            yield Found(node.lineno, ast.unparse(node), "translated at import, when nobody reads")


def _bindings(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "tenancy.text":
            yield from ((one.asname or one.name, one.name) for one in node.names)
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id == NOOP:
            yield from ((_name(target), NOOP) for target in node.targets)


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is imported: everything but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            defaults = child.args.defaults + [one for one in child.args.kw_defaults if one]
            for default in defaults:
                yield from ast.walk(default)
        else:
            yield child
            yield from _at_import(child)


class _Reader(HTMLParser):
    """The words of a piece of markup."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_code = tag in {"style", "script"}
        self.words += [
            value for name, value in attrs if value and name in SPOKEN_ATTRIBUTES and _is_words(value)
        ]

    def handle_endtag(self, tag: str) -> None:
        self._in_code = False

    def handle_data(self, data: str) -> None:
        if not self._in_code and _is_words(data):
            self.words.append(data.strip())


def _words(node: ast.expr) -> list[str]:
    """The literal words of an expression that is shown as it is."""
    return [text for text in _parts(node) if _is_words(text)]


def _parts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(_text(part) or "{}" for part in node.values)
    elif isinstance(node, ast.BinOp):
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif isinstance(node, ast.IfExp):
        yield from _parts(node.body)
        yield from _parts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _parts(value)
    elif isinstance(node, ast.Call) and _name(node.func) == "format" and isinstance(node.func, ast.Attribute):
        yield from _parts(node.func.value)


def _is_words(text: str) -> bool:
    """Whether there are letters outside placeholders and addresses."""
    bare = re.sub(r"\{[^{}]*\}|&\w+;|https?://\S+|mailto:\S+", " ", text)
    return _WORD.search(bare) is not None


def _is_method(node: ast.expr) -> bool:
    """Whether it belongs to something that is not NiceGUI or a module of ours."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr != "tooltip"
        and not (isinstance(node.value, ast.Name) and node.value.id.islower())
    )


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
