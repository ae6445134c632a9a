"""The data settle commitments: each goal is held against its owner's snapshot, and settled once."""

import zoneinfo
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CoachingCommitment
from service.coaching_sessions.repository import reviewing as repository
from service.coaching_sessions.settling import CommitmentState, Goal, Reading, Verdict, only_grows, settle
from service.coaching_sessions.use_cases.agenda_clock import has_moved
from service.coaching_sessions.use_cases.topic_hints import hint_topics
from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.use_cases.framing import MOMENT
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of
from service.organizations.use_cases.organizations import get_organization
from service.success_models.kpis import Kpi
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.owner_models import ModelTable, load_models
from service.webhooks.outbox import EventType, emit_many

Question = tuple[PeriodKind, datetime]
"""A kind of period and an instant: one batch of snapshots."""


async def settle_due(session: AsyncSession, principal: Principal, now: datetime, limit: int) -> int:
    """Settle up to `limit` of the commitments that the data can tell about at an instant; returns how many.

    Nothing is read when neither facts nor commitments nor the day moved since the last review of topics.
    """
    if not await has_moved(session, principal, now):
        return 0
    rows = await repository.lock_goals(session, principal.org_id)
    if not rows:
        return 0
    organization = await get_organization(session, principal)
    zone = zoneinfo.ZoneInfo(organization.time_zone)
    today = now.astimezone(zone).date()
    models = await load_models(session, principal, {row.owner_id for row in rows})
    asked = {row.id: (row, _kpi(row, models), _instant(row, now, today, zone)) for row in rows}
    asked = {id_: one for id_, one in asked.items() if one[0].due_on < today or (one[1] and only_grows(one[1]))}
    read = await _read(session, principal, [(row, at) for row, _, at in asked.values()])
    settled = []
    for row, kpi, _ in asked.values():
        assert row.goal_value is not None  # noqa: S101 - the query asks for it
        reading = None if kpi is None else Reading(kpi, read.get(row.id))
        verdict = settle(Goal(row.goal_value, row.due_on), reading, today, organization.closing_grace_days)
        if _write(row, verdict, now):
            settled.append(row)
        if len(settled) == limit:
            break
    await session.flush()
    await emit_many(session, principal.org_id, [settled_event(row, by_data=True) for row in settled])
    await hint_topics(session, principal.org_id, {row.rep_id for row in settled})
    return len(settled)


def settled_event(row: CoachingCommitment, *, by_data: bool) -> tuple[EventType, dict[str, object]]:
    """What the outbox says of a commitment that was settled."""
    data = {"commitment_id": row.id, "rep_id": row.rep_id, "owner_id": row.owner_id, "due_on": row.due_on}
    return EventType.COMMITMENT_SETTLED, data | {"status": row.status, "by_data": by_data}


def _kpi(row: CoachingCommitment, models: ModelTable) -> Kpi | None:
    model = models.of(row.owner_id)
    return None if model is None or row.kpi is None else model.document.kpi(row.kpi)


def _instant(row: CoachingCommitment, now: datetime, today: date, zone: zoneinfo.ZoneInfo) -> datetime:
    """Now, or the last moment of a due day that is over."""
    if row.due_on >= today:
        return now
    return datetime.combine(row.due_on + timedelta(days=1), time.min, zone).astimezone(UTC) - MOMENT


def _question(row: CoachingCommitment, at: datetime) -> Question:
    assert row.goal_period is not None  # noqa: S101 - the table's constraint: it comes with the goal
    return PeriodKind(row.goal_period), at


async def _read(
    session: AsyncSession, principal: Principal, asked: Sequence[tuple[CoachingCommitment, datetime]]
) -> dict[UUID, Decimal | None]:
    """What the KPI of each commitment stands or stood at, in the period of its goal; a batch for each question."""
    owners: dict[Question, set[UUID]] = {}
    for row, at in asked:
        owners.setdefault(_question(row, at), set()).add(row.owner_id)
    found: dict[tuple[Question, UUID, str], KpiSnapshotDTO] = {}
    for question, ids in owners.items():
        query = KpiSnapshotQuery(period=question[0], as_of=question[1])
        for owner_id, snapshots in (await kpi_snapshots_of(session, principal, sorted(ids), query)).items():
            found |= {(question, owner_id, one.kpi): one for one in snapshots}
    read: dict[UUID, Decimal | None] = {}
    for row, at in asked:
        one = found.get((_question(row, at), row.owner_id, row.kpi or ""))
        if one is not None and one.period_start <= row.due_on <= one.period_end:
            read[row.id] = one.value
    return read


def _write(row: CoachingCommitment, verdict: Verdict, now: datetime) -> bool:
    """Whether it was settled; an open one says what it waits for, and stays as it was where that is the same."""
    if verdict.state is CommitmentState.OPEN:
        if row.settlement != verdict.reason:
            row.settlement, row.updated_at = verdict.reason, now
        return False
    row.status, row.settled_at, row.updated_at = verdict.state.value, now, now
    row.result_value, row.settlement = verdict.value, verdict.reason
    return True
