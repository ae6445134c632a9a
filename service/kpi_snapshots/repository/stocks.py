"""Levels: what the open deals of some people come to at an instant."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.repository.cells import MeasureTotal
from service.kpi_snapshots.repository.conditions import Grain
from service.kpi_snapshots.repository.relations import open_deals
from service.kpi_snapshots.repository.rows import rows
from service.kpi_snapshots.repository.totals import aggregate
from service.success_models.filters import Source
from service.success_models.measures import Measure


async def load_levels(
    session: AsyncSession,
    org_id: UUID,
    people: Sequence[UUID],
    measures: Sequence[Measure],
    at: tuple[datetime, date],
    known_at: datetime | None,
) -> list[MeasureTotal]:
    """Aggregate the deals open at an instant (with its local day) by their owner of then, in one scan."""
    if not measures:
        return []
    relation = open_deals(org_id, at[0], known_at)
    grain = Grain(
        Source.OPEN_DEALS, relation, relation.c.person_id, relation.c.stage_on, relation.c.created_at, today=at[1]
    )
    owners = bindparam("owners", list(people), type_=ARRAY(Uuid))
    query = aggregate(org_id, grain, measures, relation.c.person_id == func.any(owners), by_day=False)
    return [MeasureTotal(row[0], row[1], row[2], int(row[3])) for row in await rows(session, query)]
