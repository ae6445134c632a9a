"""Every failure of the REST surface as RFC 9457 `application/problem+json`."""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from structlog.contextvars import get_contextvars

from service.core.errors import ErrorKind, FieldError, ServiceError
from service.core.logging import get_logger
from service.core.rate_limits import RateLimitedError
from service.core.tracing import current_trace_id
from service.core.validation import message_of, pointer_of

logger = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:touchline:problem:"

MAX_FIELDS = 100
"""How many bad fields are named: more would be an echo of whatever was sent."""

NO_BODY = "A JSON body must be given: {} where there is nothing to say."

STATUSES = {
    ErrorKind.INVALID: 422,
    ErrorKind.UNAUTHENTICATED: 401,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.GONE: 410,
    ErrorKind.CONFLICT: 409,
    ErrorKind.PRECONDITION_FAILED: 412,
    ErrorKind.PRECONDITION_REQUIRED: 428,
    ErrorKind.RATE_LIMITED: 429,
    ErrorKind.UNAVAILABLE: 503,
}


class ProblemField(BaseModel):
    """One bad input: `pointer` into the body (RFC 6901), or the name of a parameter."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """What went wrong; `code` is stable, `request_id` and `trace_id` find it in the logs."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None
    trace_id: str | None = None
    errors: list[ProblemField] = []


class ProblemError(Exception):
    """A refusal of the edge itself, from inside a handler: `response` is the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__("refused")
        self.response = response


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of the problems an operation may answer with, besides 401, 422 and 503."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({401, 422, 503, *statuses})
    }


def problem(
    status: int,
    code: str,
    detail: str,
    fields: tuple[FieldError, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for one problem."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": get_contextvars().get("request_id"),
        "trace_id": current_trace_id(),
        "errors": [{"pointer": field.pointer, "detail": field.message} for field in fields[:MAX_FIELDS]],
    }
    return Response(orjson.dumps(body), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every exception of the application with a problem."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(ProblemError, _refused)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - the handler is registered for this class
    return error.response


async def _service_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 - as above
    return service_problem(error)


def service_problem(error: ServiceError) -> Response:
    """An expected failure as it is answered."""
    headers = {}
    if error.kind is ErrorKind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    elif error.kind is ErrorKind.UNAVAILABLE:
        headers["Retry-After"] = "1"
    elif isinstance(error, RateLimitedError):
        headers["Retry-After"] = str(error.retry_seconds)
    return problem(STATUSES[error.kind], error.code, error.message, error.fields, headers)


async def _validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return problem(400, "malformed_json", "The body is not JSON.")
    if faults[0]["loc"] == ("body",) and faults[0]["type"] == "missing":
        return problem(422, "invalid_input", NO_BODY, (FieldError("", NO_BODY),))
    fields = tuple(FieldError(_place(fault["loc"]), message_of(fault)) for fault in faults)
    return problem(422, "invalid_input", f"{len(fields)} invalid field(s).", fields)


def _place(location: tuple[str | int, ...]) -> str:
    """A pointer into the body, or the bare name of a parameter."""
    if location and location[0] == "body":
        return pointer_of(location[1:])
    # A parameter given several times is named without the place of the value at fault.
    names = [part for part in location if isinstance(part, str)]
    return names[-1] if names else ""


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if error.status_code == 405 and error.detail == HTTPStatus(405).phrase:
        allowed = ", ".join(_allowed_methods(request))
        return problem(405, "method_not_allowed", f"Allowed here: {allowed}.", headers={"Allow": allowed})
    if error.status_code == 404:
        return problem(404, "not_found", "Nothing is served at this path.")
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return problem(error.status_code, code, str(error.detail), headers=error.headers)


def _allowed_methods(request: Request) -> list[str]:
    """Every method of every route that matches the path, not of the first one only."""
    methods: set[str] = set()
    for route in flat_routes(request.app.routes):
        match, _scope = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)


def flat_routes(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Single routes, also those of included routers."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from flat_routes(included.routes)


async def _unexpected(request: Request, error: Exception) -> Response:
    """Mask what we did not expect; the correlation id finds it in the log."""
    logger.error("unexpected_error", path=request.url.path, method=request.method, exc_info=error)
    return problem(500, "internal_error", "Something went wrong on our side; the request id finds it in the log.")
