"""What a mutation answers when it is refused: expected failures are types of the schema, not errors of the request."""

from collections.abc import Callable, Sequence

import strawberry

from schema.inputs import camel_pointer
from schema.paging import Paged
from schema.relay import PageInfo, page_of_list, to_page_info
from schema.scalars import Cursor, Pointer
from service.core.errors import ErrorKind, FieldError, ServiceError
from service.core.pagination import PageRequest


@strawberry.interface(description="Why a mutation was refused; nothing was written.")
class UserError:
    """What all refusals have in common."""

    code: str = strawberry.field(description="Stable and machine-readable, the same as over REST.")
    message: str = strawberry.field(description="For people.")


@strawberry.type(description="What is wrong with one field of the input.")
class InputFieldEdge:
    """From a refusal to a field that it is about."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: Pointer = strawberry.field(description="The field.")
    message: str = strawberry.field(description="What is wrong with it, for people.")


@strawberry.type(description="Fields of the input, each with what is wrong with it.")
class InputFieldConnection:
    """A Relay connection."""

    edges: list[InputFieldEdge] = strawberry.field(description="The fields of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def to_input_fields(faults: Sequence[FieldError], asked: PageRequest) -> InputFieldConnection:
    """A page of the fields that were refused."""
    page = page_of_list(faults, asked)
    edges = [
        InputFieldEdge(cursor=Cursor(cursor), node=Pointer(fault.pointer), message=fault.message)
        for cursor, fault in zip(page.cursors, page.items, strict=True)
    ]
    return InputFieldConnection(edges=edges, page_info=to_page_info(page, asked))


@strawberry.type(description="The input does not hold what it should.")
class InvalidInputError(UserError):
    """422 over REST."""

    faults: strawberry.Private[list[FieldError]]

    @strawberry.field(description="Every field that is wrong.", extensions=[Paged(whole=True)])
    def fields(self, page: PageRequest) -> InputFieldConnection:
        """With what is wrong with it."""
        return to_input_fields(self.faults, page)


@strawberry.type(description="The caller may not do this.")
class ForbiddenError(UserError):
    """403 over REST."""


@strawberry.type(description="What the mutation is about does not exist, or the caller may not see it.")
class NotFoundError(UserError):
    """404 over REST."""


@strawberry.type(description="The input is sound but does not fit the present state.")
class ConflictError(UserError):
    """409 over REST."""

    faults: strawberry.Private[list[FieldError]]

    @strawberry.field(description="The fields in the way, if any.", extensions=[Paged(whole=True)])
    def fields(self, page: PageRequest) -> InputFieldConnection:
        """With why they are."""
        return to_input_fields(self.faults, page)


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
    faults = [FieldError(camel_pointer(field.pointer, document), field.message) for field in error.fields]
    return _WITH_FIELDS[error.kind](code=error.code, message=error.message, faults=faults)
