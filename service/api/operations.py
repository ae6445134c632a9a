"""`/v1/operations`: long jobs, how far they are, and what came of them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by
from service.api.route import resource_router
from service.organizations.dto.operations import OPERATION_SORTING, OperationDTO, OperationFilter, OperationStatus
from service.organizations.permissions import Permission
from service.organizations.use_cases import operations

router = resource_router("/v1/operations", "operations")


@router.get("", **operation("listOperations", "List operations", Permission.OPERATIONS_READ))
async def list_operations(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(OPERATION_SORTING)],
    kind: Annotated[str | None, searched("`import`, …")] = None,
    status: Annotated[OperationStatus | None, Query(description="Where they stand.")] = None,
) -> ListEnvelope[OperationDTO]:
    """The last first; they are kept for 90 days."""
    filters = OperationFilter(kind=kind, status=status)
    return page.answer(await operations.list_operations(session, principal, filters, page))


@router.get("/{operation_id}", **operation("getOperation", "Read an operation", Permission.OPERATIONS_READ, 404))
async def get_operation(operation_id: UUID, session: SessionDep, principal: PrincipalDep) -> OperationDTO:
    """Its end is also told by the event `operation.completed`."""
    return await operations.get_operation(session, principal, operation_id)


@router.post(
    "/{operation_id}/cancel",
    **operation("cancelOperation", "Cancel an operation", Permission.OPERATIONS_WRITE, 404, 409),
)
async def cancel_operation(operation_id: UUID, session: SessionDep, principal: PrincipalDep) -> OperationDTO:
    """Nothing of what it has done so far remains; one that has ended stays as it is."""
    return await operations.cancel_operation(session, principal, operation_id)
