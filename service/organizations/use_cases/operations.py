"""Operations: long jobs that are accepted at once, carried out by a worker, read and cancelled by their id."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, not_found
from service.core.ids import new_id
from service.core.jobs import enqueue
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.dto.operations import FINAL, OperationDTO, OperationFilter, OperationStatus
from service.organizations.models import Operation
from service.organizations.permissions import Permission
from service.organizations.repository import operations as repository
from service.webhooks.outbox import EventType, emit

KEPT = timedelta(days=90)


async def list_operations(
    session: AsyncSession, principal: Principal, filters: OperationFilter, page: PageRequest
) -> Page[OperationDTO]:
    """The organization's operations, the last first."""
    require(principal, Permission.OPERATIONS_READ)
    found = await repository.list_operations(session, principal.org_id, filters, page)
    return found.with_items([OperationDTO.model_validate(row) for row in found.items])


async def get_operation(session: AsyncSession, principal: Principal, operation_id: UUID) -> OperationDTO:
    """One operation."""
    require(principal, Permission.OPERATIONS_READ)
    row = await repository.get_operation(session, principal.org_id, operation_id)
    if row is None:
        raise not_found("operation")
    return OperationDTO.model_validate(row)


async def cancel_operation(session: AsyncSession, principal: Principal, operation_id: UUID) -> OperationDTO:
    """End an operation: at once if no worker has it yet, else at its next step; `conflict` if it has ended."""
    require(principal, Permission.OPERATIONS_WRITE)
    row = await repository.get_operation(session, principal.org_id, operation_id, lock=True)
    if row is None:
        raise not_found("operation")
    if row.status == OperationStatus.QUEUED:
        await end_operation(session, row, OperationStatus.CANCELLED)
    elif row.status in FINAL:
        raise conflict("operation_finished", f"It has {row.status} already.")
    row.cancel_requested = True
    await session.flush()
    return OperationDTO.model_validate(row)


async def start_operation(session: AsyncSession, principal: Principal, kind: str, job: str) -> OperationDTO:
    """Accept a job of some kind for a worker; the slice whose job it is has checked that the caller may."""
    row = Operation(
        org_id=principal.org_id,
        id=new_id(),
        kind=kind,
        status=OperationStatus.QUEUED,
        counts={},
        person_id=principal.person_id,
        created_at=utc_now(),
    )
    session.add(row)
    await enqueue(session, job, principal.org_id, operation_id=str(row.id))
    return OperationDTO.model_validate(row)


async def end_operation(session: AsyncSession, row: Operation, status: OperationStatus) -> None:
    """Write the end of a locked operation, and tell of it."""
    row.status, row.finished_at = status, utc_now()
    await session.flush()
    data = {"operation_id": row.id, "kind": row.kind, "status": status}
    await emit(session, row.org_id, EventType.OPERATION_COMPLETED, data)


async def operations_of(session: AsyncSession, principal: Principal, ids: list[UUID]) -> dict[UUID, OperationDTO]:
    """Some operations by id, for the slices whose work they are, which have checked what the caller may see."""
    rows = await repository.get_operations(session, principal.org_id, ids)
    return {row.id: OperationDTO.model_validate(row) for row in rows}


async def purge_operations(session: AsyncSession, org_id: UUID, now: datetime) -> None:
    """Forget operations, and what belongs to them, 90 days after their end."""
    await repository.delete_finished(session, org_id, now - KEPT)
