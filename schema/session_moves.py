"""What can be done to a coaching session, and the subscription that tells of it."""

import contextlib
import datetime as dt
from collections.abc import AsyncGenerator

import strawberry
from strawberry.types.unset import UNSET

from schema.coaching_session_edits import CoachingSessionPayload, to_payload
from schema.coaching_sessions import READ, TYPE, WRITE, CoachingSession, to_coaching_session
from schema.context import Info
from schema.describing import NEEDS
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import mutation
from schema.paging import Paged
from schema.relay import Connection, id_of, part_of_list
from service.coaching_sessions.dto.sessions import (
    AttestSession,
    CancelSession,
    CoachingSessionDTO,
    CompleteSession,
    RescheduleSession,
)
from service.coaching_sessions.use_cases import session_moves
from service.core.database import TenantSession
from service.core.pagination import PageRequest


@strawberry.input(description="Which session begins.")
class StartCoachingSessionInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Which session was held, how long it took, and what was talked about.")
class CompleteCoachingSessionInput:
    """A completion."""

    id: strawberry.ID
    if_match: str | None = None
    minutes: int | None = UNSET
    discussed_topic_ids: list[strawberry.ID] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which session does not take place, and why.")
class CancelCoachingSessionInput:
    """A cancellation."""

    id: strawberry.ID
    if_match: str | None = None
    reason: str
    idempotency_key: str | None = None


@strawberry.input(description="Which session moves, where to, and why.")
class RescheduleCoachingSessionInput:
    """Another time."""

    id: strawberry.ID
    if_match: str | None = None
    starts_at: dt.datetime
    minutes: int | None = UNSET
    reason: str
    idempotency_key: str | None = None


@strawberry.input(description="What one side says of how a session went.")
class AttestCoachingSessionInput:
    """An attestation."""

    id: strawberry.ID
    if_match: str | None = None
    held: bool
    minutes: int | None = UNSET
    on_topic: bool | None = UNSET
    comment: str | None = UNSET
    idempotency_key: str | None = None


@mutation("Begin.", needs=WRITE, payload=CoachingSessionPayload, render=to_payload)
async def start_coaching_session(
    session: TenantSession, info: Info, data: StartCoachingSessionInput
) -> CoachingSessionDTO:
    """`POST /v1/coaching-sessions/{id}/start`."""
    expected = precondition(data.if_match)
    return await session_moves.start_coaching_session(session, info.context.principal, row_id(data.id, TYPE), expected)


@mutation("Say that it was held.", needs=WRITE, payload=CoachingSessionPayload, render=to_payload)
async def complete_coaching_session(
    session: TenantSession, info: Info, data: CompleteCoachingSessionInput
) -> CoachingSessionDTO:
    """`POST /v1/coaching-sessions/{id}/complete`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(CompleteSession, data), precondition(data.if_match)
    return await session_moves.complete_coaching_session(session, info.context.principal, id_, given, expected)


@mutation("Call it off, with a reason.", needs=WRITE, payload=CoachingSessionPayload, render=to_payload)
async def cancel_coaching_session(
    session: TenantSession, info: Info, data: CancelCoachingSessionInput
) -> CoachingSessionDTO:
    """`POST /v1/coaching-sessions/{id}/cancel`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(CancelSession, data), precondition(data.if_match)
    return await session_moves.cancel_coaching_session(session, info.context.principal, id_, given, expected)


@mutation("Put it at another time.", needs=WRITE, payload=CoachingSessionPayload, render=to_payload)
async def reschedule_coaching_session(
    session: TenantSession, info: Info, data: RescheduleCoachingSessionInput
) -> CoachingSessionDTO:
    """`POST /v1/coaching-sessions/{id}/reschedule`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(RescheduleSession, data), precondition(data.if_match)
    return await session_moves.reschedule_coaching_session(session, info.context.principal, id_, given, expected)


@mutation("Say how it went.", needs=WRITE, payload=CoachingSessionPayload, render=to_payload)
async def attest_coaching_session(
    session: TenantSession, info: Info, data: AttestCoachingSessionInput
) -> CoachingSessionDTO:
    """`POST /v1/coaching-sessions/{id}/attest`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(AttestSession, data), precondition(data.if_match)
    return await session_moves.attest_coaching_session(session, info.context.principal, id_, given, expected)


@strawberry.type
class SessionMovesMutation:
    """Mutations that move a session on its way."""

    start_coaching_session = start_coaching_session
    complete_coaching_session = complete_coaching_session
    cancel_coaching_session = cancel_coaching_session
    reschedule_coaching_session = reschedule_coaching_session
    attest_coaching_session = attest_coaching_session


@strawberry.type(description="Coaching sessions that are other ones now.")
class SessionChangedPayload:
    """One message of the subscription."""

    changed: strawberry.Private[list[CoachingSessionDTO]]

    @strawberry.field(description="As the caller sees them.", extensions=[Paged(whole=True)])
    def coaching_sessions(self, page: PageRequest) -> Connection[CoachingSession]:
        """What is not asked for here is not told again."""
        return part_of_list(self.changed, to_coaching_session, page)


@strawberry.type
class CoachingSessionsSubscription:
    """Subscriptions of coaching sessions."""

    @strawberry.subscription(
        description="Each change of the sessions in which a person takes part, or that a manager holds.",
        metadata={NEEDS: READ},
    )
    async def session_changed(
        self, info: Info, person_id: strawberry.ID | None = None, manager_id: strawberry.ID | None = None
    ) -> AsyncGenerator[SessionChangedPayload, None]:
        """Messages until either side ends it."""
        context = info.context
        person, manager = id_of(person_id, "Person"), id_of(manager_id, "Person")
        watching = context.session_feed.watch(context.principal, person, manager)
        async with contextlib.aclosing(watching) as news:
            async for changed in news:
                context.forget()
                yield SessionChangedPayload(changed=changed)
