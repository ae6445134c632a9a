"""Cells follow the facts: a marked day is computed anew, a new measure for every day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.principal import Principal
from service.kpi_snapshots.repository import cells as repository
from service.kpi_snapshots.repository.cells import CellsChanged
from service.kpi_snapshots.repository.ready import mark_people
from service.success_models.measures import Measure
from service.success_models.use_cases.success_models import list_active_models
from service.webhooks.outbox import EventType, emit_many


async def refresh_marked_cells(session: AsyncSession, principal: Principal, limit: int) -> int:
    """Recompute up to `limit` marked (person, day) cells; returns how many there were.

    Every kept measure is refreshed, those still being built too: what a build wrote before a fact
    changed is put right by the mark that the change left.
    """
    await repository.lock_cells(session, principal.org_id)
    marked = await repository.take_dirty_cells(session, principal.org_id, limit)
    if marked:
        rows = await repository.list_measures(session, principal.org_id)
        measures = [Measure.model_validate(row.definition) for row in rows]
        if measures:
            changed = await repository.refresh_cells(session, principal.org_id, measures, marked)
            await _tell(session, principal, changed)
        await mark_people(session, principal.org_id, _first_days(marked))
    return len(marked)


def _first_days(marked: Sequence[tuple[UUID, date]]) -> dict[UUID, date | None]:
    """The earliest day of each person: it says which closed periods may have changed."""
    first: dict[UUID, date | None] = {}
    for person_id, day in sorted(marked, key=lambda cell: cell[1]):
        first.setdefault(person_id, day)
    return first


async def _tell(session: AsyncSession, principal: Principal, changed: Sequence[CellsChanged]) -> None:
    """One event per person whose numbers are different now; a refresh that changed nothing is not news."""
    if not changed:
        return
    kpis: dict[UUID, set[str]] = {}
    for model in await list_active_models(session, principal):
        for kpi in model.document.kpis:
            for measure in kpi.measures:
                kpis.setdefault(measure.identity(), set()).add(kpi.key)
    events = [(row, sorted(set().union(*(kpis.get(id_, set()) for id_ in row.measure_ids)))) for row in changed]
    await emit_many(
        session,
        principal.org_id,
        [
            (
                EventType.KPI_SNAPSHOT_CHANGED,
                {"person_id": row.person_id, "kpis": keys, "first_day": row.first_day, "last_day": row.last_day},
            )
            for row, keys in events
            if keys
        ],
    )


async def prepare_measures(session: AsyncSession, principal: Principal) -> None:
    """Keep the measures of the active models, and no others; their cells are built in the next transaction."""
    await repository.lock_cells(session, principal.org_id)
    measures: dict[UUID, Measure] = {}
    for model in await list_active_models(session, principal):
        for kpi in model.document.kpis:
            if kpi.is_additive:
                measures |= {measure.identity(): measure for measure in kpi.measures}
    await repository.drop_measures_except(session, principal.org_id, measures.keys())
    await repository.add_measures(session, principal.org_id, measures)


async def build_prepared_measures(session: AsyncSession, principal: Principal) -> int:
    """Compute every cell of the measures that are not built yet; returns how many measures that were."""
    await repository.lock_cells(session, principal.org_id)
    rows = await repository.list_measures(session, principal.org_id)
    measures = [Measure.model_validate(row.definition) for row in rows if row.built_at is None]
    if measures:
        await repository.build_cells(session, principal.org_id, measures, utc_now())
    return len(measures)
