"""Schemas as a client wants them: plain names, no nulls where none can be sent, a bound on everything.

The bounds filled in here describe answers; what is asked of a request is declared where it is validated, on
its DTO, and a contract test holds every request to that.
"""

import re
from collections.abc import Iterator
from typing import Any

from service.api.openapi.walking import Schema, inline_schemas, operations, subschemas, webhooks
from service.core.dto import LONGEST_NUMBER

REFERENCE = "#/components/schemas/"
NO_NUL = "^[^\\x00]*$"
"""PostgreSQL stores no NUL, so no text of ours holds one."""
MAX_TEXT = 100_000
MAX_PATTERNED = 500
"""Where a pattern says what a text looks like, none is long."""
DECIMAL = "\\d*\\.?\\d*"
"""In the pattern that Pydantic gives to exact numbers."""
MAX_ITEMS = 10_000
MAX_SAFE = 2**53 - 1
"""The largest integer that every JSON reader keeps exact."""
FORMAT_LENGTHS = {"uuid": 36, "date": 10, "date-time": 40, "email": 320, "uri": 2048, "binary": 100 * 1024 * 1024}

_LIST = re.compile(r"^ListEnvelope_(\w+?)(DTO)?_$")


def public_names(document: dict[str, Any]) -> None:
    """Rename `PersonDTO` to `Person`, `ListEnvelope_PersonDTO_` to `PersonList`, `Target-Input` to `TargetInput`."""
    schemas = document["components"]["schemas"]
    names = {name: _public_name(name) for name in schemas}
    if len(set(names.values())) != len(names):
        twice = sorted(name for name in names if list(names.values()).count(names[name]) > 1)
        raise ValueError(f"schemas would share a name: {twice}")
    document["components"]["schemas"] = {names[name]: schema for name, schema in schemas.items()}
    for schema in all_schemas(document):
        if schema.get("$ref", "").startswith(REFERENCE):
            name = schema["$ref"].removeprefix(REFERENCE)
            schema["$ref"] = REFERENCE + names.get(name, name)
        mapping = schema.get("discriminator", {}).get("mapping", {})
        for value, reference in mapping.items():
            name = reference.removeprefix(REFERENCE)
            mapping[value] = REFERENCE + names.get(name, name)


def _public_name(name: str) -> str:
    if found := _LIST.match(name):
        return f"{found[1]}List"
    base, _, side = name.partition("-")
    if side == "Output":
        side = ""
    return base.removesuffix("DTO") + side


def all_schemas(document: dict[str, Any]) -> Iterator[Schema]:
    """Every schema of the document, wherever it stands."""
    for schema in document["components"]["schemas"].values():
        yield from subschemas(schema)
    for _path, _method, operation in (*operations(document), *webhooks(document)):
        for schema in inline_schemas(operation):
            yield from subschemas(schema)


def without_null(schema: Schema) -> Schema:
    """A parameter's schema: what is not sent is absent, never null."""
    branches = [branch for branch in schema.get("anyOf", ()) if branch != {"type": "null"}]
    if len(branches) != 1 or len(branches) == len(schema["anyOf"]):
        return schema
    kept = {keyword: value for keyword, value in schema.items() if keyword not in {"anyOf", "default"}}
    return {**branches[0], **kept} if "$ref" not in branches[0] else branches[0]


def bound(document: dict[str, Any]) -> None:
    """Fill in the limits that hold for all that we answer, where a schema has no closer one."""
    for schema in all_schemas(document):
        schema.pop("title", None)
        kind = schema.get("type")
        if kind == "string":
            _bound_text(schema)
        elif kind == "integer":
            schema.setdefault("format", "int64")
            if "exclusiveMinimum" not in schema:
                schema.setdefault("minimum", -MAX_SAFE)
            if "exclusiveMaximum" not in schema:
                schema.setdefault("maximum", MAX_SAFE)
        elif kind == "array":
            schema.setdefault("maxItems", MAX_ITEMS)


def _bound_text(schema: Schema) -> None:
    if {"enum", "const"} & set(schema):
        return
    if DECIMAL in schema.get("pattern", ""):
        schema.setdefault("maxLength", LONGEST_NUMBER)
    longest = MAX_PATTERNED if "pattern" in schema else MAX_TEXT
    schema.setdefault("maxLength", FORMAT_LENGTHS.get(schema.get("format", ""), longest))
    if "format" not in schema:
        schema.setdefault("pattern", NO_NUL)
