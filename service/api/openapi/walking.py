"""Walks JSON Schemas as schemas: a property that is named like a keyword is no keyword."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_ONE = ("items", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
METHODS = frozenset({"get", "put", "post", "patch", "delete", "head", "options", "trace"})


def subschemas(schema: Schema) -> Iterator[Schema]:
    """A schema and every schema inside it, references not followed."""
    yield schema
    for keyword in _ONE:
        if isinstance(schema.get(keyword), dict):
            yield from subschemas(schema[keyword])
    for keyword in _LISTS:
        for below in schema.get(keyword, ()):
            yield from subschemas(below)
    for keyword in _MAPS:
        for below in schema.get(keyword, {}).values():
            yield from subschemas(below)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation as (path, method, operation)."""
    yield from _operations(document["paths"])


def webhooks(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every webhook as (name, method, operation)."""
    yield from _operations(document.get("webhooks", {}))


def _operations(items: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, item in items.items():
        for method, operation in item.items():
            if method in METHODS:
                yield name, method, operation


def inline_schemas(operation: dict[str, Any]) -> Iterator[Schema]:
    """The schemas of an operation's parameters, bodies and answers, as they stand there."""
    for parameter in operation.get("parameters", ()):
        if "schema" in parameter:
            yield parameter["schema"]
    contents = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
    for holder in contents:
        for media in holder.get("content", {}).values():
            if "schema" in media:
                yield media["schema"]


def resolve(document: dict[str, Any], schema: Schema) -> Schema:
    """What a reference into the document points at, or the schema itself."""
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema
