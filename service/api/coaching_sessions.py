"""`/v1/coaching-sessions`: sessions of a manager and a rep and of those beside them, and what they write together."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.sessions import (
    SESSION_SORTING,
    CoachingSessionDTO,
    CoachingSessionFilter,
    CreateCoachingSession,
    UpdateCoachingSession,
)
from service.coaching_sessions.lifecycle import SessionState
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import sessions
from service.core.dto import Instant

READ, WRITE = Permission.COACHING_SESSIONS_READ, Permission.COACHING_SESSIONS_WRITE

router = resource_router("/v1/coaching-sessions", "coaching sessions")


@router.get("", **operation("listCoachingSessions", "List coaching sessions", READ))
async def list_coaching_sessions(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(SESSION_SORTING)],
    manager_id: Annotated[UUID | None, Query(description="Those in which this person coaches.")] = None,
    rep_id: Annotated[UUID | None, Query(description="Those in which this person is coached.")] = None,
    programme_id: Annotated[UUID | None, Query(description="Those of a programme.")] = None,
    cadence_id: Annotated[UUID | None, Query(description="Those of a series.")] = None,
    status: Annotated[SessionState | None, Query(description="Where they are on their way.")] = None,
    starts_from: Annotated[Instant | None, Query(description="Those that start at this instant or later.")] = None,
    starts_before: Annotated[Instant | None, Query(description="Those that start before this instant.")] = None,
) -> ListEnvelope[CoachingSessionDTO]:
    """By their start: one's own, those of the tree below, and those whose notes one was granted."""
    filters = CoachingSessionFilter(
        manager_id=manager_id,
        rep_id=rep_id,
        programme_id=programme_id,
        cadence_id=cadence_id,
        status=status,
        starts_from=starts_from,
        starts_before=starts_before,
    )
    return page.answer(await sessions.list_coaching_sessions(session, principal, filters, page))


@router.post(
    "", status_code=201, **operation("createCoachingSession", "Arrange a coaching session", WRITE, 409, tagged=True)
)
async def create_coaching_session(
    data: CreateCoachingSession, session: SessionDep, principal: PrincipalDep
) -> CoachingSessionDTO:
    """One that no programme arranges, of two or of a group, with one coach or several.

    Time that anybody has given to another session is `409 time_taken`, at the field that names them.
    """
    return await sessions.create_coaching_session(session, principal, data)


@router.get("/{session_id}", **operation("getCoachingSession", "Read a coaching session", READ, 404))
async def get_coaching_session(session_id: UUID, session: SessionDep, principal: PrincipalDep) -> CoachingSessionDTO:
    """Notes and answers are shown to those who take part and to whom one of them granted it; the latter is audited."""
    return await sessions.get_coaching_session(session, principal, session_id)


@router.patch(
    "/{session_id}",
    **operation("updateCoachingSession", "Change a coaching session", WRITE, 404, 409),
)
async def update_coaching_session(
    session_id: UUID,
    data: UpdateCoachingSession,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> CoachingSessionDTO:
    """Notes and answers, by anybody who takes part, until it is over; answers that are not given stay.

    Before it begins `rep_ids` and `coach_ids`, by whoever coaches or arranges it: each list takes the place of the one
    there was. The time of who comes is taken as when it is arranged; who does not come any more is free.
    """
    return await sessions.update_coaching_session(session, principal, session_id, data, expected)
