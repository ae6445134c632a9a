"""The OpenAPI document holds what it says: every example is valid, every request bounded, every operation complete."""

import re
from typing import Any

import jsonschema_rs
import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from service.api.openapi.walking import operations, resolve, subschemas, webhooks
from service.api.operation import PERMISSION, PUBLIC
from service.api.problems import flat_routes
from service.permissions import ALL_PERMISSIONS
from service.webhooks.event_types import EventType
from tests.fixtures.documents import plain_api

API = plain_api()
DOCUMENT: dict[str, Any] = API.openapi()
OPERATIONS = [
    pytest.param(path, method, found, id=found["operationId"]) for path, method, found in operations(DOCUMENT)
]
BODIES = [
    pytest.param(path, method, found, id=found["operationId"])
    for path, method, found in operations(DOCUMENT)
    if "application/json" in found.get("requestBody", {}).get("content", {})
]
ROUTES = {route.operation_id: route for route in flat_routes(API.routes) if isinstance(route, APIRoute)}


def check(value: Any, schema: dict[str, Any]) -> None:
    """Validate against a schema of the document, formats included."""
    rooted = {**schema, "components": DOCUMENT["components"]}
    jsonschema_rs.Draft202012Validator(rooted, validate_formats=True).validate(value)


def _body_of(operation: dict[str, Any]) -> TypeAdapter[Any]:
    """What the route validates its body with."""
    field = ROUTES[operation["operationId"]].body_field
    assert field is not None
    annotation: Any = field.field_info.annotation
    return TypeAdapter(annotation)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_body_and_answer_has_a_valid_example(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = [resolve(DOCUMENT, answer) for answer in operation["responses"].values()]
    for holder in (operation.get("requestBody", {}), *answers):
        for media_type, media in holder.get("content", {}).items():
            if "json" in media_type:
                check(media["example"], media["schema"])


@pytest.mark.parametrize(
    ("path", "method", "operation"),
    BODIES,
)
def test_the_example_of_a_body_is_accepted(path: str, method: str, operation: dict[str, Any]) -> None:
    """Also by the rules between fields, which a schema cannot say."""
    _body_of(operation).validate_python(operation["requestBody"]["content"]["application/json"]["example"])


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_whatever_a_request_holds_is_bounded(path: str, method: str, operation: dict[str, Any]) -> None:
    """By its DTO: the limits that the document fills in describe answers, and would not be checked."""
    content = operation.get("requestBody", {}).get("content", {})
    upload = content.get("multipart/form-data", {}).get("schema")  # written by hand from its DTO
    generated = upload or (_body_of(operation).json_schema() if content else {})
    for schema in subschemas(generated):
        kind = schema.get("type")
        if kind == "string":
            assert {"enum", "const", "format", "pattern", "maxLength"} & set(schema), schema
        elif kind == "integer":
            assert {"minimum", "maximum"} <= set(schema), schema
        elif kind == "array":
            assert "maxItems" in schema, schema


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_says_what_it_needs(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    if path.startswith("/v1/"):
        assert operation[PERMISSION] != PUBLIC
    needs = operation.get(PERMISSION, PUBLIC)
    if needs in ALL_PERMISSIONS:
        assert all(scopes == [needs] for entry in operation["security"] for scopes in entry.values())
        assert {"400", "401", "403", "422", "429", "500", "503"} <= set(operation["responses"])
        assert f"`{needs}`" in operation["description"]
    for status, answer in operation["responses"].items():
        found = resolve(DOCUMENT, answer)
        assert "RateLimit" in found["headers"]
        if status >= "400":
            assert set(found["content"]) == {"application/problem+json"}


def test_operations_have_stable_names_of_their_own() -> None:
    names = [operation["operationId"] for _path, _method, operation in operations(DOCUMENT)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) for name in names), names


@pytest.mark.parametrize("event_type", EventType)
def test_every_event_is_a_webhook_with_a_valid_example(event_type: EventType) -> None:
    media = DOCUMENT["webhooks"][event_type.value]["post"]["requestBody"]["content"]["application/json"]
    assert media["example"]["type"] == event_type.value
    check(media["example"], media["schema"])


def test_every_tag_is_described_and_in_one_group() -> None:
    described = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    everything = (*operations(DOCUMENT), *webhooks(DOCUMENT))
    used = {tag for _path, _method, operation in everything for tag in operation["tags"]}
    grouped = [tag for group in DOCUMENT["x-tagGroups"] for tag in group["tags"]]
    assert set(described) == used == set(grouped)
    assert len(grouped) == len(set(grouped))
    assert all(described.values())


def test_schemas_have_plain_names() -> None:
    for name in DOCUMENT["components"]["schemas"]:
        assert name.isalnum(), name
        assert not name.endswith("DTO"), name
