"""What is on record of a coaching session: where it was put, and what both sides attest."""

import datetime as dt
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.people.types import Person, to_person
from schema.relay import Node, to_global_id
from service.coaching_sessions.dto.sessions import SessionAttestationDTO, SessionMoveDTO
from service.coaching_sessions.lifecycle import Side
from service.coaching_sessions.use_cases import session_moves, sessions
from service.core.errors import not_found
from service.organizations.permissions import Permission as OrganizationPermission

PEOPLE = OrganizationPermission.PEOPLE_READ

describe_enum(
    Side,
    "Who acts, as seen from a coaching session.",
    name="CoachingSessionSide",
    manager="The one who coaches.",
    rep="The one who is coached.",
    other="Somebody above, an administrator, enablement, or a key of the organization.",
    system="The clock, or the series that the session belongs to.",
)


@strawberry.type(description="A coaching session was put at another time.")
class SessionMove(Node):
    """A move."""

    row: strawberry.Private[SessionMoveDTO]
    sequence: int
    from_starts_at: dt.datetime
    from_ends_at: dt.datetime
    to_starts_at: dt.datetime
    to_ends_at: dt.datetime
    moved_at: dt.datetime
    side: Side
    reason: str
    notice_minutes: int

    @strawberry.field(
        description="Who moved it, if the caller may see them today; null also where a key or the series did.",
        metadata={NEEDS: PEOPLE},
    )
    async def moved_by(self, info: Info) -> Person | None:
        """Through the loader."""
        person_id = self.row.moved_by
        found = None if person_id is None else await info.context.loaders.people.load(person_id)
        return None if found is None else to_person(found)


@strawberry.type(description="What one side says of how a coaching session went.")
class SessionAttestation(Node):
    """An attestation."""

    row: strawberry.Private[SessionAttestationDTO]
    side: Side
    held: bool
    minutes: int | None
    on_topic: bool | None
    comment: str | None = strawberry.field(description="For those who read the notes.")
    attested_at: dt.datetime

    @strawberry.field(description="Who says so, if the caller may see them today.", metadata={NEEDS: PEOPLE})
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)


describe(SessionMove, SessionMoveDTO)
describe(SessionAttestation, SessionAttestationDTO)


def to_session_move(dto: SessionMoveDTO) -> SessionMove:
    """The GraphQL view of a move."""
    fields = dto.model_dump(exclude={"id", "moved_by"})
    return SessionMove(id=to_global_id("SessionMove", dto.id), row=dto, **fields)


def to_session_attestation(session_id: UUID, dto: SessionAttestationDTO) -> SessionAttestation:
    """The GraphQL view of what one side says of a session."""
    id_ = to_global_id("SessionAttestation", f"{session_id}:{dto.person_id}")
    return SessionAttestation(id=id_, row=dto, **dto.model_dump(exclude={"person_id"}))


async def load_session_move(info: Info, id_: UUID) -> SessionMove:
    """By row id."""
    async with info.context.session() as session:
        return to_session_move(await session_moves.get_session_move(session, info.context.principal, id_))


async def load_session_attestation(info: Info, key: str) -> SessionAttestation:
    """By the session and the person."""
    session_id, person_id = (UUID(part) for part in key.split(":"))
    async with info.context.session() as session:
        found = await sessions.get_coaching_session(session, info.context.principal, session_id)
    for one in found.attestations:
        if one.person_id == person_id:
            return to_session_attestation(session_id, one)
    raise not_found("session_attestation")
