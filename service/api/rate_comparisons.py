"""`/v1/rate-comparisons`: who differs beyond chance, by name and never by rank."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from service.api.deps import PrincipalDep, SessionDep
from service.api.negotiation import SVG, VARY, picture_or_json
from service.api.operation import operation
from service.api.pictures.canvas import POLICY
from service.api.pictures.funnel import draw_funnels
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


LONGEST_PICTURE = 20_000_000
"""Twenty KPIs of a thousand people each."""
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {SVG: {"schema": {"type": "string", "maxLength": LONGEST_PICTURE}}}}
}
DECLARED = operation("getRateComparisons", "Compare rates", Permission.KPI_SNAPSHOTS_READ, 404, 406)
DECLARED["responses"] = PICTURE | DECLARED["responses"]


@router.get("", response_model=RateComparisonsDTO, **DECLARED)
async def get_rate_comparisons(
    session: SessionDep,
    principal: PrincipalDep,
    query: Annotated[RateComparisonsQuery, Depends(rate_comparisons_query)],
    representation: Annotated[str, Depends(picture_or_json)],
    response: Response,
) -> RateComparisonsDTO | Response:
    """Rates with chance taken out, funnel limits, the share of the spread that is noise, and who is out of control.

    Of a team of which the caller sees some, the others are one group of five or more without names.
    As JSON, or with `Accept: image/svg+xml` as funnel plots.
    """
    found = await rate_comparisons.get_rate_comparisons(session, principal, query)
    if representation == SVG:
        headers = VARY | {"Content-Security-Policy": POLICY}
        return Response(draw_funnels(found), media_type=SVG, headers=headers)
    response.headers.update(VARY)
    return found
