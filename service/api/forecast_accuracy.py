"""`/v1/forecast-accuracy`: how honest forecasts are, and how good."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from service.api.deps import PrincipalDep, SessionDep
from service.api.negotiation import SVG, VARY, picture_or_json
from service.api.operation import operation
from service.api.pictures.canvas import POLICY
from service.api.pictures.reliability import draw_reliability
from service.api.route import resource_router
from service.core.dto import Instant, IsoDay
from service.kpi_snapshots.forecasts.accuracy_dto import (
    HORIZON_DAYS,
    LONGEST_HORIZON,
    ForecastAccuracyDTO,
    ForecastAccuracyQuery,
)
from service.kpi_snapshots.forecasts.kinds import ForecasterKind
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import forecast_accuracy
from service.success_models.targets import PeriodKind

router = resource_router("/v1/forecast-accuracy", "forecasts")


def accuracy_query(
    forecaster: Annotated[ForecasterKind | None, Query(description="In which capacity. Default: all.")] = None,
    person_id: Annotated[UUID | None, Query(description="One forecaster.")] = None,
    manager_id: Annotated[UUID | None, Query(description="This manager and everybody below.")] = None,
    team_id: Annotated[UUID | None, Query(description="The people of this team.")] = None,
    horizon_days: Annotated[
        int, Query(ge=0, le=LONGEST_HORIZON, description="How long before the outcome a forecast had to be made.")
    ] = HORIZON_DAYS,
    period: Annotated[
        PeriodKind | None, Query(description="Of the outcomes, in the organization's own calendar. Default: all.")
    ] = None,
    period_start: Annotated[IsoDay | None, Query(description="Default: the period that holds `as_of`.")] = None,
    as_of: Annotated[Instant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> ForecastAccuracyQuery:
    """The question as one object."""
    whose = {"forecaster": forecaster, "person_id": person_id, "manager_id": manager_id, "team_id": team_id}
    when = {"horizon_days": horizon_days, "period": period, "period_start": period_start, "as_of": as_of}
    return ForecastAccuracyQuery.model_validate({**whose, **when})


LONGEST_PICTURE = 1_000_000
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {SVG: {"schema": {"type": "string", "maxLength": LONGEST_PICTURE}}}}
}
DECLARED = operation("getForecastAccuracy", "Read how forecasts came true", Permission.FORECASTS_READ, 404, 406)
DECLARED["responses"] = PICTURE | DECLARED["responses"]


@router.get("", response_model=ForecastAccuracyDTO, **DECLARED)
async def get_forecast_accuracy(
    session: SessionDep,
    principal: PrincipalDep,
    query: Annotated[ForecastAccuracyQuery, Depends(accuracy_query)],
    representation: Annotated[str, Depends(picture_or_json)],
    response: Response,
) -> ForecastAccuracyDTO | Response:
    """Brier scores with their parts, reliability, bias and skill; of quarters the error and how often low to high held.

    Of each forecaster and deal one forecast counts, the last that was made early enough. A rep sees their own, a
    manager those of everybody below too; the model's are for everybody. As JSON, or with `Accept: image/svg+xml` as
    reliability diagrams.
    """
    found = await forecast_accuracy.get_forecast_accuracy(session, principal, query)
    if representation == SVG:
        return Response(draw_reliability(found), media_type=SVG, headers=VARY | {"Content-Security-Policy": POLICY})
    response.headers.update(VARY)
    return found
