"""Closed periods: their numbers are written down once, and again with a reason when late facts change them.

What is read of a closed period is computed from the facts as ever; revisions are its history, so the order in
which facts arrive shows there and nowhere else.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.principal import Principal
from service.kpi_snapshots.closings import Reason, find_reason, periods_to_close
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.lines import prepare_models
from service.kpi_snapshots.models import PeriodClosing
from service.kpi_snapshots.periods import Calendar
from service.kpi_snapshots.repository import revisions as repository
from service.kpi_snapshots.use_cases.computing import compute_snapshots
from service.kpi_snapshots.use_cases.framing import MOMENT, Question, frame_question
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people, list_everyone
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.success_models import list_active_models
from service.webhooks.outbox import EventType, emit_many


async def close_due_period(session: AsyncSession, principal: Principal) -> int:
    """Close the earliest period whose grace time is over; returns 1, or 0 where none is due.

    The first period of a kind is the one in which the organization began.
    """
    organization = await get_organization(session, principal)
    zone, now = ZoneInfo(organization.time_zone), utc_now()
    models = prepare_models(await list_active_models(session, principal)).values()
    calendar = Calendar(organization.week_start, organization.fiscal_year_start_month)
    due = periods_to_close(
        calendar,
        {kind for model in models for kind in model.periods},
        organization.created_at.astimezone(zone).date(),
        now.astimezone(zone).date(),
        organization.closing_grace_days,
    )
    closed = {(row.period, row.period_start) for row in await repository.list_closings(session, principal.org_id, None)}
    due = [period for period in due if (period.kind.value, period.start) not in closed]
    if not due:
        return 0
    closing = PeriodClosing(
        org_id=principal.org_id,
        period=due[0].kind.value,
        period_start=due[0].start,
        period_end=due[0].end,
        closed_at=now,
    )
    await repository.add_closing(session, closing)
    people = await list_everyone(session, principal)
    snapshots = await _as_they_ended(session, principal, closing, zone, people)
    rows = [_revision(principal.org_id, snapshot, 1, now, Reason.CLOSED) for snapshot in snapshots]
    await repository.add_revisions(session, rows)
    return 1


async def restate(session: AsyncSession, principal: Principal, changes: Mapping[UUID, date | None]) -> None:
    """Write a revision of each closed snapshot that is another one since a day (None: any day) changed for someone."""
    days = list(changes.values())
    if not days:
        return
    first = None if None in days else min(day for day in days if day is not None)
    closings = await repository.list_closings(session, principal.org_id, first)
    if not closings:
        return
    zone = ZoneInfo((await get_organization(session, principal)).time_zone)
    people = await get_people(session, principal, changes.keys())
    for closing in closings:
        concerned = [people[id_] for id_, day in changes.items() if id_ in people and _reaches(day, closing)]
        if concerned:
            await _restate_period(session, principal, closing, zone, concerned)


def _reaches(day: date | None, closing: PeriodClosing) -> bool:
    return day is None or day <= closing.period_end


async def _restate_period(
    session: AsyncSession, principal: Principal, closing: PeriodClosing, zone: ZoneInfo, people: Sequence[PersonDTO]
) -> None:
    period = (closing.period, closing.period_start)
    ids = [person.id for person in people]
    latest = {
        (row.person_id, row.kpi): row for row in await repository.list_latest(session, principal.org_id, period, ids)
    }
    now = utc_now()
    rows: list[dict[str, Any]] = []
    for snapshot in await _as_they_ended(session, principal, closing, zone, people):
        before = latest.get((snapshot.person_id, snapshot.kpi))
        if before is None:
            continue  # a KPI or a person that there was none of when the period was closed
        was = KpiSnapshotDTO.model_validate(before.snapshot)
        reason = find_reason(was.model_dump(), snapshot.model_dump())
        if reason is not None:
            rows.append(_revision(principal.org_id, snapshot, before.revision + 1, now, reason))
    await repository.add_revisions(session, rows)
    await emit_many(session, principal.org_id, [(EventType.KPI_SNAPSHOT_RESTATED, _event(row)) for row in rows])


async def _as_they_ended(
    session: AsyncSession, principal: Principal, closing: PeriodClosing, zone: ZoneInfo, people: Sequence[PersonDTO]
) -> list[KpiSnapshotDTO]:
    """The snapshots of a period at its last instant, of what is known now."""
    after = datetime.combine(closing.period_end + timedelta(days=1), time.min, zone).astimezone(UTC)
    query = KpiSnapshotQuery(period=PeriodKind(closing.period), period_start=closing.period_start, as_of=after - MOMENT)
    question = await frame_question(session, principal, query)
    lines = [line for line in question.lines(people, None) if query.period in line.model.periods]
    return await compute_snapshots(session, principal.org_id, question, lines)


def _revision(org_id: UUID, snapshot: KpiSnapshotDTO, revision: int, now: datetime, reason: Reason) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "person_id": snapshot.person_id,
        "kpi": snapshot.kpi,
        "period": snapshot.period.value,
        "period_start": snapshot.period_start,
        "revision": revision,
        "recorded_at": now,
        "reason": reason.value,
        "snapshot": snapshot.model_copy(update={"revision": revision}).model_dump(mode="json"),
    }


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("person_id", "kpi", "period", "period_start", "revision", "reason")}


async def number_revisions(
    session: AsyncSession, org_id: UUID, question: Question, snapshots: Collection[KpiSnapshotDTO]
) -> list[KpiSnapshotDTO]:
    """Say of snapshots of a closed period when it was closed, and how often each has been written since."""
    frame = question.frame
    if frame.ended_at is None:
        return list(snapshots)
    period = (frame.period.kind.value, frame.period.start)
    closing = await repository.find_closing(session, org_id, *period, frame.known_at)
    if closing is None:
        return list(snapshots)
    ids = {snapshot.person_id for snapshot in snapshots}
    latest = {
        (row.person_id, row.kpi): row.revision
        for row in await repository.list_latest(session, org_id, period, ids, frame.known_at)
    }
    return [
        snapshot.model_copy(
            update={"closed_at": closing.closed_at, "revision": latest.get((snapshot.person_id, snapshot.kpi), 0)}
        )
        for snapshot in snapshots
    ]
