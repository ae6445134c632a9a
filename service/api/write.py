"""What every write has in common: one transaction with its audit row and, under an idempotency key, its answer."""

import base64
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response

from service.api.operation import ANONYMOUS, PRIVATE, READS
from service.api.problems import service_problem
from service.api.uploads import identity_of, is_multipart
from service.core import audit, idempotency
from service.core.database import TenantSession
from service.core.errors import ServiceError
from service.core.idempotency import IdempotentWrite
from service.core.principal import Principal
from service.core.secrets import SecretBox

METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("content-type", "location", "etag", "retry-after")


def leaves_a_trace(request: Request) -> bool:
    """Whether the operation is a write, or a read of what is private."""
    extra = request.scope["route"].openapi_extra or {}
    return (request.method in METHODS and READS not in extra) or PRIVATE in extra


class AlreadyAnsweredError(Exception):
    """The request was carried out before; `response` is what was answered then."""

    def __init__(self, response: Response) -> None:
        super().__init__("already answered")
        self.response = response


class Write:
    """One write operation inside the request's transaction."""

    def __init__(self, session: TenantSession, principal: Principal, box: SecretBox) -> None:
        self._session = session
        self._principal = principal
        self._box = box
        self._claimed: IdempotentWrite | None = None

    async def begin(self, request: Request) -> None:
        """Claim the idempotency key, if there is one; `AlreadyAnsweredError` if it was used for this request."""
        key = request.headers.get(idempotency.HEADER)
        if key is None or _is_anonymous(request):
            return
        target = f"{request.method} {request.url.path}?{request.url.query}"
        content = await identity_of(request) if is_multipart(request) else await request.body()
        identity = b"\n".join((target.encode(), content))
        claimed = await idempotency.claim_key(self._session, self._principal, key, identity, self._box)
        if claimed.previous is not None:
            raise AlreadyAnsweredError(_restored(claimed.previous))
        self._claimed = claimed

    async def succeed(self, operation_id: str, request: Request, response: Response) -> None:
        """Audit what was done, unless it is anonymous, and keep its answer."""
        if not _is_anonymous(request):
            await self._audit(operation_id, request, response)
        if self._claimed is not None:
            await self._claimed.keep(_kept(response))

    async def _audit(self, operation_id: str, request: Request, response: Response) -> None:
        body = await request.json() if _is_json(request.headers) and await request.body() else {}
        audit.record(
            self._session,
            self._principal,
            operation_id,
            surface="rest",
            target_id=_target(request, response),
            fields=list(body) if isinstance(body, dict) else (),
        )

    async def refuse(self, error: ServiceError) -> Response | None:
        """The answer to a final refusal, kept under the idempotency key; None where there is nothing to keep.

        What the use case wrote before it refused is undone; the key stays claimed and commits with the answer.
        """
        if self._claimed is None or error.kind not in idempotency.FINAL:
            return None
        response = service_problem(error)
        await self._claimed.keep_refusal(_kept(response))
        return response


def _is_anonymous(request: Request) -> bool:
    return ANONYMOUS in (request.scope["route"].openapi_extra or {})


def _is_json(headers: Any) -> bool:
    return "json" in headers.get("content-type", "")


def _target(request: Request, response: Response) -> str | None:
    """The last id in the path, else the id in the answer."""
    for value in reversed(request.path_params.values()):
        return str(value)
    if response.status_code in (200, 201, 202) and _is_json(response.headers):
        answer = orjson.loads(response.body)
        found = answer.get("id") if isinstance(answer, dict) else None
        return str(UUID(found)) if found else None
    return None


def _kept(response: Response) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "headers": {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        "body": base64.b64encode(response.body).decode(),
    }


def _restored(answer: dict[str, Any]) -> Response:
    headers = {**answer["headers"], REPLAYED: "true"}
    return Response(base64.b64decode(answer["body"]), answer["status"], headers)
