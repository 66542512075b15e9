"""JSON schemas of the OpenAPI document in words, and as examples."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from portal.views.markup import filled
from tenancy.text import gettext as _
from tenancy.text import gettext_noop

Schema = Mapping[str, Any]

_PREFIX = "#/components/schemas/"


def type_of(schema: Schema) -> Markup:
    """What a value may be: 'text', 'list of SiteBody' with a link, the values to choose from."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_PREFIX)
        return filled('<a href="#schema-{0}">{0}</a>', name)
    if "anyOf" in schema:
        kinds = dict.fromkeys(type_of(one) for one in schema["anyOf"])
        return Markup.escape(_(" or ")).join(kinds)
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return Markup(", ").join(filled("<code>{}</code>", value) for value in values)
    kind = schema.get("type", "")
    if kind == "array":
        return filled("{} {}", _("list of"), type_of(schema["items"]))
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return filled("{} {}", _("by name:"), type_of(schema["additionalProperties"]))
    return Markup.escape(
        _(_WORDS.get(schema.get("format", "")) or _WORDS.get(kind, gettext_noop("anything")))
    )


def example_of(schema: Schema, api: Schema) -> Any:
    """A value that fits: the schema's own example, its default, or one put together from its parts."""
    own = [*schema.get("examples", []), *schema.get("enum", [])]
    own += [schema[one] for one in ("const", "default") if schema.get(one) is not None]
    if own:
        return _in_order(own[0], schema, api)
    if "$ref" in schema:
        return example_of(_named(schema, api), api)
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], api)
    kind = schema.get("type", "")
    if kind == "array":
        return [example_of(schema["items"], api)]
    if kind == "object":
        return {name: example_of(one, api) for name, one in schema.get("properties", {}).items()}
    return _EXAMPLES.get(schema.get("format", ""), _EXAMPLES.get(kind))


def _in_order(value: Any, schema: Schema, api: Schema) -> Any:
    """An example with its fields as the schema orders them: in the document they stand by the alphabet."""
    schema = _named(schema, api)
    if isinstance(value, list):
        return [_in_order(one, schema.get("items", {}), api) for one in value]
    if not isinstance(value, dict):
        return value
    kinds = [_named(one, api) for one in schema.get("anyOf", [schema])]
    kind = next((one for one in kinds if value.keys() <= one.get("properties", {}).keys()), {})
    by_name: dict[str, Schema] = dict.fromkeys(value, schema.get("additionalProperties") or {})
    fields: Schema = kind.get("properties") or by_name
    return {name: _in_order(value[name], one, api) for name, one in fields.items() if name in value}


def _named(schema: Schema, api: Schema) -> Schema:
    """The schema, or the one that it refers to."""
    if "$ref" not in schema:
        return schema
    found: Schema = api["components"]["schemas"][schema["$ref"].removeprefix(_PREFIX)]
    return found


_WORDS = {
    "string": gettext_noop("text"),
    "integer": gettext_noop("number"),
    "number": gettext_noop("number"),
    "boolean": gettext_noop("true or false"),
    "null": gettext_noop("null"),
    "object": gettext_noop("object"),
    "date": gettext_noop("date"),
    "date-time": gettext_noop("date and time"),
}
_EXAMPLES: dict[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 1.0,
    "boolean": True,
    "date": "2026-01-31",
    "date-time": "2026-01-31T09:30:00Z",
}
