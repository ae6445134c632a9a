"""Ready snapshots follow the cells: whoever is marked is computed anew, and everybody as time goes on."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotDTO
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.repository import ready as repository
from service.kpi_snapshots.repository.announcing import announce
from service.kpi_snapshots.repository.revisions import lock_snapshots
from service.kpi_snapshots.use_cases.closing import close_due_period, restate
from service.kpi_snapshots.use_cases.computing import compute_snapshots, load_peers
from service.kpi_snapshots.use_cases.framing import frame_questions
from service.organizations.use_cases.people import get_people, list_everyone
from service.organizations.use_cases.scope import local_now
from service.success_models.targets import PeriodKind

REFRESHED_EVERY = timedelta(hours=1)
"""What is expected by now, and with it the chance of a target, moves with the hours of the day."""


async def mark_snapshots(session: AsyncSession, principal: Principal, person_ids: Collection[UUID] | None) -> None:
    """Mark all the snapshots of some people (None: of everybody) as out of date, those of closed periods too."""
    if person_ids is None:
        person_ids = [person.id for person in await list_everyone(session, principal)]
    await repository.mark_people(session, principal.org_id, dict.fromkeys(person_ids))


async def refresh_ready_snapshots(session: AsyncSession, principal: Principal, limit: int) -> int:
    """Compute the snapshots of up to `limit` people anew; returns how many there were (0: all are up to date).

    Those who are marked come first, then those whose snapshots are of an hour ago or of yesterday, and when
    nobody is left a period that is due is closed.
    """
    await lock_snapshots(session, principal.org_id)
    marked = await repository.take_marks(session, principal.org_id, limit)
    people: Collection[UUID] = marked.keys()
    if not people:
        oldest = await _oldest_allowed(session, principal.org_id)
        people = await repository.list_stale_people(session, principal.org_id, oldest, limit)
    if not people:
        return await close_due_period(session, principal)
    await _keep_ready(session, principal, people)
    await restate(session, principal, marked)
    await announce(session, principal.org_id, people)
    return len(people)


async def newest_snapshot(session: AsyncSession, org_id: UUID) -> datetime | None:
    """Of when the newest ready snapshot is; None: there is none."""
    return await repository.newest_instant(session, org_id)


async def _oldest_allowed(session: AsyncSession, org_id: UUID) -> datetime:
    now = await local_now(session, org_id)
    midnight = datetime.combine(now.date(), time.min, now.tzinfo)
    return max(midnight.astimezone(UTC), utc_now() - REFRESHED_EVERY)


async def _keep_ready(session: AsyncSession, principal: Principal, person_ids: Collection[UUID]) -> None:
    people = list((await get_people(session, principal, person_ids)).values())
    questions = await frame_questions(session, principal, PeriodKind)
    asked = {
        kind: [line for line in question.lines(people, None) if kind in line.model.periods]
        for kind, question in questions.items()
    }
    # All of them are of one day, and so are the months that peers' habits are learned from.
    peers = await load_peers(session, principal.org_id, questions[PeriodKind.WEEK], list(chain(*asked.values())))
    fresh: list[dict[str, Any]] = []
    for kind, lines in asked.items():
        snapshots = await compute_snapshots(session, principal.org_id, questions[kind], lines, peers)
        fresh += [_row(principal.org_id, line, snapshot) for line, snapshot in zip(lines, snapshots, strict=True)]
    await repository.write_ready(session, principal.org_id, person_ids, fresh)


def _row(org_id: UUID, line: SnapshotLine, snapshot: KpiSnapshotDTO) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "person_id": snapshot.person_id,
        "period": snapshot.period.value,
        "kpi": snapshot.kpi,
        "period_start": snapshot.period_start,
        "period_end": snapshot.period_end,
        "model_id": line.model.id,
        "place": line.kpi.place,
        "as_of": snapshot.as_of,
        "snapshot": snapshot.model_dump(mode="json"),
    }
