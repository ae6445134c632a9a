"""The open deals of a person at an instant, one by one."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.repository.conditions import Grain, matching
from service.kpi_snapshots.repository.relations import open_deals
from service.kpi_snapshots.repository.rows import rows
from service.success_models.filters import Filter, Source


class OpenDealRow(NamedTuple):
    """Where a deal stands, and what it is worth in the organization's currency."""

    stage: str | None
    amount: Decimal | None


async def load_pipeline(
    session: AsyncSession,
    org_id: UUID,
    person_id: UUID,
    at: tuple[datetime, date],
    until: date,
    filters: Sequence[Filter],
) -> list[OpenDealRow]:
    """Those expected to close by a day or without such a day, in a stable order."""
    relation = open_deals(org_id, at[0], None)
    grain = Grain(
        Source.OPEN_DEALS, relation, relation.c.person_id, relation.c.stage_on, relation.c.created_at, today=at[1]
    )
    query = (
        select(relation.c.stage, relation.c.org_amount)
        .where(
            relation.c.person_id == person_id,
            or_(relation.c.close_on.is_(None), relation.c.close_on <= until),
            matching(grain, Source.OPEN_DEALS, filters),
        )
        .order_by(relation.c.id)
    )
    return [OpenDealRow(row[0], row[1]) for row in await rows(session, query)]
