"""What a version of a model changes: its KPIs, and the snapshots that it moves; of a draft what it would change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.lines import prepare_models
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.computing import compute_snapshots
from service.kpi_snapshots.use_cases.framing import Question, frame_question
from service.kpi_snapshots.use_cases.snapshots import people_asked_for
from service.kpi_snapshots.versions.dto import KpiChangeDTO, ModelChangesDTO, ModelChangesQuery, MovedSnapshotDTO
from service.organizations.dto.people import PersonDTO
from service.success_models.differences import Difference, find_differences
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.use_cases.success_models import get_earlier_version, get_success_model

SHOWN = 100
"""Moved snapshots of each KPI that are shown; `moved` counts all."""
COMPARED = ("value", "n", "target", "expected", "status")
Snapshots = Mapping[tuple[str, UUID], KpiSnapshotDTO]
"""By KPI and person."""


async def get_model_changes(
    session: AsyncSession, principal: Principal, model_id: UUID, query: ModelChangesQuery
) -> ModelChangesDTO:
    """Compare a version with another by what they say, and by the snapshots of the people whom the caller may see.

    Each version is taken as if it were the active one of its job role. `not_found` for an unknown version.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    after = await get_success_model(session, principal.as_system(), model_id)
    before = await _older(session, principal, after, query.against)
    asked = KpiSnapshotQuery(period=query.period, period_start=query.period_start, as_of=query.as_of)
    question = await frame_question(session, principal, asked)
    people = list(await people_asked_for(session, principal, asked, question.frame.today))
    older = {} if before is None else await _snapshots(session, principal.org_id, question, people, before)
    newer = await _snapshots(session, principal.org_id, question, people, after)
    differences = find_differences(None if before is None else before.document, after.document)
    return ModelChangesDTO(
        success_model_id=model_id,
        version=after.version,
        against_id=None if before is None else before.id,
        against_version=None if before is None else before.version,
        period=question.frame.period.kind,
        period_start=question.frame.period.start,
        period_end=question.frame.period.end,
        as_of=question.frame.as_of,
        kpis=[_present(one, people, older, newer) for one in differences],
    )


async def _older(
    session: AsyncSession, principal: Principal, model: SuccessModelDTO, against: UUID | None
) -> SuccessModelDTO | None:
    if against is not None:
        return await get_success_model(session, principal.as_system(), against)
    return await get_earlier_version(session, principal.as_system(), model)


async def _snapshots(
    session: AsyncSession, org_id: UUID, question: Question, people: Sequence[PersonDTO], model: SuccessModelDTO
) -> Snapshots:
    """The snapshots of those whom a version would hold for."""
    models = {**question.models, **prepare_models([model])}
    supposed = replace(question, models=models)
    lines = [line for line in supposed.lines(people, None) if line.model.id == model.id]
    found = await compute_snapshots(session, org_id, supposed, lines)
    return {(snapshot.kpi, snapshot.person_id): snapshot for snapshot in found}


def _present(one: Difference, people: Sequence[PersonDTO], older: Snapshots, newer: Snapshots) -> KpiChangeDTO:
    moved = []
    for person in sorted(people, key=lambda found: (found.name, found.id)):
        before, after = older.get((one.kpi, person.id)), newer.get((one.kpi, person.id))
        if _compared(before) != _compared(after):
            moved.append(_moved(person.id, before, after))
    return KpiChangeDTO(
        kpi=one.kpi,
        name=one.name,
        change=one.change,
        pointers=list(one.pointers),
        moved=len(moved),
        snapshots=moved[:SHOWN],
    )


def _compared(snapshot: KpiSnapshotDTO | None) -> tuple[Any, ...] | None:
    return None if snapshot is None else tuple(getattr(snapshot, name) for name in COMPARED)


def _moved(person_id: UUID, before: KpiSnapshotDTO | None, after: KpiSnapshotDTO | None) -> MovedSnapshotDTO:
    return MovedSnapshotDTO(
        person_id=person_id,
        value_before=before and before.value,
        value_after=after and after.value,
        target_before=before and before.target,
        target_after=after and after.target,
        status_before=before and before.status,
        status_after=after and after.status,
    )
