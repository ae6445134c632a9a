"""`/v1/kpi-snapshots`: where people stand against their model."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, PageDep, searched, whole
from service.api.route import resource_router
from service.core.dto import IsoDay, IsoInstant
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery, SnapshotKey, SnapshotRevisionDTO
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import revisions, snapshots
from service.success_models.targets import PeriodKind

router = resource_router("/v1/kpi-snapshots", "KPI snapshots")


def snapshot_query(
    person_id: Annotated[UUID | None, Query(description="One person's snapshots.")] = None,
    manager_id: Annotated[UUID | None, Query(description="One row per direct report of this manager.")] = None,
    kpi: Annotated[str | None, searched("Key of one KPI.", 64)] = None,
    period: Annotated[PeriodKind, Query(description="In the organization's own calendar.")] = PeriodKind.MONTH,
    period_start: Annotated[IsoDay | None, Query(description="Default: the period that holds `as_of`.")] = None,
    as_of: Annotated[IsoInstant | None, Query(description="Nothing later counts. Default: now.")] = None,
    known_at: Annotated[IsoInstant | None, Query(description="What reached us later does not count.")] = None,
) -> KpiSnapshotQuery:
    """The question as one object."""
    when = {"period": period, "period_start": period_start, "as_of": as_of, "known_at": known_at}
    return KpiSnapshotQuery.model_validate({"person_id": person_id, "manager_id": manager_id, "kpi": kpi, **when})


@router.get("", **operation("listKpiSnapshots", "List KPI snapshots", Permission.KPI_SNAPSHOTS_READ, 404))
async def list_kpi_snapshots(
    session: SessionDep,
    principal: PrincipalDep,
    page: PageDep,
    query: Annotated[KpiSnapshotQuery, Depends(snapshot_query)],
) -> ListEnvelope[KpiSnapshotDTO]:
    """By person's name and in the model's order of KPIs."""
    return page.answer(await snapshots.list_kpi_snapshots(session, principal, query, page))


@router.get(
    "/{snapshot_id}/revisions",
    **operation("listKpiSnapshotRevisions", "List a closed snapshot's revisions", Permission.KPI_SNAPSHOTS_READ, 404),
)
async def list_kpi_snapshot_revisions(
    session: SessionDep,
    principal: PrincipalDep,
    snapshot_id: Annotated[str, Path(description="A snapshot's id: `person.kpi.period.start`.", max_length=150)],
) -> ListEnvelope[SnapshotRevisionDTO]:
    """The first one first, each with why it was written; none while the period is not closed."""
    key = SnapshotKey.parse(snapshot_id)
    return whole(await revisions.list_snapshot_revisions(session, principal, key))
