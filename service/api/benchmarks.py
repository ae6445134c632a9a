"""`/v1/success-models/{id}/benchmarks`: how each KPI is spread over peers."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import searched
from service.api.route import resource_router
from service.core.dto import IsoDay, IsoInstant
from service.kpi_snapshots.benchmarks import Tenure
from service.kpi_snapshots.dto import BenchmarksDTO, BenchmarksQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import benchmarks
from service.success_models.targets import PeriodKind

router = resource_router("/v1/success-models", "KPI snapshots")


def benchmarks_query(
    period: Annotated[PeriodKind, Query(description="In the organization's own calendar.")] = PeriodKind.QUARTER,
    period_start: Annotated[IsoDay | None, Query(description="Default: the last period that is over.")] = None,
    as_of: Annotated[IsoInstant | None, Query(description="Nothing later counts. Default: now.")] = None,
    kpi: Annotated[str | None, searched("Key of one KPI.", 64)] = None,
    job_role: Annotated[str | None, searched("Of one job role.")] = None,
    tenure: Annotated[Tenure | None, Query(description="Of one tenure.")] = None,
) -> BenchmarksQuery:
    """The question as one object."""
    when = {"period": period, "period_start": period_start, "as_of": as_of}
    return BenchmarksQuery.model_validate({**when, "kpi": kpi, "job_role": job_role, "tenure": tenure})


@router.get(
    "/{model_id}/benchmarks",
    **operation("getBenchmarks", "Read a model's benchmarks", Permission.KPI_SNAPSHOTS_READ, 404, 409),
)
async def get_benchmarks(
    model_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    query: Annotated[BenchmarksQuery, Depends(benchmarks_query)],
) -> BenchmarksDTO:
    """Quartiles by job role and tenure, with a target that the best quarter suggest, unproven within chance."""
    return await benchmarks.get_benchmarks(session, principal, model_id, query)
