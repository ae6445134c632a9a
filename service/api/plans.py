"""`/v1/success-models/{id}/plan`: the way back from a quota."""

from uuid import UUID

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.planning.dto import PlanDTO, PlanRequest
from service.kpi_snapshots.use_cases.planning import plan_way_back

router = resource_router("/v1/success-models", "KPI snapshots")


@router.post(
    "/{model_id}/plan",
    **operation("planWayBack", "Plan the way back from a quota", Permission.KPI_SNAPSHOTS_READ, 404, 409, reads=True),
)
async def plan_from_quota(model_id: UUID, data: PlanRequest, session: SessionDep, principal: PrincipalDep) -> PlanDTO:
    """From what is missing, back through the person's own conversions, to the work of each week; nothing is stored."""
    return await plan_way_back(session, principal, model_id, data)
