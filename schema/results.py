"""What a mutation answers when it is refused: expected failures are types of the schema, not errors of the request."""

from collections.abc import Callable

import strawberry

from schema.inputs import camel_pointer
from service.core.errors import ErrorKind, ServiceError


@strawberry.interface(description="Why a mutation was refused; nothing was written.")
class UserError:
    """What all refusals have in common."""

    code: str = strawberry.field(description="Stable and machine-readable, the same as over REST.")
    message: str = strawberry.field(description="For people.")


@strawberry.type(description="One field that was refused.")
class InputFieldError:
    """A place in the input, and what is wrong with it."""

    pointer: str = strawberry.field(description="An RFC 6901 pointer into the mutation's `input`.")
    message: str = strawberry.field(description="For people.")


@strawberry.type(description="The input does not hold what it should.")
class InvalidInputError(UserError):
    """422 over REST."""

    fields: list[InputFieldError] = strawberry.field(description="Every field that is wrong.")


@strawberry.type(description="The caller may not do this.")
class ForbiddenError(UserError):
    """403 over REST."""


@strawberry.type(description="What the mutation is about does not exist, or the caller may not see it.")
class NotFoundError(UserError):
    """404 over REST."""


@strawberry.type(description="The input is sound but does not fit the present state.")
class ConflictError(UserError):
    """409 over REST."""

    fields: list[InputFieldError] = strawberry.field(description="The fields in the way, if any.")


@strawberry.type(description="Somebody else changed this since it was read: read it again, then decide.")
class StaleError(UserError):
    """412 over REST."""


REFUSALS = (InvalidInputError, ForbiddenError, NotFoundError, ConflictError, StaleError)

_WITH_FIELDS: dict[ErrorKind, Callable[..., UserError]] = {
    ErrorKind.INVALID: InvalidInputError,
    ErrorKind.CONFLICT: ConflictError,
}
_PLAIN: dict[ErrorKind, Callable[..., UserError]] = {
    ErrorKind.FORBIDDEN: ForbiddenError,
    ErrorKind.NOT_FOUND: NotFoundError,
    ErrorKind.PRECONDITION_FAILED: StaleError,
}


def to_refusal(error: ServiceError, document: str | None = None) -> UserError:
    """The refusal as the schema has it; what is none (the database is down, a limit is reached) is raised again.

    `document` names the input that pointers are relative to, where that is a document with names of its own.
    """
    if error.kind in _PLAIN:
        return _PLAIN[error.kind](code=error.code, message=error.message)
    if error.kind not in _WITH_FIELDS:
        raise error
    fields = [
        InputFieldError(pointer=camel_pointer(field.pointer, document), message=field.message) for field in error.fields
    ]
    return _WITH_FIELDS[error.kind](code=error.code, message=error.message, fields=fields)
