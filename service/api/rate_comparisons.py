"""`/v1/rate-comparisons`: who differs beyond chance, by name and never by rank."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import IsoDay, IsoInstant, Key
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.rates.dto import MOST_KPIS, RateComparisonsDTO, RateComparisonsQuery
from service.kpi_snapshots.use_cases import rate_comparisons
from service.success_models.targets import PeriodKind

router = resource_router("/v1/rate-comparisons", "KPI snapshots")

KPIS = "Keys of ratio KPIs; repeat it for several. Default: all that divide counts."


def rate_comparisons_query(
    kpi: Annotated[list[Key] | None, Query(max_length=MOST_KPIS, description=KPIS)] = None,
    manager_id: Annotated[UUID | None, Query(description="The tree below this manager.")] = None,
    team_id: Annotated[UUID | None, Query(description="The people of this team. Default: one's own team.")] = None,
    period: Annotated[PeriodKind, Query(description="In the organization's own calendar.")] = PeriodKind.QUARTER,
    period_start: Annotated[IsoDay | None, Query(description="Default: the period that holds `as_of`.")] = None,
    as_of: Annotated[IsoInstant | None, Query(description="Nothing later counts. Default: now.")] = None,
    known_at: Annotated[IsoInstant | None, Query(description="What reached us later does not count.")] = None,
) -> RateComparisonsQuery:
    """The question as one object."""
    whose: dict[str, Any] = {"kpi": tuple(kpi or ()), "manager_id": manager_id, "team_id": team_id}
    when = {"period": period, "period_start": period_start, "as_of": as_of, "known_at": known_at}
    return RateComparisonsQuery.model_validate({**whose, **when})


@router.get("", **operation("getRateComparisons", "Compare rates", Permission.KPI_SNAPSHOTS_READ, 404))
async def get_rate_comparisons(
    session: SessionDep,
    principal: PrincipalDep,
    query: Annotated[RateComparisonsQuery, Depends(rate_comparisons_query)],
) -> RateComparisonsDTO:
    """Rates with chance taken out, funnel limits, the share of the spread that is noise, and who is out of control.

    Of a team of which the caller sees some, the others are one group of five or more without names.
    """
    return await rate_comparisons.get_rate_comparisons(session, principal, query)
