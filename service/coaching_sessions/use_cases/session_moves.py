"""The moves of a session: each checks who makes it and from where, and tells others in the same transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import (
    AttestSession,
    CancelSession,
    CoachingSessionDTO,
    CompleteSession,
    RescheduleSession,
    SessionMoveDTO,
)
from service.coaching_sessions.format_document import Outcome, fulfil
from service.coaching_sessions.lifecycle import Move, SessionState, next_reminder
from service.coaching_sessions.models import CoachingSession, SessionAttestation, SessionMove
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import agenda
from service.coaching_sessions.repository import sessions as repository
from service.coaching_sessions.use_cases.access import find_readable, get_for_move, planned_for, present, visible_to
from service.coaching_sessions.use_cases.booking import book_one, release
from service.coaching_sessions.use_cases.briefs import freeze_brief
from service.coaching_sessions.use_cases.holding import hold_by_whom_it_concerns, uninvite
from service.coaching_sessions.use_cases.replacing import give_back
from service.coaching_sessions.use_cases.sessions import document_of
from service.coaching_sessions.use_cases.telling import tell, wake
from service.core.clock import utc_now
from service.core.errors import ErrorKind, FieldError, ServiceError, invalid, invalid_fields, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.principal import Principal, require
from service.webhooks.outbox import EventType

LONGEST = 1440
"""Minutes that a session can have taken; one that was never completed in time did not take days."""


async def start_coaching_session(
    session: AsyncSession, principal: Principal, session_id: UUID, expected: Precondition = UNCONDITIONAL
) -> CoachingSessionDTO:
    """They begin; the brief of each rep stays from now on what they had before them."""
    row, _ = await get_for_move(session, principal, session_id, expected, Move.START)
    await freeze_brief(session, principal, row)
    row.started_at, row.next_reminder_at = utc_now(), None
    return await _become(session, principal, row, SessionState.IN_PROGRESS, EventType.COACHING_SESSION_STARTED)


async def complete_coaching_session(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    data: CompleteSession,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingSessionDTO:
    """It was held; what was not discussed is carried over.

    `invalid` for a topic that is none of the reps' open ones, `conflict` (`format_incomplete`) naming each answer and
    outcome that the format requires and that is missing.
    """
    row, _ = await get_for_move(session, principal, session_id, expected, Move.COMPLETE)
    now = utc_now()
    await _discuss(session, row, data.discussed_topic_ids, now)
    await _require_fulfilled(session, row)
    row.completed_at = now
    row.minutes_held = data.minutes
    if row.minutes_held is None and row.started_at is not None:
        row.minutes_held = min(round((now - row.started_at) / timedelta(minutes=1)), LONGEST)
    return await _become(session, principal, row, SessionState.COMPLETED, EventType.COACHING_SESSION_COMPLETED)


async def cancel_coaching_session(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    data: CancelSession,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingSessionDTO:
    """It does not take place; the time of everybody is free again, and the series stays."""
    row, side = await get_for_move(session, principal, session_id, expected, Move.CANCEL)
    row.cancelled_at, row.cancelled_by, row.cancelled_side = utc_now(), principal.person_id, side.value
    row.cancel_reason, row.next_reminder_at = data.reason, None
    row.sequence += 1
    await release(session, row.org_id, [row.id])
    await give_back(session, row)
    event = EventType.COACHING_SESSION_CANCELLED
    return await _become(session, principal, row, SessionState.CANCELLED, event, side=side.value)


async def reschedule_coaching_session(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    data: RescheduleSession,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingSessionDTO:
    """Put this one at another time; the series stays, and it stays due when it was.

    `invalid` for a time in the past or the one that it has, `conflict` (`time_taken`) for time that is not free: then
    it keeps the time it had.
    """
    row, side = await get_for_move(session, principal, session_id, expected, Move.RESCHEDULE)
    now, was_at, was_until = utc_now(), row.starts_at, row.ends_at
    if data.starts_at <= now:
        raise invalid("/starts_at", "must be in the future")
    length = was_until - was_at if data.minutes is None else timedelta(minutes=data.minutes)
    if (data.starts_at, data.starts_at + length) == (was_at, was_until):
        raise invalid("/starts_at", "is the time that it has")
    row.starts_at, row.ends_at = data.starts_at, data.starts_at + length
    row.next_reminder_at = next_reminder(row.starts_at, tuple(row.reminder_minutes), now)
    row.sequence += 1
    row.updated_at = now
    was = planned_for(row).attending
    await hold_by_whom_it_concerns(session, row)
    uninvite(row, was)
    await book_one(session, row)
    notice = (was_at - now) // timedelta(minutes=1)
    move = SessionMove(
        org_id=row.org_id,
        id=new_id(),
        session_id=row.id,
        sequence=row.sequence,
        from_starts_at=was_at,
        from_ends_at=was_until,
        to_starts_at=row.starts_at,
        to_ends_at=row.ends_at,
        moved_at=now,
        moved_by=principal.person_id,
        side=side.value,
        reason=data.reason,
        notice_minutes=notice,
    )
    await repository.add_rows(session, [move])
    await tell(session, row, EventType.COACHING_SESSION_RESCHEDULED, was_at=was_at, notice_minutes=notice)
    return (await present(session, principal, [row]))[0]


async def attest_coaching_session(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    data: AttestSession,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingSessionDTO:
    """Somebody who takes part says how it went, in place of what they said before; the words of others stay."""
    row, _ = await get_for_move(session, principal, session_id, expected, Move.ATTEST)
    if data.minutes and not data.held:
        raise invalid("/minutes", "must be 0 or left out where it was not held")
    assert principal.person_id is not None  # noqa: S101 - only those who take part attest
    row.updated_at = utc_now()
    said = SessionAttestation(
        org_id=row.org_id,
        session_id=row.id,
        person_id=principal.person_id,
        attested_at=row.updated_at,
        **data.model_dump(),
    )
    await session.merge(said)
    await session.flush()
    await wake(session, row)
    return (await present(session, principal, [row]))[0]


async def list_session_moves(session: AsyncSession, principal: Principal, session_id: UUID) -> list[SessionMoveDTO]:
    """Where it was put, and by whom, in order."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    row = await find_readable(session, principal, session_id)
    return [SessionMoveDTO.model_validate(one) for one in await repository.list_moves(session, row.org_id, [row.id])]


