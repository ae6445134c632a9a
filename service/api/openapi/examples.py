"""An example for every body and every answer, made from its schema: a DTO's own example, a field's, or a sample.

A DTO whose fields depend on each other says its example itself (`core.dto.example`). A contract test holds every
example against its schema, and those of requests against the DTO.
"""

import re
from typing import Any

from service.api.openapi.samples import BY_FORMAT, BY_NAME
from service.api.openapi.walking import Schema, operations, resolve, webhooks

_DEEPEST = 12


def add_examples(document: dict[str, Any]) -> None:
    """Give an example to every body and answer that has none."""
    for _path, _method, operation in (*operations(document), *webhooks(document)):
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media_type, media in holder.get("content", {}).items():
                if "json" in media_type and not {"example", "examples"} & set(media):
                    media["example"] = example_of(document, media["schema"])


def example_of(document: dict[str, Any], schema: Schema, name: str = "", depth: int = 0) -> Any:
    """A value that fits the schema and reads like the real thing; `name` is the property's."""
    schema = resolve(document, schema)
    if depth > _DEEPEST:
        raise ValueError(f"the schema of {name!r} has no end: give it an example")
    if given := schema.get("examples", [schema["example"]] if "example" in schema else None):
        return given[0]
    if "const" in schema:
        return schema["const"]
    if branches := schema.get("anyOf") or schema.get("oneOf"):
        return _of_branches(document, branches, name, depth)
    sample = BY_NAME.get(name)
    if name in BY_NAME and _fits(sample, schema):
        return sample
    if "enum" in schema:
        return schema["enum"][0]
    return _of_type(document, schema, name, depth)


def _of_branches(document: dict[str, Any], branches: list[Schema], name: str, depth: int) -> Any:
    null = {"type": "null"}
    if name in BY_NAME and BY_NAME[name] is None and null in branches:
        return None
    return example_of(document, next(branch for branch in branches if branch != null), name, depth + 1)


def _of_type(document: dict[str, Any], schema: Schema, name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return {
            below: example_of(document, value, below, depth + 1)
            for below, value in schema.get("properties", {}).items()
        }
    if kind == "array":
        singular = name.removesuffix("s")
        return [example_of(document, schema["items"], singular, depth + 1)] if "items" in schema else []
    if kind == "string":
        return BY_FORMAT.get(schema.get("format", ""), "text")
    if kind == "integer":
        return max(1, int(schema.get("minimum", 1)))
    if kind == "number":
        return 0.5
    if kind == "boolean":
        return schema.get("default", True)
    return None if kind == "null" else "text"


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a sample of the same name is of this schema's kind."""
    kinds = {"string": str, "integer": int, "number": int | float, "boolean": bool, "array": list, "object": dict}
    expected = kinds.get(schema.get("type", ""))
    if expected is not None and not isinstance(value, expected):
        return False
    if "enum" in schema:
        return value in schema["enum"]
    if isinstance(value, str):
        format_ = schema.get("format")
        if format_ in BY_FORMAT and format_ not in {"email", "uri"}:
            return bool(re.match(r"\d{4}-|[0-9a-f]{8}-", value))
        return re.search(schema.get("pattern", ""), value) is not None
    return True
