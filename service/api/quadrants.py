"""`/v1/quadrants`: who earned what came of their deals, and of whom that cannot be told yet."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from service.api.deps import PrincipalDep, SessionDep
from service.api.negotiation import SVG, VARY, picture_or_json
from service.api.operation import operation
from service.api.pictures.canvas import POLICY
from service.api.pictures.quadrant import draw_quadrants
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


LONGEST_PICTURE = 20_000_000
"""Thousands of people."""
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {SVG: {"schema": {"type": "string", "maxLength": LONGEST_PICTURE}}}}
}
DECLARED = operation("getQuadrants", "Read quadrants", Permission.KPI_SNAPSHOTS_READ, 404, 406)
DECLARED["responses"] = PICTURE | DECLARED["responses"]


@router.get("", response_model=QuadrantsDTO, **DECLARED)
async def get_quadrants(
    session: SessionDep,
    principal: PrincipalDep,
    query: Annotated[QuadrantsQuery, Depends(quadrants_query)],
    representation: Annotated[str, Depends(picture_or_json)],
    response: Response,
) -> QuadrantsDTO | Response:
    """Process apart from outcome: the chance of each quadrant, the verdict, what would settle it, and what to do.

    A rep reads their own, a manager those of the tree below, enablement and administrators everybody's.
    As JSON, or with `Accept: image/svg+xml` as a picture with both intervals of everybody.
    """
    found = await quadrants.get_quadrants(session, principal, query)
    if representation == SVG:
        headers = VARY | {"Content-Security-Policy": POLICY}
        return Response(draw_quadrants(found), media_type=SVG, headers=headers)
    response.headers.update(VARY)
    return found
