"""GraphQL over HTTP (the draft of the GraphQL working group), to the letter, over the schema's own execution."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from fastapi import HTTPException, Request, Response
from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from schema.context import GraphQLContext
from schema.errors import render

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks for."""

    query: str
    operation_name: str | None
    variables: dict[str, Any] | None


async def answer(schema: strawberry.Schema, request: Request, context: GraphQLContext) -> Response:
    """Carry out one request; `HTTPException` for what is no GraphQL request at all."""
    media_type = negotiate(request.headers.get("accept"))
    asked = _parse(request.query_params if request.method == "GET" else await _body(request))
    allowed = {OperationType.QUERY} if request.method == "GET" else {OperationType.QUERY, OperationType.MUTATION}
    try:
        result = await schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=allowed,
        )
    except InvalidOperationTypeError as error:
        if request.method == "GET":
            raise HTTPException(405, "A GET only reads: POST mutations.", {"Allow": "POST"}) from error
        raise HTTPException(400, "Subscriptions go over a WebSocket (graphql-transport-ws).") from error
    except CannotGetOperationTypeError as error:
        result = PreExecutionError(data=None, errors=[render(GraphQLError(error.as_http_error_reason()))])
    assert isinstance(result, ExecutionResult)  # noqa: S101 - incremental delivery is not switched on
    return _rendered(result, media_type)


def negotiate(accept: str | None) -> str:
    """The media type to answer in; `HTTPException` (406) if the client takes neither of ours.

    Who says nothing, or `*/*`, gets `application/json`, which every client reads.
    """
    weights = dict(_weights(accept or "*/*"))
    offers = [(_weight(weights, offered), offered) for offered in (JSON, GRAPHQL_JSON)]
    weight, chosen = max(offers, key=lambda offer: offer[0])
    if weight <= 0:
        raise HTTPException(406, f"Answers are {GRAPHQL_JSON} or {JSON}.")
    return chosen


def _weights(accept: str) -> list[tuple[str, float]]:
    """Media ranges with their weights; of equal ones the first counts a little more."""
    found = []
    for position, part in enumerate(accept.split(",")[:50]):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        found.append((media, weight - position * 1e-6 if weight > 0 else 0.0))
    return found


def _weight(weights: Mapping[str, float], offered: str) -> float:
    for candidate in (offered, "application/*", "*/*"):
        if weights.get(candidate, 0.0) > 0:
            # What is named outright comes before what a wildcard covers.
            return weights[candidate] + (1e-3 if candidate == offered else 0)
        if candidate in weights:
            return 0.0
    return 0.0


async def _body(request: Request) -> Mapping[str, Any]:
    media, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    if media != JSON:
        raise HTTPException(415, f"A GraphQL request is {JSON}.")
    charset = next((value[8:].strip('"') for value in parameters if value.startswith("charset=")), "utf-8")
    if charset not in {"utf-8", "utf8"}:
        raise HTTPException(415, "A GraphQL request is UTF-8.")
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, "The body is not JSON.") from error
    if isinstance(body, list):
        raise HTTPException(400, "Requests are not batched: send one at a time.")
    if not isinstance(body, dict):
        raise HTTPException(400, "A GraphQL request is a JSON object.")
    return body


def _parse(given: Mapping[str, Any]) -> GraphQLRequest:
    query, name = given.get("query"), given.get("operationName")
    if not isinstance(query, str):
        raise HTTPException(400, "`query` must be a string.")
    if not isinstance(name, str | None):
        raise HTTPException(400, "`operationName` must be a string or null.")
    _object(given, "extensions")
    return GraphQLRequest(query, name or None, _object(given, "variables"))


def _object(given: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """An object or nothing; in a query string it is written as JSON."""
    value = given.get(name)
    if isinstance(value, str) and not isinstance(given, dict):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise HTTPException(400, f"`{name}` is not JSON.") from error
    if not isinstance(value, dict | None):
        raise HTTPException(400, f"`{name}` must be an object or null.")
    return value


def _rendered(result: ExecutionResult, media_type: str) -> Response:
    """A request that was never carried out has no `data`, and is a 400 where the media type allows to say so."""
    body: dict[str, Any] = {}
    refused = result.data is None and not any(error.path for error in result.errors or ())
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    if not refused:
        body["data"] = result.data
    if result.extensions:
        body["extensions"] = result.extensions
    status = 400 if refused and media_type == GRAPHQL_JSON else 200
    return Response(orjson.dumps(body, default=str), status, media_type=f"{media_type}; charset=utf-8")
