"""`/v1/kpi-snapshots`: where people stand against their model."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from service.api.deps import PageDep, PrincipalDep, SessionDep
from service.api.problems import problem_responses
from service.api.rendering import ListEnvelope, render_page
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.use_cases import snapshots
from service.success_models.document import PeriodKind

router = APIRouter(prefix="/v1/kpi-snapshots", tags=["KPI snapshots"])


def snapshot_query(
    person_id: Annotated[UUID | None, Query(description="One person's snapshots.")] = None,
    manager_id: Annotated[UUID | None, Query(description="One row per direct report of this manager.")] = None,
    kpi: Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00]*$", description="Key of one KPI.")] = None,
    period: Annotated[PeriodKind, Query(description="In the organization's own calendar.")] = PeriodKind.MONTH,
    period_start: Annotated[date | None, Query(description="Default: the period that holds `as_of`.")] = None,
    as_of: Annotated[AwareDatetime | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> KpiSnapshotQuery:
    """The question as one object."""
    return KpiSnapshotQuery(
        person_id=person_id, manager_id=manager_id, kpi=kpi, period=period, period_start=period_start, as_of=as_of
    )


@router.get("", operation_id="listKpiSnapshots", summary="List KPI snapshots", responses=problem_responses(403, 404))
async def list_kpi_snapshots(
    session: SessionDep,
    principal: PrincipalDep,
    page: PageDep,
    query: Annotated[KpiSnapshotQuery, Depends(snapshot_query)],
) -> ListEnvelope[KpiSnapshotDTO]:
    """By person's name and in the model's order of KPIs. Needs `kpi_snapshots:read`."""
    return render_page(await snapshots.list_kpi_snapshots(session, principal, query, page))
