"""Errors: an expected failure keeps its code, kind and fields; anything else is masked and logged."""

from collections.abc import AsyncIterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from structlog.contextvars import get_contextvars

from schema.inputs import argument_name
from service.core.errors import ErrorKind, ServiceError
from service.core.logging import get_logger

logger = get_logger(__name__)

CALLERS_FAULT, OUR_FAULT = "BAD_REQUEST", "INTERNAL_SERVER_ERROR"
"""`classification`: whose fault an error is, in the words that tools for GraphQL know."""
INVALID_DOCUMENT = {"code": "invalid_document", "kind": "invalid"}


class RenderErrors(SchemaExtension):
    """Rewrites the errors of an operation before they are sent."""

    async def on_operation(self) -> AsyncIterator[None]:
        """After the operation: every error as the surfaces agree."""
        yield
        result = self.execution_context.result
        errors = getattr(result, "errors", None)
        if result is not None and errors:
            result.errors = [render(error) for error in errors]


def render(error: GraphQLError) -> GraphQLError:
    """One error as it is sent: faults of the document as they are, a `ServiceError` with its code, others masked."""
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        return _replaced(error, error.message, {**INVALID_DOCUMENT, **(error.extensions or {})})
    if isinstance(original, ServiceError):
        extensions: dict[str, object] = {
            "code": original.code,
            "kind": original.kind.value,
            "classification": OUR_FAULT if original.kind is ErrorKind.UNAVAILABLE else CALLERS_FAULT,
            "fields": [{"pointer": argument_name(field.pointer), "detail": field.message} for field in original.fields],
        }
        return _replaced(error, original.message, extensions)
    request_id = get_contextvars().get("request_id")
    logger.error("unexpected_graphql_error", path=error.path, exc_info=original)
    message = "Something went wrong on our side; the request id finds it in the log."
    masked = {"code": "internal_error", "kind": "internal", "classification": OUR_FAULT, "request_id": request_id}
    return _replaced(error, message, masked)


def _replaced(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, extensions=extensions)
