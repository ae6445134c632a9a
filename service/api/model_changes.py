"""`/v1/success-models/{id}/changes`: what a version changes, and which snapshots it moves."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import IsoDay, IsoInstant
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.changes import get_model_changes
from service.kpi_snapshots.versions.dto import ModelChangesDTO, ModelChangesQuery
from service.success_models.targets import PeriodKind

router = resource_router("/v1/success-models", "KPI snapshots")


def changes_query(
    against: Annotated[UUID | None, Query(description="A version to compare with. Default: the one before.")] = None,
    period: Annotated[PeriodKind, Query(description="In the organization's own calendar.")] = PeriodKind.MONTH,
    period_start: Annotated[IsoDay | None, Query(description="Default: the period that holds `as_of`.")] = None,
    as_of: Annotated[IsoInstant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> ModelChangesQuery:
    """The question as one object."""
    when = {"period": period, "period_start": period_start, "as_of": as_of}
    return ModelChangesQuery.model_validate({"against": against, **when})


@router.get(
    "/{model_id}/changes",
    **operation("getModelChanges", "Read what a version changes", Permission.KPI_SNAPSHOTS_READ, 404),
)
async def model_changes(
    model_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    query: Annotated[ModelChangesQuery, Depends(changes_query)],
) -> ModelChangesDTO:
    """By KPI, with pointers into the document and the snapshots that move; of a draft what it would change."""
    return await get_model_changes(session, principal, model_id, query)
