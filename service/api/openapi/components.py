"""What operations share: the problems they may answer with, the headers of their answers, the parameters they take."""

from http import HTTPStatus
from typing import Any

from service.api.problems import MEDIA_TYPE, TYPE_PREFIX
from service.core.etags import MAX_TAG_LIST, TAG_LIST

EXAMPLE_REQUEST_ID = "0199f3c2-7a51-7c3e-9f0b-2d1c5a7e4b60"
EXAMPLE_TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"

PROBLEMS: dict[int, tuple[str, str, str]] = {
    400: (
        "The request cannot be read: malformed JSON, a body nested too deep.",
        "malformed_json",
        "The body is not JSON.",
    ),
    401: ("No valid key or token.", "unauthenticated", "A valid API key or access token is needed."),
    403: ("The caller may not do this.", "permission_denied", "This needs the permission people:write."),
    404: ("No such row, or one the caller may not see.", "person_not_found", "No such person."),
    405: ("Another method is needed; `Allow` lists them.", "method_not_allowed", "Allowed here: GET, POST."),
    408: ("The body came too slowly.", "request_timeout", "The body did not arrive in time."),
    409: (
        "The request does not fit the present state, or one with the same idempotency key is being carried out.",
        "idempotency_key_in_use",
        "A request with this idempotency key is being carried out; try again.",
    ),
    410: ("What was here is gone.", "gone", "This is no longer kept."),
    412: (
        "The row was changed since its `ETag` was read.",
        "etag_mismatch",
        "This was changed since you read it; read it again, then decide.",
    ),
    413: ("The body is too large.", "body_too_large", "A body has at most 2097152 bytes."),
    415: ("The body is of a media type that is not taken here.", "unsupported_media_type", "Send application/json."),
    422: (
        "Something in the request is not valid; `errors` names every bad field.",
        "invalid_input",
        "1 invalid field.",
    ),
    428: ("`If-Match` is missing.", "if_match_required", "Send If-Match with the ETag of what you read."),
    429: ("Too many requests; `Retry-After` says when to go on.", "rate_limited", "The limit of this key is used up."),
    500: (
        "A fault on our side.",
        "internal_error",
        "Something went wrong on our side; the request id finds it in the log.",
    ),
    503: ("The service cannot do its work now.", "unavailable", "The database is out of reach; try again."),
}
"""Status: what it means here, and the code and detail of its example."""

HEADERS: dict[str, dict[str, Any]] = {
    "Access-Control-Allow-Origin": {
        "description": "To requests of a browser whose origin the settings allow.",
        "schema": {"type": "string", "maxLength": 2048, "pattern": r"^[\x21-\x7e]+$"},
        "example": "https://app.example.org",
    },
    "ETag": {
        "description": "A strong tag of what is shown: for `If-Match` with a change, for `If-None-Match` with a read.",
        "schema": {"type": "string", "maxLength": 100, "pattern": '^"[0-9a-f]+"$'},
        "example": '"5d41402abc4b2a76b9719d911017c592"',
    },
    "Idempotency-Replayed": {
        "description": "`true` on the stored answer to an idempotency key that was used before.",
        "schema": {"type": "string", "const": "true"},
        "example": "true",
    },
    "Link": {
        "description": 'The next page, `rel="next"` (RFC 8288); absent on the last.',
        "schema": {"type": "string", "maxLength": 4000, "pattern": '^</.*>; rel="next"$'},
        "example": '</v1/people?cursor=WyJBZGEiXQ>; rel="next"',
    },
    "Location": {
        "description": "Where what was made is read.",
        "schema": {"type": "string", "format": "uri-reference", "maxLength": 2048},
        "example": "/v1/people/0199f3c2-7a51-7c3e-9f0b-2d1c5a7e4b60",
    },
    "RateLimit": {
        "description": "What is left of each limit that applies (`r`) and for how long, in seconds (`t`).",
        "schema": {"type": "string", "maxLength": 500, "pattern": r"^[\x20-\x7e]*$"},
        "example": '"key";r=599;t=1',
    },
    "RateLimit-Policy": {
        "description": "The limits that apply: requests (`q`) in a window of seconds (`w`).",
        "schema": {"type": "string", "maxLength": 500, "pattern": r"^[\x20-\x7e]*$"},
        "example": '"key";q=600;w=60',
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86400},
        "example": 1,
    },
    "WWW-Authenticate": {
        "description": "How to authenticate (RFC 9110).",
        "schema": {"type": "string", "maxLength": 500, "pattern": "^Bearer"},
        "example": "Bearer",
    },
    "X-Request-Id": {
        "description": "Finds the request in the service's logs.",
        "schema": {"type": "string", "format": "uuid", "maxLength": 36},
        "example": EXAMPLE_REQUEST_ID,
    },
}

PARAMETERS: dict[str, dict[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Makes a retry safe: for 24 hours the same key with the same request gets the first answer "
        "again, and with another request `422`.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
        "example": "6f1f6d9c-2f5e-4b57-9d0e-0c5f6c2a9f11",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of what the caller has; `304` if it is still that.",
        "schema": {"type": "string", "maxLength": MAX_TAG_LIST, "pattern": TAG_LIST},
        "example": '"5d41402abc4b2a76b9719d911017c592"',
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` that was read, or `*` for whatever is there. A change without it answers `428`.",
        "schema": {"type": "string", "maxLength": MAX_TAG_LIST, "pattern": TAG_LIST},
        "example": '"5d41402abc4b2a76b9719d911017c592"',
    },
}

ALWAYS = ("X-Request-Id", "RateLimit", "RateLimit-Policy", "Access-Control-Allow-Origin")
"""Headers of every answer."""


def problem_name(status: int) -> str:
    """The component's name, e.g. `NotFound`."""
    return "".join(word.capitalize() for word in HTTPStatus(status).phrase.replace("-", " ").split())


def header_references(*names: str) -> dict[str, Any]:
    """References to components, by header."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def problem_component(status: int) -> dict[str, Any]:
    """One problem as a shared answer, with an example."""
    description, code, detail = PROBLEMS[status]
    extra = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}.get(status, ())
    example: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": EXAMPLE_REQUEST_ID,
        "trace_id": EXAMPLE_TRACE_ID,
        "errors": [{"pointer": "/name", "detail": "must be given"}] if status == 422 else [],
    }
    return {
        "description": description,
        "headers": header_references(*ALWAYS, *extra),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
