"""Every query of absences."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.organizations.dto.absences import ABSENCE_SORTING, AbsenceFilter
from service.organizations.models import Absence


async def get_absence(session: AsyncSession, org_id: UUID, absence_id: UUID, *, lock: bool = False) -> Absence | None:
    """One absence, locked for an update on request."""
    query = select(Absence).where(col(Absence.org_id) == org_id, col(Absence.id) == absence_id)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def get_person_id(session: AsyncSession, org_id: UUID, absence_id: UUID) -> UUID | None:
    """Whose absence it is; the row is not read, so that it can be, anew, under a lock."""
    query = select(Absence.person_id).where(col(Absence.org_id) == org_id, col(Absence.id) == absence_id)
    return (await session.exec(query)).first()


async def list_absences(
    session: AsyncSession, org_id: UUID, people: Collection[UUID] | None, filters: AbsenceFilter, page: PageRequest
) -> Page[Absence]:
    """One page of the absences of some people (None: of all)."""
    query = select(Absence).where(col(Absence.org_id) == org_id)
    if people is not None:
        query = query.where(col(Absence.person_id).in_(people))
    if filters.person_id is not None:
        query = query.where(col(Absence.person_id) == filters.person_id)
    if filters.kind is not None:
        query = query.where(col(Absence.kind) == filters.kind.value)
    if filters.since is not None:
        query = query.where(col(Absence.end_on) >= filters.since)
    if filters.until is not None:
        query = query.where(col(Absence.start_on) < filters.until)
    return await fetch_page(session, query, Absence, ABSENCE_SORTING, page)


async def list_absences_of(session: AsyncSession, org_id: UUID, people: Collection[UUID]) -> list[Absence]:
    """All absences of some people, by start."""
    query = select(Absence).where(col(Absence.org_id) == org_id, col(Absence.person_id).in_(people))
    return list((await session.exec(query.order_by(col(Absence.start_on), col(Absence.id)))).all())


async def find_overlap(
    session: AsyncSession, org_id: UUID, person_id: UUID, start_on: date, end_on: date, besides: UUID | None
) -> Absence | None:
    """An absence of a person, other than one, that shares a day with a span, both ends included."""
    query = select(Absence).where(
        col(Absence.org_id) == org_id,
        col(Absence.person_id) == person_id,
        col(Absence.start_on) <= end_on,
        col(Absence.end_on) >= start_on,
    )
    if besides is not None:
        query = query.where(col(Absence.id) != besides)
    return (await session.exec(query.limit(1))).first()
