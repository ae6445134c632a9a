"""Coaching sessions of a manager and a rep and of those beside them, and what they write together."""

import datetime as dt
import functools
from collections.abc import Sequence
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.coaching_ratings.own import CoachingRating, to_coaching_rating
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, id_of, part_of_list, to_connection, to_global_id
from schema.session_notes import NoteGrant, PrivateNote, to_note_grant, to_private_note
from schema.session_records import SessionAttestation, SessionMove, to_session_attestation, to_session_move
from service.coaching_sessions.dto.sessions import (
    SESSION_SORTING,
    CoachingSessionDTO,
    CoachingSessionFilter,
)
from service.coaching_sessions.lifecycle import Move, SessionState, Side
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import sessions
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as OrganizationPermission

READ, WRITE = Permission.COACHING_SESSIONS_READ, Permission.COACHING_SESSIONS_WRITE
PEOPLE = OrganizationPermission.PEOPLE_READ
TYPE = "CoachingSession"

describe_enum(
    SessionState,
    "Where a coaching session is on its way.",
    name="CoachingSessionStatus",
    scheduled="It is ahead.",
    in_progress="The two have begun.",
    completed="It was held.",
    cancelled="Somebody said why it does not take place.",
    missed="Nobody began in time.",
)
describe_enum(
    Move,
    "What can be done to a coaching session.",
    name="CoachingSessionAction",
    start="Begin.",
    complete="Say that it was held.",
    reschedule="Put it at another time.",
    cancel="Call it off.",
    miss="Find that nobody held it; the clock does.",
    write="Write notes and answers.",
    invite="Change who takes part beside the two.",
    attest="Say how it went.",
)


async def _person(info: Info, person_id: UUID | None) -> Person | None:
    found = None if person_id is None else await info.context.loaders.people.load(person_id)
    return None if found is None else to_person(found)


async def _people(info: Info, ids: Sequence[UUID], page: PageRequest) -> Connection[Person]:
    found = await info.context.loaders.people.load_many(list(ids))
    return part_of_list([one for one in found if one is not None], to_person, page)


def _global(type_name: str, id_: UUID | None) -> strawberry.ID | None:
    return None if id_ is None else to_global_id(type_name, id_)


@strawberry.type(description="A session of a manager and a rep, and of those beside them.")
class CoachingSession(Node):
    """A session."""

    row: strawberry.Private[CoachingSessionDTO]
    manager_id: strawberry.ID
    rep_id: strawberry.ID
    substitute_id: strawberry.ID | None
    replaced_by: strawberry.ID | None
    programme_id: strawberry.ID | None
    cadence_id: strawberry.ID | None
    format_id: strawberry.ID
    time_zone: str
    due_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    status: SessionState
    sequence: int
    owed: bool
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    minutes_held: int | None
    cancelled_at: dt.datetime | None
    cancelled_side: Side | None
    cancel_reason: str | None
    missed_at: dt.datetime | None
    shared_notes: str | None
    answers: JSON | None
    invitation: str
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Who coaches, if the caller may see them today.", metadata={NEEDS: PEOPLE})
    async def manager(self, info: Info) -> Person | None:
        """Through the loader."""
        return await _person(info, self.row.manager_id)

    @strawberry.field(description="Who is coached, if the caller may see them today.", metadata={NEEDS: PEOPLE})
    async def rep(self, info: Info) -> Person | None:
        """Through the loader."""
        return await _person(info, self.row.rep_id)

    @strawberry.field(
        description="Those who coach besides the manager, whom the caller may see today.",
        metadata={NEEDS: PEOPLE},
        extensions=[Paged(whole=True)],
    )
    async def coaches(self, info: Info, page: PageRequest) -> Connection[Person]:
        """Through the loader."""
        return await _people(info, self.row.coach_ids, page)

    @strawberry.field(
        description="Those who are coached besides the rep, whom the caller may see today.",
        metadata={NEEDS: PEOPLE},
        extensions=[Paged(whole=True)],
    )
    async def reps(self, info: Info, page: PageRequest) -> Connection[Person]:
        """Through the loader."""
        return await _people(info, self.row.rep_ids, page)

    @strawberry.field(
        description="Who holds it in the manager's place, if the caller may see them today; null: nobody else.",
        metadata={NEEDS: PEOPLE},
    )
    async def substitute(self, info: Info) -> Person | None:
        """Through the loader."""
        return await _person(info, self.row.substitute_id)

    @strawberry.field(
        description="Who cancelled it, if the caller may see them today; null also where a key or the series did.",
        metadata={NEEDS: PEOPLE},
    )
    async def cancelled_by(self, info: Info) -> Person | None:
        """Through the loader."""
        return await _person(info, self.row.cancelled_by)

    @strawberry.field(description="Minutes before the start, each a reminder.", extensions=[Paged(whole=True)])
    def reminder_minutes(self, page: PageRequest) -> Connection[int]:
        """As they were given."""
        return part_of_list(self.row.reminder_minutes, int, page)

    @strawberry.field(description="What the caller may do now.", extensions=[Paged(whole=True)])
    def allowed_moves(self, page: PageRequest) -> Connection[Move]:
        """In the order of the state machine."""
        return part_of_list(self.row.allowed_moves, Move, page)

    @strawberry.field(description="Of both sides, beside each other.", extensions=[Paged(whole=True)])
    def attestations(self, page: PageRequest) -> Connection[SessionAttestation]:
        """Never averaged."""
        convert = functools.partial(to_session_attestation, self.row.id)
        return part_of_list(self.row.attestations, convert, page)

    @strawberry.field(description="Where it was put, in order.", metadata={NEEDS: READ}, extensions=[Paged(whole=True)])
    async def moves(self, info: Info, page: PageRequest) -> Connection[SessionMove]:
        """Through the loader."""
        return part_of_list(await info.context.loaders.session_moves.load(self.row.id), to_session_move, page)

    @strawberry.field(
        description="The caller's own note; nobody else finds it, whatever they may do.", metadata={NEEDS: READ}
    )
    async def private_note(self, info: Info) -> PrivateNote | None:
        """Through the loader."""
        found = await info.context.loaders.private_notes.load(self.row.id)
        return None if found is None else to_private_note(found)

    @strawberry.field(
        description="Who may read notes and answers besides those who take part, who alone see all of them.",
        metadata={NEEDS: READ},
        extensions=[Paged(whole=True)],
    )
    async def note_grants(self, info: Info, page: PageRequest) -> Connection[NoteGrant]:
        """Through the loader."""
        return part_of_list(await info.context.loaders.note_grants.load(self.row.id), to_note_grant, page)

    @strawberry.field(
        description="What the caller is asked about it, once it is completed; null for whoever was not coached in it.",
        metadata={NEEDS: Permission.COACHING_RATINGS_WRITE},
    )
    async def my_rating(self, info: Info) -> CoachingRating | None:
        """Through the loader."""
        found = await info.context.loaders.coaching_ratings.load(self.row.id)
        return None if found is None else to_coaching_rating(found)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(CoachingSession, CoachingSessionDTO)


