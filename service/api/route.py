"""The conventions of the REST surface, once for every operation: a route class that all routers share.

Around each handler: JSON bodies within a depth, query parameters that exist, sparse `fields`, entity tags
with `304`, `Location`, and what `write.py` does for writes.
"""

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, get_type_hints
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.convertors import StringConvertor, register_url_convertor

from service.api.jsonbody import JsonRequest
from service.api.operation import PERMISSION, TAGGED
from service.api.sparse import SPARSE_MEDIA_TYPE, known_fields, project, requested_fields
from service.api.write import AlreadyAnsweredError, Write
from service.core.errors import FieldError, ServiceError, invalid_fields
from service.core.etags import parse_tags, tag_of_bytes
from service.core.validation import shown
from service.organizations.dto.operations import OperationDTO

FIELDS = "fields"
OPERATIONS = "/v1/operations"
"""Where a long job that was accepted is found."""


def resource_router(prefix: str, tag: str) -> APIRouter:
    """The router of one resource, whose operations share every convention."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=Operation)


class _Id(StringConvertor):
    """A path segment in the place of an id; `bulk` is none, so `/people/bulk` has no methods of a person."""

    regex = r"(?!bulk(?:/|$))[^/]+"


register_url_convertor("id", _Id())


class Operation(APIRoute):
    """A route with every convention."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(_with_ids(path, endpoint), endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler between our own steps."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await self._serve(JsonRequest(request.scope, request.receive), handler)

        return handle

    @property
    def permission(self) -> str | None:
        """What it needs; None for a route that does not say."""
        return (self.openapi_extra or {}).get(PERMISSION)

    @functools.cached_property
    def _parameters(self) -> frozenset[str]:
        names = {parameter.alias for parameter in get_flat_params(self.dependant)}
        return frozenset(names | {FIELDS} if self._readable else names)

    @functools.cached_property
    def _readable(self) -> frozenset[str]:
        """The names that `fields` takes; none for an operation that is not a read."""
        return known_fields(self.response_model) if "GET" in (self.methods or ()) else frozenset()

    async def _serve(self, request: Request, handler: Callable[[Request], Awaitable[Response]]) -> Response:
        self._refuse_unknown_parameters(request)
        fields = requested_fields(request.query_params.get(FIELDS), self._readable) if self._readable else None
        try:
            response = await handler(request)
        except AlreadyAnsweredError as answered:
            return answered.response
        except ServiceError as error:
            write: Write | None = getattr(request.state, "write", None)
            refused = await write.refuse(error) if write else None
            if refused is None:
                raise
            return refused
        return await self._finish(request, response, fields)

    def _refuse_unknown_parameters(self, request: Request) -> None:
        """A misspelt filter must not answer with everything."""
        unknown = sorted(set(request.query_params) - self._parameters)
        if unknown:
            raise invalid_fields([FieldError(shown(name), "is not a parameter of this operation") for name in unknown])

    async def _finish(self, request: Request, response: Response, fields: frozenset[str] | None) -> Response:
        if fields is not None and response.status_code == 200:
            response = _sparse(response, orjson.dumps(project(orjson.loads(response.body), fields)))
        extra = self.openapi_extra or {}
        if (response.status_code == 200 and self.methods != {"POST"}) or extra.get(TAGGED):
            response.headers.setdefault("ETag", tag_of_bytes(bytes(response.body)))
        if response.status_code == 201 and "location" not in response.headers:
            response.headers["Location"] = f"{request.url.path}/{orjson.loads(response.body)['id']}"
        if response.status_code == 202 and self.response_model is OperationDTO:
            response.headers["Location"] = f"{OPERATIONS}/{orjson.loads(response.body)['id']}"
        write: Write | None = getattr(request.state, "write", None)
        if write is not None:
            await write.succeed(self.operation_id or self.name, request, response)
        return _not_modified(request, response) or response


def _with_ids(path: str, endpoint: Callable[..., Any]) -> str:
    """The path with its ids marked as such."""
    ids = [name for name, hint in get_type_hints(endpoint).items() if hint is UUID]
    for name in ids:
        path = path.replace(f"{{{name}}}", f"{{{name}:id}}")
    return path


def _sparse(response: Response, body: bytes) -> Response:
    headers = {
        name: value for name, value in response.headers.items() if name not in {"content-length", "content-type"}
    }
    return Response(body, response.status_code, headers, SPARSE_MEDIA_TYPE)


def _not_modified(request: Request, response: Response) -> Response | None:
    """`304` for a read whose answer the caller has already."""
    wanted = request.headers.get("if-none-match")
    if request.method != "GET" or wanted is None or response.status_code != 200:
        return None
    tags = parse_tags(wanted.replace("W/", ""), "If-None-Match")
    if tags is not None and response.headers["etag"].removeprefix("W/") not in tags:
        return None
    kept = {name: value for name, value in response.headers.items() if name not in {"content-length", "content-type"}}
    return Response(status_code=304, headers=kept)
