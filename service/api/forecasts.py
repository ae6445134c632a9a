"""`/v1/forecasts`: what people and the model expect of deals and quarters, once and for all."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.core.dto import Instant
from service.kpi_snapshots.forecasts.dto import FORECAST_SORTING, CreateForecast, ForecastDTO, ForecastFilter
from service.kpi_snapshots.forecasts.kinds import ForecasterKind, ForecastSubject
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import forecasts

READ, WRITE = Permission.FORECASTS_READ, Permission.FORECASTS_WRITE

router = resource_router("/v1/forecasts", "forecasts")


@router.get("", **operation("listForecasts", "List forecasts", READ))
async def list_forecasts(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(FORECAST_SORTING)],
    subject: Annotated[ForecastSubject | None, Query(description="Deals or quarters.")] = None,
    forecaster: Annotated[ForecasterKind | None, Query(description="In which capacity.")] = None,
    forecaster_id: Annotated[UUID | None, Query(description="Who made them.")] = None,
    person_id: Annotated[UUID | None, Query(description="Whose deals or quarters.")] = None,
    deal_id: Annotated[UUID | None, Query(description="Of one deal.")] = None,
    made_since: Annotated[Instant | None, Query(description="Made then or later.")] = None,
    made_until: Annotated[Instant | None, Query(description="Made before then.")] = None,
) -> ListEnvelope[ForecastDTO]:
    """The last first: a rep's own, a manager's own and those of everybody below, and the model's about them."""
    who = {"forecaster": forecaster, "forecaster_id": forecaster_id}
    when = {"made_since": made_since, "made_until": made_until}
    asked = ForecastFilter.model_validate(
        {"subject": subject, "person_id": person_id, "deal_id": deal_id, **who, **when}
    )
    return page.answer(await forecasts.list_forecasts(session, principal, asked, page))


@router.post("", status_code=201, **operation("createForecast", "Make a forecast", WRITE, 409, tagged=True))
async def create_forecast(data: CreateForecast, session: SessionDep, principal: PrincipalDep) -> ForecastDTO:
    """A rep of their own deals and quarters, a manager of those below.

    It is dated by the server and cannot be changed; whoever thinks otherwise later makes another. A deal that is
    decided and a quarter that has ended are refused.
    """
    return await forecasts.create_forecast(session, principal, data)


@router.get("/{forecast_id}", **operation("getForecast", "Read a forecast", READ, 404))
async def get_forecast(forecast_id: UUID, session: SessionDep, principal: PrincipalDep) -> ForecastDTO:
    """That of somebody whom the caller may not see is not found."""
    return await forecasts.get_forecast(session, principal, forecast_id)
