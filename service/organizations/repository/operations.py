"""Every query of operations."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.organizations.dto.operations import OPERATION_SORTING, OperationFilter
from service.organizations.models import Operation


async def get_operation(
    session: AsyncSession, org_id: UUID, operation_id: UUID, *, lock: bool = False
) -> Operation | None:
    """One operation, locked for an update on request."""
    query = select(Operation).where(col(Operation.org_id) == org_id, col(Operation.id) == operation_id)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def get_operations(session: AsyncSession, org_id: UUID, ids: list[UUID]) -> list[Operation]:
    """Some operations."""
    query = select(Operation).where(col(Operation.org_id) == org_id, col(Operation.id).in_(ids))
    return list((await session.exec(query)).all())


async def list_operations(
    session: AsyncSession, org_id: UUID, filters: OperationFilter, page: PageRequest
) -> Page[Operation]:
    """One page of operations."""
    query = select(Operation).where(col(Operation.org_id) == org_id)
    for name, value in filters.model_dump(exclude_none=True).items():
        query = query.where(col(getattr(Operation, name)) == value)
    return await fetch_page(session, query, Operation, OPERATION_SORTING, page)


async def save_progress(
    session: AsyncSession, org_id: UUID, operation_id: UUID, done: int, total: int | None
) -> bool | None:
    """Note how far a run is; returns whether it is to end (None: the operation is gone)."""
    query = (
        update(Operation)
        .where(col(Operation.org_id) == org_id, col(Operation.id) == operation_id)
        .values(done=done, total=total)
        .returning(col(Operation.cancel_requested))
    )
    return (await session.exec(query)).scalar_one_or_none()


async def lock_run(session: AsyncSession, operation_id: UUID) -> None:
    """One run of an operation at a time: waits until another ends with its transaction."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(str(operation_id), 0))))


async def delete_finished(session: AsyncSession, org_id: UUID, before: datetime) -> None:
    """Forget operations that ended long ago, with what belongs to them."""
    old = col(Operation.finished_at) < before
    await session.exec(delete(Operation).where(col(Operation.org_id) == org_id, old))
