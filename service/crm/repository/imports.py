"""Every query of imports, their files and their reports."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.crm.dto.imports import IMPORT_ROW_SORTING, IMPORT_SORTING, ImportRowStatus
from service.crm.models import DataImport, ImportChunk, ImportRow
from service.organizations.dto.operations import FINAL
from service.organizations.models import Operation


async def get_import(session: AsyncSession, org_id: UUID, import_id: UUID) -> DataImport | None:
    """One import."""
    query = select(DataImport).where(col(DataImport.org_id) == org_id, col(DataImport.id) == import_id)
    return (await session.exec(query)).first()


async def list_imports(session: AsyncSession, org_id: UUID, page: PageRequest) -> Page[DataImport]:
    """One page of imports."""
    query = select(DataImport).where(col(DataImport.org_id) == org_id)
    return await fetch_page(session, query, DataImport, IMPORT_SORTING, page)


async def get_row(session: AsyncSession, org_id: UUID, row_id: UUID) -> ImportRow | None:
    """One row of a report."""
    query = select(ImportRow).where(col(ImportRow.org_id) == org_id, col(ImportRow.id) == row_id)
    return (await session.exec(query)).first()


async def list_rows(
    session: AsyncSession, org_id: UUID, import_id: UUID, status: ImportRowStatus | None, page: PageRequest
) -> Page[ImportRow]:
    """One page of a report."""
    query = select(ImportRow).where(col(ImportRow.org_id) == org_id, col(ImportRow.import_id) == import_id)
    if status is not None:
        query = query.where(col(ImportRow.status) == status)
    return await fetch_page(session, query, ImportRow, IMPORT_ROW_SORTING, page)


async def read_chunks(session: AsyncSession, org_id: UUID, import_id: UUID) -> AsyncIterator[bytes]:
    """A file piece by piece, no two of them in memory."""
    position = 0
    while True:
        query = select(ImportChunk.data).where(
            col(ImportChunk.org_id) == org_id,
            col(ImportChunk.import_id) == import_id,
            col(ImportChunk.position) == position,
        )
        piece = (await session.exec(query)).first()
        if piece is None:
            return
        yield piece
        position += 1


async def get_first_waiting(session: AsyncSession, org_id: UUID, last_id: UUID) -> UUID | None:
    """The first of the imports up to `last_id` whose operation has not ended; ids rise with time."""
    query = (
        select(DataImport.id)
        .join(Operation, (col(Operation.org_id) == org_id) & (col(Operation.id) == col(DataImport.id)))
        .where(col(DataImport.org_id) == org_id, col(DataImport.id) <= last_id, col(Operation.status).not_in(FINAL))
        .order_by(col(DataImport.id))
        .limit(1)
    )
    return (await session.exec(query)).first()


async def delete_ended_chunks(session: AsyncSession, org_id: UUID) -> None:
    """Forget the files of imports that have ended."""
    ended = select(Operation.id).where(col(Operation.org_id) == org_id, col(Operation.status).in_(FINAL))
    await session.exec(
        delete(ImportChunk).where(col(ImportChunk.org_id) == org_id, col(ImportChunk.import_id).in_(ended))
    )
