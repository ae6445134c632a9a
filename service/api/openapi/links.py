"""Links from what an operation made to the operations on it: a reader finds the next step, a fuzzer the way in."""

import re
from typing import Any

from service.api.openapi.walking import operations, resolve

_FIRST_ID = re.compile(r"/\{(\w+)\}(?=/|$)")


def add_links(document: dict[str, Any]) -> None:
    """Link every `201` whose answer has an id to the operations below its collection."""
    known = list(operations(document))
    for path, method, operation in known:
        answer = operation["responses"].get("201")
        if method != "post" or answer is None or not _has_id(document, answer):
            continue
        links = {}
        for below, _method, target in known:
            found = _FIRST_ID.match(below.removeprefix(path)) if below.startswith(path + "/") else None
            if found is not None:
                above = {name: f"$request.path.{name}" for name in re.findall(r"\{(\w+)\}", path)}
                links[target["operationId"]] = {
                    "operationId": target["operationId"],
                    "description": target["summary"],
                    "parameters": {**above, found[1]: "$response.body#/id"},
                }
        if links:
            answer["links"] = links


def _has_id(document: dict[str, Any], answer: dict[str, Any]) -> bool:
    media = answer.get("content", {}).get("application/json")
    return media is not None and "id" in resolve(document, media["schema"]).get("properties", {})
