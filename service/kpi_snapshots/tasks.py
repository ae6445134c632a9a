"""What the worker does for snapshots: refresh marked cells, keep snapshots ready, build measures, grade leads."""

from collections.abc import Mapping
from uuid import UUID

from service.core.database import Database
from service.core.jobs import JobHandler
from service.core.principal import Principal
from service.kpi_snapshots.use_cases.grading import keep_grades
from service.kpi_snapshots.use_cases.keeping import mark_snapshots, refresh_ready_snapshots
from service.kpi_snapshots.use_cases.model_forecasts import keep_model_forecasts
from service.kpi_snapshots.use_cases.refreshing import (
    build_prepared_measures,
    prepare_measures,
    refresh_marked_cells,
)
from service.organizations.use_cases.changes import REFRESH_SNAPSHOTS
from service.success_models.use_cases.success_models import BUILD_MEASURES


async def refresh_dirty_cells(database: Database, org_id: UUID, limit: int) -> int:
    """One transaction's worth of marked cells; returns how many were recomputed (0: none left)."""
    async with database.tenant(org_id) as session:
        return await refresh_marked_cells(session, Principal.system(org_id), limit)


async def refresh_snapshots(database: Database, org_id: UUID, limit: int) -> int:
    """One transaction's worth of people whose snapshots are out of date, or one period to close (0: nothing left)."""
    async with database.tenant(org_id) as session:
        return await refresh_ready_snapshots(session, Principal.system(org_id), limit)


async def grade_leads(database: Database, org_id: UUID) -> int:
    """Today's grades of leads, where they are missing; 0 always, as there is nothing left to do after it."""
    async with database.tenant(org_id) as session:
        await keep_grades(session, Principal.system(org_id))
    return 0


async def keep_forecasts(database: Database, org_id: UUID) -> int:
    """The model's forecasts of the week, if nobody has made them; 0 always, as there is nothing left to do after it."""
    async with database.tenant(org_id) as session:
        await keep_model_forecasts(session, Principal.system(org_id))
    return 0


async def build_measures(database: Database, org_id: UUID) -> None:
    """Bring the kept measures in line with the active models; everybody's snapshots follow."""
    principal = Principal.system(org_id)
    async with database.tenant(org_id) as session:
        await prepare_measures(session, principal)
    async with database.tenant(org_id) as session:
        await build_prepared_measures(session, principal)
        await mark_snapshots(session, principal, None)


def handlers(database: Database) -> dict[str, JobHandler]:
    """Job handlers by name."""

    async def build(org_id: UUID, _arguments: Mapping[str, str]) -> None:
        await build_measures(database, org_id)

    async def mark(org_id: UUID, arguments: Mapping[str, str]) -> None:
        person_id = arguments.get("person_id")
        async with database.tenant(org_id) as session:
            people = None if person_id is None else [UUID(person_id)]
            await mark_snapshots(session, Principal.system(org_id), people)

    return {BUILD_MEASURES: build, REFRESH_SNAPSHOTS: mark}
