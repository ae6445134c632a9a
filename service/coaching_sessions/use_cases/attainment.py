"""Where reps stand on the outcome that matters most, so that coaching can be held against it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from math import log
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.success_models.document import ModelDocument
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.success_models import list_active_models

DAYS = {PeriodKind.WEEK: 7, PeriodKind.MONTH: 30, PeriodKind.QUARTER: 91, PeriodKind.YEAR: 365}
Goal = tuple[str, PeriodKind]


def main_outcome(document: ModelDocument, days: int) -> tuple[str, Goal] | None:
    """Name and key of the first result in a model that has a target, and the kind of its periods nearest to a span."""
    for kpi in document.kpis:
        kinds = {target.period for target in document.targets if target.kpi == kpi.key}
        if kinds and not kpi.level.is_process:
            return kpi.name, (kpi.key, min(sorted(kinds), key=lambda kind: abs(log(DAYS[kind] / days))))
    return None


async def load_attainment(
    session: AsyncSession, principal: Principal, rep_ids: Sequence[UUID], days: int, at: datetime
) -> tuple[str | None, dict[UUID, Decimal]]:
    """The name of the outcome, and the attainment of each rep who has a target for it in the period that holds `at`.

    By the models in force now, each rep by the one of their job role.
    """
    models = await list_active_models(session, principal.as_system())
    goals = [goal for model in models if (goal := main_outcome(model.document, days)) is not None]
    found: dict[UUID, Decimal] = {}
    # Without reps there is nothing to ask, and the span may lie where snapshots do not reach.
    for kpi, period in dict.fromkeys(goal for _, goal in goals) if rep_ids else ():
        query = KpiSnapshotQuery(kpi=kpi, period=period, as_of=at)
        for rep_id, snapshots in (await kpi_snapshots_of(session, principal.as_system(), rep_ids, query)).items():
            for snapshot in snapshots:
                if snapshot.attainment is not None:
                    found.setdefault(rep_id, snapshot.attainment)
    names = list(dict.fromkeys(name for name, _ in goals))
    return " or ".join(names) or None, found


def held_and_owed(pairs: Collection[tuple[UUID, bool]]) -> dict[UUID, tuple[int, int]]:
    """How many sessions of each rep were held, of how many owed."""
    found: dict[UUID, tuple[int, int]] = {}
    for rep_id, held in pairs:
        had, owed = found.get(rep_id, (0, 0))
        found[rep_id] = had + held, owed + 1
    return found
