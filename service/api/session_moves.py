"""`/v1/coaching-sessions/{id}/…`: what can be done to a session, and where it was put."""

from uuid import UUID

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, whole
from service.api.route import resource_router
from service.coaching_sessions.dto.sessions import (
    AttestSession,
    CancelSession,
    CoachingSessionDTO,
    CompleteSession,
    RescheduleSession,
    SessionMoveDTO,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import session_moves

READ, WRITE = Permission.COACHING_SESSIONS_READ, Permission.COACHING_SESSIONS_WRITE

router = resource_router("/v1/coaching-sessions", "coaching sessions")


@router.get("/{session_id}/moves", **operation("listSessionMoves", "List the moves of a coaching session", READ, 404))
async def list_session_moves(
    session_id: UUID, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[SessionMoveDTO]:
    """In order: who put it where, why, and how long before."""
    return whole(await session_moves.list_session_moves(session, principal, session_id))


@router.post(
    "/{session_id}/start",
    **operation("startCoachingSession", "Start a coaching session", WRITE, 404, 409, tagged=True),
)
async def start_coaching_session(
    session_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingSessionDTO:
    """By either of the two."""
    return await session_moves.start_coaching_session(session, principal, session_id, expected)


@router.post(
    "/{session_id}/complete",
    **operation("completeCoachingSession", "Complete a coaching session", WRITE, 404, 409, tagged=True),
)
async def complete_coaching_session(
    session_id: UUID, data: CompleteSession, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingSessionDTO:
    """By the manager. What the format requires and is missing is `409 format_incomplete`, with a pointer to each."""
    return await session_moves.complete_coaching_session(session, principal, session_id, data, expected)


@router.post(
    "/{session_id}/cancel",
    **operation("cancelCoachingSession", "Cancel a coaching session", WRITE, 404, 409, tagged=True),
)
async def cancel_coaching_session(
    session_id: UUID, data: CancelSession, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingSessionDTO:
    """With a reason; the series stays, and the time of both is free again."""
    return await session_moves.cancel_coaching_session(session, principal, session_id, data, expected)


@router.post(
    "/{session_id}/reschedule",
    **operation("rescheduleCoachingSession", "Reschedule a coaching session", WRITE, 404, 409, tagged=True),
)
async def reschedule_coaching_session(
    session_id: UUID, data: RescheduleSession, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingSessionDTO:
    """This one alone, and it stays due when it was; time that is not free is `409 time_taken`."""
    return await session_moves.reschedule_coaching_session(session, principal, session_id, data, expected)


@router.post(
    "/{session_id}/attest",
    **operation("attestCoachingSession", "Attest a coaching session", WRITE, 404, 409, tagged=True),
)
async def attest_coaching_session(
    session_id: UUID, data: AttestSession, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingSessionDTO:
    """What one of the two says of how it went; both stand beside each other."""
    return await session_moves.attest_coaching_session(session, principal, session_id, data, expected)
