"""The OpenAPI document as a page to read, in the brand's look; it works without JavaScript."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from portal.api.schema_text import example_of, type_of
from portal.assets import asset_url
from portal.views.documents import brand, document
from portal.views.icons import icon
from portal.views.markup import filled, joined
from tenancy.text import gettext as _
from themes.theme import Theme

Schema = Mapping[str, Any]


def documentation_page(theme: Theme, api: Schema, locale: str) -> Markup:
    """Every operation by tag, then every schema."""
    operations = list(_operations(api))
    body = filled(
        '<link rel="stylesheet" href="{css}"><div class="api"><aside>{brand}'
        '<nav aria-label="{contents}">{links}</nav></aside><main><h1>{title}</h1><p class="lead">{lead}</p>'
        '<p><code>{server}</code> · <a href="/api/openapi.json">OpenAPI</a></p>'
        "{groups}{schemas}</main></div>",
        css=asset_url("documentation.css"),
        brand=brand(theme, href="/"),
        contents=_("Contents"),
        links=_joined(_links(tag, operations) for tag in api["tags"]),
        title=api["info"]["title"],
        lead=api["info"]["description"],
        server=api["servers"][0]["url"],
        groups=_joined(_group(tag, operations, api) for tag in api["tags"]),
        schemas=_schemas(api),
    )
    return document(theme, _("API"), body, locale=locale)


@dataclass(frozen=True)
class _Operation:
    method: str
    path: str
    says: Schema

    @property
    def id(self) -> str:
        return str(self.says["operationId"])

    @property
    def is_open(self) -> bool:
        return self.says.get("security") == []


def _operations(api: Schema) -> Iterator[_Operation]:
    for path, methods in api["paths"].items():
        for method, says in methods.items():
            yield _Operation(method.upper(), path, says)


def _of_tag(tag: Schema, operations: Sequence[_Operation]) -> list[_Operation]:
    return [one for one in operations if tag["name"] in one.says["tags"]]


def _links(tag: Schema, operations: Sequence[_Operation]) -> Markup:
    link = Markup('<li><a href="#{}"><b class="method">{}</b> <span>{}</span></a></li>')
    return filled(
        "<p>{}</p><ul>{}</ul>",
        tag["description"],
        _joined(
            link.format(one.id, one.method, one.path.removeprefix("/api")) for one in _of_tag(tag, operations)
        ),
    )


def _group(tag: Schema, operations: Sequence[_Operation], api: Schema) -> Markup:
    return filled(
        "<section><h2>{}</h2>{}</section>",
        tag["description"],
        _joined(_article(one, api) for one in _of_tag(tag, operations)),
    )


def _article(operation: _Operation, api: Schema) -> Markup:
    body = operation.says.get("requestBody")
    schema = body["content"]["application/json"]["schema"] if body else None
    example = example_of(schema, api) if schema else None
    return filled(
        '<article class="card" id="{id}"><h3><b class="method">{method}</b> <code>{path}</code></h3>{says}'
        "{parameters}{body}{answers}{curl}</article>",
        id=operation.id,
        method=operation.method,
        path=operation.path,
        says=_paragraphs(operation.says.get("description", "")),
        parameters=_parameters(operation.says.get("parameters", [])),
        body=_body(schema, example) if schema else "",
        answers=_answers(operation.says["responses"], api),
        curl=_curl(operation, example, api["servers"][0]["url"]),
    )


def _parameters(parameters: Sequence[Schema]) -> Markup:
    rows = [
        _row(
            one["name"],
            _given(one["schema"]),
            required=one.get("required", False),
            says=one.get("description", ""),
            place=_("in the path") if one["in"] == "path" else "",
        )
        for one in parameters
    ]
    return _table(_("Parameters"), rows) if rows else Markup("")


def _given(schema: Schema) -> Schema:
    """Of a parameter that may be left out, what it is where it is given."""
    kinds = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return {**schema, "anyOf": kinds} if kinds else schema


def _body(schema: Schema, example: object) -> Markup:
    return filled("<h4>{} · {}</h4>{}", _("Body"), type_of(schema), _code(_json(example)))


def _answers(responses: Schema, api: Schema) -> Markup:
    """The good answer with an example; the refusals in a line, as they are all of one shape."""
    parts = []
    refusals = []
    for status, says in sorted(responses.items()):
        schema = says.get("content", {}).get("application/json", {}).get("schema")
        if status >= "400":
            refusals.append(filled("<code>{}</code> {}", status, says["description"]))
            continue
        kind = type_of(schema) if schema else _("without a body")
        parts.append(filled("<h4>{} {} · {}</h4>", _("Answer"), status, kind))
        if schema:
            parts.append(_code(_json(example_of(schema, api))))
    if refusals:
        parts.append(
            filled(
                '<p class="refusals">{} {}: {}</p>',
                _("Errors"),
                type_of({"$ref": "#/components/schemas/ErrorAnswer"}),
                Markup(", ").join(refusals),
            )
        )
    return _joined(parts)


def _curl(operation: _Operation, example: object, server: str) -> Markup:
    parts = ["curl"]
    if operation.method != "GET":
        parts.append(f"-X {operation.method}")
    parts.append(shlex.quote(server + operation.path))
    if not operation.is_open:
        parts.append('\\\n  -H "Authorization: Bearer $TOKEN"')
    if example is not None:
        parts.append("\\\n  -H 'Content-Type: application/json'")
        parts.append(f"\\\n  -d {shlex.quote(json.dumps(example, ensure_ascii=False))}")
    return _code(" ".join(parts), id=f"curl-{operation.id}")


def _schemas(api: Schema) -> Markup:
    parts = []
    for name, schema in api["components"]["schemas"].items():
        required = schema.get("required", ())
        rows = [
            _row(field, kind, required=field in required, says=kind.get("description", ""))
            for field, kind in schema.get("properties", {}).items()
        ]
        values = filled("<p>{}</p>", type_of(schema)) if "enum" in schema else ""
        parts.append(
            filled(
                '<article class="card" id="schema-{}"><h3>{}</h3>{}{}{}</article>',
                name,
                name,
                _paragraphs(schema.get("description", "")),
                values,
                _table("", rows) if rows else "",
            )
        )
    return filled("<section><h2>{}</h2>{}</section>", _("Schemas"), _joined(parts))


def _row(name: str, schema: Schema, *, required: bool, says: str, place: str = "") -> Markup:
    notes = [says, place]
    default = schema.get("default")
    if default not in (None, "", []):
        notes.append(
            _("Default: {value}").format(value=default if isinstance(default, str) else _json(default))
        )
    return filled(
        "<tr><th><code>{}</code>{}</th><td>{}</td><td>{}</td></tr>",
        name,
        filled("<i>{}</i>", _("required")) if required else "",
        type_of(schema),
        Markup("<br>").join(note for note in notes if note),
    )


def _table(title: str, rows: Sequence[Markup]) -> Markup:
    heading = filled("<h4>{}</h4>", title) if title else ""
    return filled(
        '{}<div class="scrolls" tabindex="0"><table><tbody>{}</tbody></table></div>', heading, _joined(rows)
    )


def _paragraphs(text: str) -> Markup:
    return _joined(filled("<p>{}</p>", " ".join(part.split())) for part in text.split("\n\n") if part.strip())


def _code(text: str, id: str = "") -> Markup:
    """A block of code; with an id, one that is copied by a button, and selected whole by a click."""
    if not id:
        return filled('<pre class="code" tabindex="0">{}</pre>', text)
    return filled(
        '<div class="copied"><pre class="code whole" id="{id}" tabindex="0">{text}</pre>'
        '<button type="button" class="btn" data-copy="#{id}">{icon}'
        '<span data-copied="{done}" role="status">{copy}</span></button></div>',
        id=id,
        text=text,
        icon=icon("copy", 15),
        done=_("Copied"),
        copy=_("Copy"),
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _joined(parts: Any) -> Markup:
    return joined(parts)