async def session_moves_of(
    session: AsyncSession, principal: Principal, session_ids: Collection[UUID]
) -> dict[UUID, list[SessionMoveDTO]]:
    """The same of several sessions that the caller may read; the batch behind loaders."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    people, me = await visible_to(session, principal), principal.person_id
    rows = await repository.get_sessions(session, principal.org_id, people, session_ids, reader=me)
    found: dict[UUID, list[SessionMoveDTO]] = {}
    for one in await repository.list_moves(session, principal.org_id, [row.id for row in rows]):
        found.setdefault(one.session_id, []).append(SessionMoveDTO.model_validate(one))
    return found


async def get_session_move(session: AsyncSession, principal: Principal, move_id: UUID) -> SessionMoveDTO:
    """One move of a session that the caller may read."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    move = await repository.get_move(session, principal.org_id, move_id)
    if move is None:
        raise not_found("session_move")
    await find_readable(session, principal, move.session_id)
    return SessionMoveDTO.model_validate(move)


async def _discuss(session: AsyncSession, row: CoachingSession, topic_ids: list[UUID], now: datetime) -> None:
    found: set[UUID] = set()
    if topic_ids:
        reps = planned_for(row).reps
        found = await agenda.mark_discussed(session, row.org_id, reps, topic_ids, row.id, now)
    unknown = [index for index, id_ in enumerate(topic_ids) if id_ not in found]
    if unknown:
        message = "is no open topic of a rep of this session"
        raise invalid_fields([FieldError(f"/discussed_topic_ids/{index}", message) for index in unknown])


async def _require_fulfilled(session: AsyncSession, row: CoachingSession) -> None:
    topics, commitments = await agenda.list_made_in(session, row.org_id, [row.id])
    outcomes = {
        Outcome.TOPIC_DISCUSSED: bool(topics),
        Outcome.COMMITMENT: bool(commitments),
        Outcome.SHARED_NOTES: row.shared_notes is not None,
    }
    missing = fulfil(await document_of(session, row), row.answers, outcomes).missing
    if missing:
        fields = tuple(FieldError(pointer, "is required by the format") for pointer in missing)
        message = f"The format requires {len(missing)} more before this session is complete."
        raise ServiceError(ErrorKind.CONFLICT, "format_incomplete", message, fields)


async def _become(
    session: AsyncSession,
    principal: Principal,
    row: CoachingSession,
    state: SessionState,
    event: EventType,
    **more: str,
) -> CoachingSessionDTO:
    row.status, row.updated_at = state.value, utc_now()
    await session.flush()
    await tell(session, row, event, **more)
    return (await present(session, principal, [row]))[0]
