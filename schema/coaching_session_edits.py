"""Sessions that people arrange themselves, and what is written in one."""

import datetime as dt

import strawberry
from strawberry.scalars import JSON
from strawberry.types.unset import UNSET

from schema.coaching_sessions import TYPE, WRITE, CoachingSession, to_coaching_session
from schema.context import Info
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import mutation
from service.coaching_sessions.dto.sessions import CoachingSessionDTO, CreateCoachingSession, UpdateCoachingSession
from service.coaching_sessions.use_cases import sessions
from service.core.database import TenantSession


@strawberry.type(description="A coaching session as it is now.")
class CoachingSessionPayload:
    """The answer to a mutation of one session."""

    coaching_session: CoachingSession = strawberry.field(description="The session.")


@strawberry.input(description="A session that no programme arranges.")
class CreateCoachingSessionInput:
    """Between whom, and when."""

    rep_id: strawberry.ID
    manager_id: strawberry.ID | None = UNSET
    rep_ids: list[strawberry.ID] | None = UNSET
    coach_ids: list[strawberry.ID] | None = UNSET
    replaces_one_to_ones: bool | None = UNSET
    starts_at: dt.datetime
    minutes: int | None = UNSET
    format_key: str | None = UNSET
    reminder_minutes: list[int] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(
    description="What the two write, of the answers those that are given, and who takes part beside them: whole lists."
)
class UpdateCoachingSessionInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    shared_notes: str | None = UNSET
    answers: JSON | None = UNSET
    rep_ids: list[strawberry.ID] | None = UNSET
    coach_ids: list[strawberry.ID] | None = UNSET
    idempotency_key: str | None = None


def to_payload(dto: CoachingSessionDTO, _data: object) -> CoachingSessionPayload:
    """The answer to a mutation of one session."""
    return CoachingSessionPayload(coaching_session=to_coaching_session(dto))


@mutation("Arrange a session.", needs=WRITE, payload=CoachingSessionPayload, render=to_payload)
async def create_coaching_session(
    session: TenantSession, info: Info, data: CreateCoachingSessionInput
) -> CoachingSessionDTO:
    """`POST /v1/coaching-sessions`."""
    return await sessions.create_coaching_session(session, info.context.principal, to_dto(CreateCoachingSession, data))


@mutation(
    "Write notes and answers, or change who takes part beside the two.",
    needs=WRITE,
    payload=CoachingSessionPayload,
    render=to_payload,
)
async def update_coaching_session(
    session: TenantSession, info: Info, data: UpdateCoachingSessionInput
) -> CoachingSessionDTO:
    """`PATCH /v1/coaching-sessions/{id}`."""
    id_, changes, expected = row_id(data.id, TYPE), to_dto(UpdateCoachingSession, data), precondition(data.if_match)
    return await sessions.update_coaching_session(session, info.context.principal, id_, changes, expected)


@strawberry.type
class CoachingSessionsMutation:
    """Mutations of coaching sessions."""

    create_coaching_session = create_coaching_session
    update_coaching_session = update_coaching_session
