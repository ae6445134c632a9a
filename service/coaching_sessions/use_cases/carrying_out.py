"""Decisions about many sessions become rows, booked time and events, in a constant number of statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.laying import Laying
from service.coaching_sessions.lifecycle import Participants, SessionState, Side, next_reminder
from service.coaching_sessions.models import CoachingCadence, CoachingSession, SessionMove
from service.coaching_sessions.repository import cascading as repository
from service.coaching_sessions.repository import sessions
from service.coaching_sessions.upkeep import Decisions
from service.coaching_sessions.use_cases.access import planned_for
from service.coaching_sessions.use_cases.booking import book, release
from service.coaching_sessions.use_cases.holding import uninvite
from service.coaching_sessions.use_cases.new_sessions import Planned, new_session
from service.coaching_sessions.use_cases.telling import event_data
from service.core.ids import new_id
from service.core.notifications import SESSIONS, notify_all
from service.webhooks.outbox import EventType, emit_many

Events = list[tuple[EventType, dict[str, Any]]]


class OvertakenError(Exception):
    """Somebody booked the same time, or changed a session, after it was read: decide again."""


@dataclass(frozen=True, slots=True)
class Series:
    """A cadence's row and how it is laid down."""

    row: CoachingCadence
    laying: Laying


async def carry_out(
    session: AsyncSession, org_id: UUID, series: Mapping[UUID, Series], decisions: Decisions, now: datetime
) -> None:
    """Write everything that was decided; `OvertakenError` where it no longer fits, then the caller rolls back."""
    new = [
        _new(org_id, series[id_], planned.occurs_on, planned.starts_at, now)
        for id_, planned in decisions.new
        if planned.starts_at is not None
    ]
    if new:
        await repository.plan_anew(session)
    await sessions.add_rows(session, new)
    same = [(one, one.starts_at) for one in decisions.reassigned]
    put = [*((one, at) for one, at, _ in decisions.moved), *decisions.revived, *same]
    touched = [*(one for one, _ in decisions.cancelled), *(one for one, _ in put)]
    rows = await repository.lock_sessions(session, org_id, [one.id for one in touched])
    for one in touched:
        row = rows.get(one.id)
        if row is None or (row.starts_at, row.status == SessionState.SCHEDULED) != (one.starts_at, one.is_scheduled):
            raise OvertakenError
    events = [(EventType.COACHING_SESSION_SCHEDULED, event_data(row)) for row in new]
    events += [_cancel(rows[one.id], why, now) for one, why in decisions.cancelled]
    for one, starts_at, why in decisions.moved:
        move, event = _move(rows[one.id], series[one.cadence_id], starts_at, why, now)
        session.add(move)
        events.append(event)
    events += [_revive(rows[one.id], series[one.cadence_id], at, now) for one, at in decisions.revived]
    events += [_reassign(rows[one.id], series[one.cadence_id], now) for one in decisions.reassigned]
    await session.flush()
    await repository.write_gaps(session, org_id, decisions.gaps)
    await repository.forget_gaps(session, org_id, decisions.no_gaps)
    await emit_many(session, org_id, events)
    ids = [*(row.id for row in new), *(one.id for one in touched)]
    await notify_all(session, SESSIONS, [f"{org_id}:{id_}" for id_ in ids])
    if new:
        await repository.plan_anew(session)
    # Last, so that whoever wants the same time waits for little but the commit.
    if await book(session, org_id, [*new, *(rows[one.id] for one, _ in put)]):
        raise OvertakenError
    await release(session, org_id, {one.id for one, _ in decisions.cancelled})


def _new(org_id: UUID, series: Series, occurs_on: date, starts_at: datetime, now: datetime) -> CoachingSession:
    row, zone = series.row, series.laying.time_zone
    between = Participants(row.manager_id, row.rep_id)
    planned = Planned(between, starts_at, row.minutes, row.format_id, zone, row.reminder_minutes)
    new = new_session(org_id, planned, now, cadence=row, occurs_on=occurs_on)
    _hold(new, series)
    new.uninvited_ids = []  # nobody has heard of it yet
    return new


def _hold(row: CoachingSession, series: Series) -> None:
    """By whoever stands in for the manager when it starts."""
    found, was = series.laying.stand_in_at(row.starts_at), planned_for(row).attending
    row.substitute_id = None if found is None else found.person.id
    row.substituted_from, row.substituted_until = (None, None) if found is None else (found.begins_at, found.ends_at)
    uninvite(row, was)


def _put(row: CoachingSession, series: Series, starts_at: datetime, now: datetime) -> None:
    row.starts_at = starts_at.astimezone(UTC)
    row.ends_at = row.starts_at + timedelta(minutes=series.row.minutes)
    _hold(row, series)
    row.time_zone = series.laying.time_zone
    row.next_reminder_at = next_reminder(row.starts_at, tuple(row.reminder_minutes), now)
    row.sequence += 1
    row.updated_at = now


def _cancel(row: CoachingSession, why: str, now: datetime) -> tuple[EventType, dict[str, Any]]:
    row.status, row.owed, row.sequence = SessionState.CANCELLED.value, False, row.sequence + 1
    row.cancelled_at = row.updated_at = now
    row.cancelled_side, row.cancel_reason, row.next_reminder_at = Side.SYSTEM.value, why, None
    return EventType.COACHING_SESSION_CANCELLED, event_data(row, side=Side.SYSTEM.value)


def _move(
    row: CoachingSession, series: Series, starts_at: datetime, why: str, now: datetime
) -> tuple[SessionMove, tuple[EventType, dict[str, Any]]]:
    was, until = row.starts_at, row.ends_at
    _put(row, series, starts_at, now)
    notice = (was - now) // timedelta(minutes=1)
    move = SessionMove(
        org_id=row.org_id,
        id=new_id(),
        session_id=row.id,
        sequence=row.sequence,
        from_starts_at=was,
        from_ends_at=until,
        to_starts_at=row.starts_at,
        to_ends_at=row.ends_at,
        moved_at=now,
        side=Side.SYSTEM.value,
        reason=why,
        notice_minutes=notice,
    )
    return move, (
        EventType.COACHING_SESSION_RESCHEDULED,
        event_data(row, was_at=was, notice_minutes=notice),
    )


def _reassign(row: CoachingSession, series: Series, now: datetime) -> tuple[EventType, dict[str, Any]]:
    """The same session, held by somebody else than before."""
    _hold(row, series)
    row.sequence, row.updated_at = row.sequence + 1, now
    return EventType.COACHING_SESSION_REASSIGNED, event_data(row)


def _revive(
    row: CoachingSession, series: Series, starts_at: datetime, now: datetime
) -> tuple[EventType, dict[str, Any]]:
    """What the series itself had cancelled takes place after all, and is due where it is now."""
    _put(row, series, starts_at, now)
    row.status, row.owed, row.due_at = SessionState.SCHEDULED.value, True, row.starts_at
    row.cancelled_at = row.cancelled_side = row.cancel_reason = None
    row.format_id = series.row.format_id
    return EventType.COACHING_SESSION_SCHEDULED, event_data(row)
