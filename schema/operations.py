"""Operations: long jobs, how far they are, and what came of them."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.organizations.dto.operations import OPERATION_SORTING, OperationDTO, OperationFilter, OperationStatus
from service.organizations.permissions import Permission
from service.organizations.use_cases import operations

READ, WRITE = Permission.OPERATIONS_READ, Permission.OPERATIONS_WRITE

describe_enum(
    OperationStatus,
    "Where an operation stands.",
    queued="No worker has it yet.",
    running="A worker is at it.",
    succeeded="It has ended well.",
    failed="It has ended, and nothing of it remains.",
    cancelled="Somebody ended it, and nothing of it remains.",
)


@strawberry.type(description="A long job: accepted at once, carried out by a worker; its end is an event.")
class Operation(Node):
    """An operation."""

    row: strawberry.Private[OperationDTO]
    kind: str
    status: OperationStatus = strawberry.field(description="Where it stands.")
    done: int
    total: int | None
    counts: JSON
    error_code: str | None
    error_message: str | None
    cancel_requested: bool
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @strawberry.field(
        description="Who asked for it; null for a key of the organization.", metadata={NEEDS: Permission.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id) if self.row.person_id else None
        return None if found is None else to_person(found)


describe(Operation, OperationDTO)


def to_operation(dto: OperationDTO) -> Operation:
    """The GraphQL view of an operation."""
    return Operation(id=to_global_id("Operation", dto.id), row=dto, **dto.model_dump(exclude={"id", "person_id"}))


async def load_operation(info: Info, id_: UUID) -> Operation:
    """By row id."""
    async with info.context.session() as session:
        return to_operation(await operations.get_operation(session, info.context.principal, id_))


@strawberry.type
class OperationsQuery:
    """Queries of operations."""

    @strawberry.field(description="One operation.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def operation(self, info: Info, id: strawberry.ID) -> Operation | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_operation(info, row_id(id, "Operation"))

    @strawberry.field(
        description="The last first; they are kept for 90 days.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("OperationSort", OPERATION_SORTING))],
    )
    async def operations(
        self, info: Info, page: PageRequest, kind: str | None = None, status: OperationStatus | None = None
    ) -> Connection[Operation]:
        """One page."""
        filters = to_input(OperationFilter, kind=kind, status=status)
        async with info.context.session() as session:
            found = await operations.list_operations(session, info.context.principal, filters, page)
        return to_connection(found, to_operation, page)


@strawberry.type(description="An operation as it is now.")
class OperationPayload:
    """The answer to a mutation that starts or ends one."""

    operation: Operation = strawberry.field(description="The operation.")


def to_operation_payload(dto: OperationDTO, _data: object) -> OperationPayload:
    """The answer that shows an operation."""
    return OperationPayload(operation=to_operation(dto))


@strawberry.input(description="Which operation to cancel.")
class CancelOperationInput:
    """A cancellation."""

    id: strawberry.ID
    idempotency_key: str | None = None


@mutation(
    "Cancel an operation; nothing of what it has done so far remains.",
    needs=WRITE,
    payload=OperationPayload,
    render=to_operation_payload,
)
async def cancel_operation(session: TenantSession, info: Info, data: CancelOperationInput) -> OperationDTO:
    """`POST /v1/operations/{id}/cancel`."""
    return await operations.cancel_operation(session, info.context.principal, row_id(data.id, "Operation"))


@strawberry.type
class OperationsMutation:
    """Mutations of operations."""

    cancel_operation = cancel_operation
