"""Completes each operation from what its route declares: access, shared parameters and headers, every problem."""

import copy
from typing import Any

from service.api.openapi.components import (
    ALWAYS,
    PROBLEMS,
    header_references,
    problem_name,
)
from service.api.openapi.schemas import without_null
from service.api.openapi.walking import Schema, operations, resolve
from service.api.operation import ANONYMOUS, ANYONE, PERMISSION, PUBLIC, READS
from service.api.problems import MEDIA_TYPE
from service.api.sparse import SPARSE_MEDIA_TYPE

SCHEMES = ("apiKey", "accessToken")
MAX_NAME = 255
"""Of a parameter whose pattern says what it looks like; longer ones would not fit a request line."""
SHARED = {"if-match": "IfMatch", "if-none-match": "IfNoneMatch", "idempotency-key": "IdempotencyKey"}
"""Headers that are described once, also where a handler declares them."""
WRITES = frozenset({"post", "put", "patch", "delete"})
SUCCESSES = {
    "200": "What was asked for.",
    "201": "Made; `Location` says where it is read.",
    "202": "Taken on; it is done in the background.",
    "204": "Done; there is nothing to show.",
}
"""FastAPI says "Successful Response" of each."""


def describe_operations(document: dict[str, Any]) -> set[int]:
    """Complete every operation; the statuses of the problems that they answer with."""
    statuses: set[int] = set()
    for _path, method, operation in operations(document):
        needs = operation.get(PERMISSION, PUBLIC)
        _describe_access(operation, needs)
        operation["parameters"] = _parameters(document, operation, method, needs)
        if not operation["parameters"]:
            del operation["parameters"]
        problems = _problems(operation, method, needs)
        answers = {status: _answer(operation, method, status, answer) for status, answer in _successes(operation)}
        if method == "get" and needs != PUBLIC:
            _add_sparse(document, answers.get("200", {}))
            answers["304"] = {
                "description": "What the caller has is what there is.",
                "headers": header_references(*ALWAYS, "ETag"),
            }
        for status in sorted(problems):
            answers[str(status)] = {"$ref": f"#/components/responses/{problem_name(status)}"}
        operation["responses"] = dict(sorted(answers.items()))
        statuses |= problems
    return statuses


def _describe_access(operation: dict[str, Any], needs: str) -> None:
    if needs == PUBLIC:
        operation["security"] = [{}]
        return
    scopes = [] if needs == ANYONE else [needs]
    operation["security"] = [{scheme: scopes} for scheme in SCHEMES]
    if scopes:
        operation["description"] = f"{operation['description']}\n\nNeeds `{needs}`."


def _parameters(document: dict[str, Any], operation: dict[str, Any], method: str, needs: str) -> list[dict[str, Any]]:
    """Those of the handler, without nulls, and those that the shared mechanisms read."""
    found: list[dict[str, Any]] = []
    for parameter in operation.get("parameters", []):
        if (shared := SHARED.get(parameter["name"].lower())) is not None:
            found.append({"$ref": f"#/components/parameters/{shared}"})
            continue
        schema = without_null(parameter["schema"])
        schema.pop("description", None)
        if schema.get("type") == "string" and "pattern" in schema:
            schema.setdefault("maxLength", MAX_NAME)
        found.append(
            {
                **parameter,
                "description": parameter.get("description") or _parameter_description(parameter["name"]),
                "schema": schema,
            }
        )
    if needs == PUBLIC:
        return found
    if method in WRITES:
        if not {READS, ANONYMOUS} & operation.keys():
            found.append({"$ref": "#/components/parameters/IdempotencyKey"})
    else:
        if names := _row_fields(document, operation):
            found.append(_fields_parameter(names))
        found.append({"$ref": "#/components/parameters/IfNoneMatch"})
    return found


def _parameter_description(name: str) -> str:
    noun = name.removesuffix("_id").replace("_", " ")
    return f"The {noun}'s id." if name.endswith("_id") else f"The {noun}."


def _row_fields(document: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """The names that `fields` takes: of a list's rows, else of the answer itself."""
    media = operation["responses"].get("200", {}).get("content", {}).get("application/json")
    if media is None:
        return []
    row = resolve(document, media["schema"])
    if "data" in row.get("properties", {}):
        row = resolve(document, row["properties"]["data"]["items"])
    return sorted(row.get("properties", {}))


def _fields_parameter(names: list[str]) -> dict[str, Any]:
    one = f"({'|'.join(names)})"
    schema: Schema = {"type": "string", "maxLength": 2000, "pattern": f"^{one}(,{one})*$"}
    return {
        "name": "fields",
        "in": "query",
        "required": False,
        "description": f"Only these fields of a row, comma-separated; answered as `{SPARSE_MEDIA_TYPE}`.",
        "schema": schema,
        "example": ",".join(names[:2]),
    }


def _add_sparse(document: dict[str, Any], answer: dict[str, Any]) -> None:
    """What `fields` makes of an answer: the same rows, with any of their fields."""
    content = answer.get("content", {})
    media = content.get("application/json")
    if media is None:
        return
    schema = resolve(document, media["schema"])
    rows = schema.get("properties", {}).get("data")
    if rows is None:
        sparse = _sparse(schema)
    else:
        items = _sparse(resolve(document, rows["items"]))
        sparse = {**schema, "properties": {**schema["properties"], "data": {**rows, "items": items}}}
    content[SPARSE_MEDIA_TYPE] = {"schema": copy.deepcopy(sparse)}


def _sparse(schema: Schema) -> Schema:
    return {keyword: value for keyword, value in schema.items() if keyword != "required"}


def _problems(operation: dict[str, Any], method: str, needs: str) -> set[int]:
    """The problems declared, and those of the mechanisms around every operation."""
    declared = {
        int(status)
        for status, answer in operation["responses"].items()
        if status.startswith(("4", "5")) and set(answer.get("content", {MEDIA_TYPE: {}})) == {MEDIA_TYPE}
    }
    found = {status for status in declared if status in PROBLEMS} | {400, 413, 500}
    if needs == PUBLIC:
        return found | {422} if operation.get("parameters") else found - {422}
    found |= {401, 422, 429, 503}
    if needs != ANYONE:
        found.add(403)
    if method in WRITES:
        found.add(409)
    if "requestBody" in operation:
        found |= {408, 415}
    if {"$ref": "#/components/parameters/IfMatch"} in operation.get("parameters", ()):
        found |= {412, 428}
    return found


def _successes(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(status, answer) for status, answer in operation["responses"].items() if status < "400"]


def _answer(operation: dict[str, Any], method: str, status: str, answer: dict[str, Any]) -> dict[str, Any]:
    names = [*ALWAYS]
    if status == "201":
        names.append("Location")
    if (status == "200" and method != "post") or operation.get("x-etag"):
        names.append("ETag")
    if method in WRITES and not {READS, ANONYMOUS} & operation.keys():
        names.append("Idempotency-Replayed")
    elif any(parameter.get("name") == "cursor" for parameter in operation.get("parameters", ())):
        names.append("Link")
    headers = {**answer.get("headers", {}), **header_references(*names)}
    described = answer["description"]
    if described == "Successful Response":
        described = SUCCESSES[status]
    return {**answer, "description": described, "headers": headers}
