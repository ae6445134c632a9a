"""`/v1/quadrants`: who earned what came of their deals, and of whom that cannot be told yet."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import IsoDay, IsoInstant
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.quadrants.dto import QuadrantsDTO, QuadrantsQuery
from service.kpi_snapshots.use_cases import quadrants
from service.success_models.targets import PeriodKind

router = resource_router("/v1/quadrants", "KPI snapshots")


def quadrants_query(
    person_id: Annotated[UUID | None, Query(description="One person.")] = None,
    manager_id: Annotated[UUID | None, Query(description="The tree below this manager.")] = None,
    team_id: Annotated[UUID | None, Query(description="The people of this team. Default: all one may see.")] = None,
    period: Annotated[PeriodKind, Query(description="In the organization's own calendar.")] = PeriodKind.QUARTER,
    period_start: Annotated[IsoDay | None, Query(description="Default: the period that holds `as_of`.")] = None,
    as_of: Annotated[IsoInstant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> QuadrantsQuery:
    """The question as one object."""
    whose: dict[str, Any] = {"person_id": person_id, "manager_id": manager_id, "team_id": team_id}
    when = {"period": period, "period_start": period_start, "as_of": as_of}
    return QuadrantsQuery.model_validate({**whose, **when})


DECLARED = operation("getQuadrants", "Read quadrants", Permission.KPI_SNAPSHOTS_READ, 404)


@router.get("", response_model=QuadrantsDTO, **DECLARED)
async def get_quadrants(
    session: SessionDep, principal: PrincipalDep, query: Annotated[QuadrantsQuery, Depends(quadrants_query)]
) -> QuadrantsDTO:
    """Process apart from outcome: the chance of each quadrant, the verdict, what would settle it, and what to do.

    A rep reads their own, a manager those of the tree below, enablement and administrators everybody's.
    """
    return await quadrants.get_quadrants(session, principal, query)
