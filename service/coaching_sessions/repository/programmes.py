"""Every query of single programmes and cadences, and of lists of them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.programmes import (
    CADENCE_SORTING,
    PROGRAMME_SORTING,
    CadenceFilter,
    ProgrammeFilter,
)
from service.coaching_sessions.models import CoachingCadence, CoachingProgramme
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest

People = Collection[UUID] | None
"""Whose cadences a caller sees, on either side of them; None: everybody's."""


async def list_programmes(
    session: AsyncSession, org_id: UUID, filters: ProgrammeFilter, page: PageRequest
) -> Page[CoachingProgramme]:
    """One page of an organization's programmes."""
    query = select(CoachingProgramme).where(col(CoachingProgramme.org_id) == org_id)
    if filters.name is not None:
        query = query.where(col(CoachingProgramme.name) == filters.name)
    return await fetch_page(session, query, CoachingProgramme, PROGRAMME_SORTING, page)


async def get_programme(
    session: AsyncSession, org_id: UUID, programme_id: UUID, *, lock: bool = False
) -> CoachingProgramme | None:
    """One programme, locked for an update on request."""
    query = select(CoachingProgramme).where(
        col(CoachingProgramme.org_id) == org_id, col(CoachingProgramme.id) == programme_id
    )
    # No key: whoever writes a row that refers to the programme need not wait.
    return (await session.exec(query.with_for_update(key_share=True) if lock else query)).first()


async def programme_by_name(session: AsyncSession, org_id: UUID, name: str) -> CoachingProgramme | None:
    """The programme of a name."""
    query = select(CoachingProgramme).where(
        col(CoachingProgramme.org_id) == org_id, col(CoachingProgramme.name) == name
    )
    return (await session.exec(query)).first()


async def list_cadences(
    session: AsyncSession, org_id: UUID, people: People, filters: CadenceFilter, page: PageRequest
) -> Page[CoachingCadence]:
    """One page of the cadences of which one of the two is among some people."""
    row = CoachingCadence
    query = select(row).where(col(row.org_id) == org_id)
    if people is not None:
        query = query.where(or_(col(row.rep_id).in_(people), col(row.manager_id).in_(people)))
    for name in ("programme_id", "manager_id", "rep_id"):
        wanted = getattr(filters, name)
        if wanted is not None:
            query = query.where(col(getattr(row, name)) == wanted)
    if filters.running_on is not None:
        query = query.where(
            col(row.from_on) <= filters.running_on,
            or_(col(row.ends_on).is_(None), col(row.ends_on) >= filters.running_on),
        )
    return await fetch_page(session, query, row, CADENCE_SORTING, page)


async def get_cadence(
    session: AsyncSession, org_id: UUID, people: People, cadence_id: UUID, *, lock: bool = False
) -> CoachingCadence | None:
    """One cadence of which one of the two is among some people, locked for an update on request."""
    row = CoachingCadence
    query = select(row).where(col(row.org_id) == org_id, col(row.id) == cadence_id)
    if people is not None:
        query = query.where(or_(col(row.rep_id).in_(people), col(row.manager_id).in_(people)))
    return (await session.exec(query.with_for_update(key_share=True) if lock else query)).first()
