"""Every query that shows activities and deals, with the records they were derived from."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from service.activities.dto.facts import ACTIVITY_SORTING, DEAL_SORTING, ActivityFilter, DealFilter
from service.activities.models import Activity, Deal, Record, RecordSource
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest

People = Collection[UUID] | None
"""Whose facts may be seen; None: everybody's, and those of nobody known."""

FactT = TypeVar("FactT", Activity, Deal)


async def list_activities(
    session: AsyncSession, org_id: UUID, people: People, filters: ActivityFilter, page: PageRequest
) -> Page[Activity]:
    """One page of activities."""
    query = select(Activity).where(col(Activity.org_id) == org_id)
    if people is not None:
        query = query.where(col(Activity.person_id).in_(people))
    wanted = (
        (Activity.person_id, filters.person_id),
        (Activity.deal_id, filters.deal_id),
        (Activity.kind, filters.kind),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(col(column) == value)
    query = _within(query, Activity.occurred_on, filters.occurred_from, filters.occurred_until)
    return await fetch_page(session, query, Activity, ACTIVITY_SORTING, page)


async def list_deals(
    session: AsyncSession, org_id: UUID, people: People, filters: DealFilter, page: PageRequest
) -> Page[Deal]:
    """One page of deals."""
    query = select(Deal).where(col(Deal.org_id) == org_id)
    if people is not None:
        query = query.where(col(Deal.owner_id).in_(people))
    wanted = ((Deal.owner_id, filters.owner_id), (Deal.outcome, filters.outcome), (Deal.stage, filters.stage))
    for column, value in wanted:
        if value is not None:
            query = query.where(col(column) == value)
    query = _within(query, Deal.created_on, filters.created_from, filters.created_until)
    query = _within(query, Deal.closed_on, filters.closed_from, filters.closed_until)
    return await fetch_page(session, query, Deal, DEAL_SORTING, page)


def _within(query: SelectOfScalar[FactT], column: object, start: object, end: object) -> SelectOfScalar[FactT]:
    """Days from `start` on and before `end`; None: no bound."""
    if start is not None:
        query = query.where(col(column) >= start)
    return query if end is None else query.where(col(column) < end)


async def get_activity(session: AsyncSession, org_id: UUID, activity_id: UUID) -> Activity | None:
    """One activity."""
    query = select(Activity).where(col(Activity.org_id) == org_id, col(Activity.id) == activity_id)
    return (await session.exec(query)).first()


async def get_deal(session: AsyncSession, org_id: UUID, deal_id: UUID) -> Deal | None:
    """One deal."""
    return (await session.exec(select(Deal).where(col(Deal.org_id) == org_id, col(Deal.id) == deal_id))).first()


async def list_origins(session: AsyncSession, org_id: UUID, ids: Collection[UUID]) -> dict[UUID, tuple[str, str, str]]:
    """(system, account, external id) of some facts by their ids."""
    query = (
        select(Record.id, RecordSource.system, RecordSource.account, Record.external_id)
        .join(RecordSource, (col(RecordSource.org_id) == org_id) & (col(RecordSource.id) == col(Record.source_id)))
        .where(col(Record.org_id) == org_id, col(Record.id).in_(ids))
    )
    return {id_: (system, account, external_id) for id_, system, account, external_id in await session.exec(query)}
