"""Nothing that clients of the last release rely on is taken away; and the check that says so sees what it should."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.contracts.breaking import find_breaking

FOLDER = Path(__file__).parents[2] / "openapi"

OLD: dict[str, Any] = {
    "components": {
        "schemas": {
            "Person": {
                "type": "object",
                "required": ["id", "role"],
                "properties": {
                    "id": {"type": "string"},
                    "role": {"type": "string", "enum": ["admin", "rep"]},
                    "manager": {"$ref": "#/components/schemas/Person"},
                },
            },
            "CreatePerson": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 500},
                    "role": {"type": "string", "enum": ["admin", "rep"]},
                    "tags": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                },
            },
        }
    },
    "paths": {
        "/people": {
            "post": {
                "operationId": "createPerson",
                "x-permission": "people:write",
                "parameters": [{"in": "query", "name": "quiet", "schema": {"type": "boolean"}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CreatePerson"}}}
                },
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Person"}}}}
                },
            }
        }
    },
    "webhooks": {
        "person.created": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Person"}}}}
            }
        }
    },
}

Change = Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], object]
"""Of the operation, the schema of its answer and the schema of its body."""


def changed(change: Change) -> list[str]:
    """What is found after a change."""
    new = copy.deepcopy(OLD)
    schemas = new["components"]["schemas"]
    change(new["paths"]["/people"]["post"], schemas["Person"], schemas["CreatePerson"])
    return find_breaking(OLD, new)


BREAKING: dict[str, Change] = {
    "POST /people: operationId was createPerson, is addPerson": lambda op, _p, _c: op.update(operationId="addPerson"),
    "POST /people: x-permission was people:write, is admin": lambda op, _p, _c: op.update({"x-permission": "admin"}),
    "POST /people: the parameter quiet is gone": lambda op, _p, _c: op["parameters"].clear(),
    "POST /people: needs the parameter quiet now": lambda op, _p, _c: op["parameters"][0].update(required=True),
    "POST /people ?quiet: no longer takes boolean": lambda op, _p, _c: op["parameters"][0].update(
        schema={"type": "string"}
    ),
    "POST /people: needs a body now": lambda op, _p, _c: op["requestBody"].update(required=True),
    "POST /people: application/json is gone": lambda op, _p, _c: op["requestBody"]["content"].clear(),
    "POST /people: no longer answers 201": lambda op, _p, _c: op["responses"].pop("201"),
    "POST /people 201: role is gone": lambda _op, person, _c: person["properties"].pop("role"),
    "POST /people 201: role is no longer always there": lambda _op, person, _c: person["required"].remove("role"),
    "POST /people 201/id: may be null now": lambda _op, person, _c: person["properties"].update(
        id={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "POST /people: role is needed now": lambda _op, _p, create: create["required"].append("role"),
    "POST /people: tags is gone": lambda _op, _p, create: create["properties"].pop("tags"),
    "POST /people/role: no longer takes rep": lambda _op, _p, create: create["properties"]["role"]["enum"].remove(
        "rep"
    ),
    "POST /people/name: maxLength was 500, is 100": lambda _op, _p, create: create["properties"]["name"].update(
        maxLength=100
    ),
    "POST /people/name: must match ^A now": lambda _op, _p, create: create["properties"]["name"].update(pattern="^A"),
    "POST /people/tags[]: no longer takes integer": lambda _op, _p, create: create["properties"]["tags"].update(
        items={"type": "string"}
    ),
}

HARMLESS: dict[str, Change] = {
    "a new field of an answer": lambda _op, person, _c: person["properties"].update(note={"type": "string"}),
    "a new optional field of a body": lambda _op, _p, create: create["properties"].update(note={"type": "string"}),
    "a new optional parameter": lambda op, _p, _c: op["parameters"].append(
        {"in": "query", "name": "loud", "schema": {"type": "boolean"}}
    ),
    "another answer": lambda op, _p, _c: op["responses"].update({"202": {}}),
    "a wider enum": lambda _op, _p, create: create["properties"]["role"]["enum"].append("manager"),
    "a new value of an answer": lambda _op, person, _c: person["properties"]["role"]["enum"].append("manager"),
    "a wider limit": lambda _op, _p, create: create["properties"]["name"].update(maxLength=1000),
    "what need not be sent any more": lambda _op, _p, create: create["required"].clear(),
}


@pytest.mark.parametrize("found", BREAKING)
def test_a_breaking_change_is_found(found: str) -> None:
    assert found in changed(BREAKING[found])


@pytest.mark.parametrize("what", HARMLESS)
def test_a_harmless_change_is_none(what: str) -> None:
    assert changed(HARMLESS[what]) == []


def test_what_is_gone_altogether_is_found() -> None:
    assert find_breaking(OLD, {"paths": {}, "components": {}}) == [
        "POST /people: is gone",
        "POST person.created: is gone",
    ]


def test_clients_of_the_last_release_still_work() -> None:
    """A release copies `openapi.json` to `released.json`; between releases that file does not change."""
    released, current = (orjson.loads((FOLDER / name).read_bytes()) for name in ("released.json", "openapi.json"))
    assert find_breaking(released, current) == []
