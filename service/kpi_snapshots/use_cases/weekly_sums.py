"""What KPIs add up to by person and week, for the layers above; two statements for any number of people and KPIs."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.kpi_snapshots.leads.panels import Sums
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository.cells import list_measures
from service.kpi_snapshots.repository.weeks import Weeks, load_weeks
from service.success_models.measures import Measure


async def load_weekly_sums(
    session: AsyncSession, principal: Principal, weeks: tuple[Sequence[UUID], date, int], measures: Iterable[Measure]
) -> dict[UUID, Sums]:
    """Each measure by its identity, arrays (people x weeks); none without facts.

    `weeks` are the people in the order of the rows, the first day of the first week, and how many weeks.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    wanted = {measure.identity(): measure for measure in measures}
    kept = {row.id for row in await list_measures(session, principal.org_id) if row.built_at is not None}
    built = [measure for id_, measure in wanted.items() if id_ in kept]
    unbuilt = [measure for id_, measure in wanted.items() if id_ not in kept]
    return await load_weeks(session, Weeks(principal.org_id, *weeks), (built, unbuilt))
