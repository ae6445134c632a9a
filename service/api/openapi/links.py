"""Links from what an operation made to the operations on it: a reader finds the next step, a fuzzer the way in."""

import re
from typing import Any

from service.api.openapi.walking import operations, resolve

_FIRST_ID = re.compile(r"/\{(\w+)\}(?=/|$)")
OPERATIONS = "/v1/operations"
"""Where what was accepted for later is found, under the id of the answer."""


def add_links(document: dict[str, Any]) -> None:
    """Link every creation whose answer has an id to the operations below its collection."""
    known = list(operations(document))
    for path, method, operation in known:
        if method != "post":
            continue
        for status, collections in (("200", [path]), ("201", [path]), ("202", [path, OPERATIONS])):
            answer = operation["responses"].get(status)
            id_ = _id_in(document, answer) if answer else None
            if answer and id_:
                links = dict(_links(known, collections, re.findall(r"\{(\w+)\}", path), id_))
                if links:
                    answer["links"] = links


def _links(known: list[Any], collections: list[str], above: list[str], id_: str) -> Any:
    """(name, link) for each operation on one of a collection."""
    for below, _method, target in known:
        for path in collections:
            found = _FIRST_ID.match(below.removeprefix(path)) if below.startswith(path + "/") else None
            if found is not None:
                parameters = {name: f"$request.path.{name}" for name in above} | {found[1]: id_}
                link = {"operationId": target["operationId"], "description": target["summary"]}
                yield target["operationId"], {**link, "parameters": parameters}


def _id_in(document: dict[str, Any], answer: dict[str, Any]) -> str | None:
    """Where an answer holds the id of what was made: of the first, if several were; None for none."""
    media = answer.get("content", {}).get("application/json")
    schema = resolve(document, media["schema"]) if media else {}
    if "id" in schema.get("properties", {}):
        return "$response.body#/id"
    items = schema.get("properties", {}).get("data", {}).get("items", {})
    return "$response.body#/data/0/id" if "index" in resolve(document, items).get("properties", {}) else None