def to_coaching_session(dto: CoachingSessionDTO) -> CoachingSession:
    """The GraphQL view of a session."""
    left_out = {"id", "cancelled_by", "reminder_minutes", "allowed_moves", "attestations", "coach_ids", "rep_ids"}
    fields = dto.model_dump(exclude=left_out) | {
        "manager_id": to_global_id("Person", dto.manager_id),
        "rep_id": to_global_id("Person", dto.rep_id),
        "substitute_id": _global("Person", dto.substitute_id),
        "replaced_by": _global(TYPE, dto.replaced_by),
        "programme_id": _global("CoachingProgramme", dto.programme_id),
        "cadence_id": _global("CoachingCadence", dto.cadence_id),
        "format_id": to_global_id("SessionFormat", dto.format_id),
    }
    return CoachingSession(id=to_global_id(TYPE, dto.id), row=dto, **fields)


async def load_coaching_session(info: Info, id_: UUID) -> CoachingSession:
    """By row id."""
    async with info.context.session() as session:
        return to_coaching_session(await sessions.get_coaching_session(session, info.context.principal, id_))


@strawberry.type
class CoachingSessionsQuery:
    """Queries of coaching sessions."""

    @strawberry.field(description="One coaching session.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def coaching_session(self, info: Info, id: strawberry.ID) -> CoachingSession | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_coaching_session(info, row_id(id, TYPE))

    @strawberry.field(
        description="One's own, those of the tree below, and those whose notes one was granted; by their start.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CoachingSessionSort", SESSION_SORTING))],
    )
    async def coaching_sessions(
        self,
        info: Info,
        page: PageRequest,
        manager_id: strawberry.ID | None = None,
        rep_id: strawberry.ID | None = None,
        programme_id: strawberry.ID | None = None,
        cadence_id: strawberry.ID | None = None,
        status: SessionState | None = None,
        starts_from: dt.datetime | None = None,
        starts_before: dt.datetime | None = None,
    ) -> Connection[CoachingSession]:
        """One page."""
        filters = to_input(
            CoachingSessionFilter,
            manager_id=id_of(manager_id, "Person"),
            rep_id=id_of(rep_id, "Person"),
            programme_id=id_of(programme_id, "CoachingProgramme"),
            cadence_id=id_of(cadence_id, "CoachingCadence"),
            status=status,
            starts_from=starts_from,
            starts_before=starts_before,
        )
        async with info.context.session() as session:
            found = await sessions.list_coaching_sessions(session, info.context.principal, filters, page)
        return to_connection(found, to_coaching_session, page)
