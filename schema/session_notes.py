"""Notes of a coaching session: one's own, and who may read the shared ones."""

import datetime as dt
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.people.types import Person, to_person
from schema.relay import Node, to_global_id
from service.coaching_sessions.dto.sessions import GrantNotes, NoteGrantDTO, PrivateNoteDTO, WritePrivateNote
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import session_notes
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.organizations.permissions import Permission as OrganizationPermission

WRITE, PEOPLE = Permission.COACHING_SESSIONS_WRITE, OrganizationPermission.PEOPLE_READ


@strawberry.type(description="The caller's own note of a coaching session; nobody else finds it.")
class PrivateNote(Node):
    """A note; its id is that of the session: everybody finds their own by it."""

    row: strawberry.Private[PrivateNoteDTO]
    text: str = strawberry.field(description="What the caller wrote for themself.")
    updated_at: dt.datetime

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


@strawberry.type(description="Somebody beyond the two may read a session's shared notes and answers.")
class NoteGrant(Node):
    """A grant."""

    row: strawberry.Private[NoteGrantDTO]
    person_id: strawberry.ID
    granted_at: dt.datetime

    @strawberry.field(
        description="Who may read them, if the caller may see that person today.", metadata={NEEDS: PEOPLE}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="Which of the two said so.", metadata={NEEDS: PEOPLE})
    async def granted_by(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.granted_by)
        return None if found is None else to_person(found)


describe(PrivateNote, PrivateNoteDTO)
describe(NoteGrant, NoteGrantDTO)


def to_private_note(dto: PrivateNoteDTO) -> PrivateNote:
    """The GraphQL view of a note."""
    return PrivateNote(
        id=to_global_id("PrivateNote", dto.session_id), row=dto, text=dto.text, updated_at=dto.updated_at
    )


def to_note_grant(dto: NoteGrantDTO) -> NoteGrant:
    """The GraphQL view of a grant."""
    id_ = _grant_id(dto.session_id, dto.person_id)
    return NoteGrant(id=id_, row=dto, person_id=to_global_id("Person", dto.person_id), granted_at=dto.granted_at)


async def load_private_note(info: Info, id_: UUID) -> PrivateNote:
    """By the session's row id."""
    async with info.context.session() as session:
        return to_private_note(await session_notes.get_private_note(session, info.context.principal, id_))


async def load_note_grant(info: Info, key: str) -> NoteGrant:
    """By the session and the person."""
    session_id, person_id = (UUID(part) for part in key.split(":"))
    async with info.context.session() as session:
        found = await session_notes.get_note_grant(session, info.context.principal, session_id, person_id)
    return to_note_grant(found)


def _grant_id(session_id: UUID, person_id: UUID) -> strawberry.ID:
    return to_global_id("NoteGrant", f"{session_id}:{person_id}")


@strawberry.type(description="A note as it is now.")
class PrivateNotePayload:
    """The answer to writing a note."""

    private_note: PrivateNote = strawberry.field(description="The note.")


@strawberry.type(description="A grant that was made.")
class NoteGrantPayload:
    """The answer to granting notes."""

    note_grant: NoteGrant = strawberry.field(description="The grant.")


@strawberry.input(description="What the caller writes for themself; `id` is the session's.")
class PutPrivateNoteInput:
    """A note."""

    id: strawberry.ID
    if_match: str | None = None
    text: str
    idempotency_key: str | None = None


@strawberry.input(description="Which note to delete.")
class DeletePrivateNoteInput:
    """A deletion."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Who may read notes and answers of a session; `id` is the session's.")
class CreateNoteGrantInput:
    """A grant."""

    id: strawberry.ID
    person_id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="From whom to take back that they read a session's notes; `id` is the session's.")
class DeleteNoteGrantInput:
    """A deletion."""

    id: strawberry.ID
    person_id: strawberry.ID
    idempotency_key: str | None = None


def _note(dto: PrivateNoteDTO, _data: object) -> PrivateNotePayload:
    return PrivateNotePayload(private_note=to_private_note(dto))


def _grant(dto: NoteGrantDTO, _data: object) -> NoteGrantPayload:
    return NoteGrantPayload(note_grant=to_note_grant(dto))


def _ungranted(_written: object, data: DeleteNoteGrantInput) -> DeletedPayload:
    session_id, person_id = row_id(data.id, "CoachingSession"), row_id(data.person_id, "Person")
    return DeletedPayload(deleted_id=_grant_id(session_id, person_id))


@mutation("Write one's own note.", needs=WRITE, payload=PrivateNotePayload, render=_note)
async def put_private_note(session: TenantSession, info: Info, data: PutPrivateNoteInput) -> PrivateNoteDTO:
    """`PUT /v1/coaching-sessions/{id}/private-note`."""
    id_, given = row_id(data.id, "CoachingSession"), to_dto(WritePrivateNote, data)
    expected = precondition(data.if_match)
    return await session_notes.put_private_note(session, info.context.principal, id_, given, expected)


@mutation("Delete one's own note.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_private_note(session: TenantSession, info: Info, data: DeletePrivateNoteInput) -> None:
    """`DELETE /v1/coaching-sessions/{id}/private-note`."""
    id_, expected = row_id(data.id, "PrivateNote"), precondition(data.if_match)
    await session_notes.delete_private_note(session, info.context.principal, id_, expected)


@mutation("Let somebody read notes and answers.", needs=WRITE, payload=NoteGrantPayload, render=_grant)
async def create_note_grant(session: TenantSession, info: Info, data: CreateNoteGrantInput) -> NoteGrantDTO:
    """`POST /v1/coaching-sessions/{id}/note-grants`."""
    id_, given = row_id(data.id, "CoachingSession"), to_dto(GrantNotes, data)
    return await session_notes.create_note_grant(session, info.context.principal, id_, given)


@mutation("Take a grant back.", needs=WRITE, payload=DeletedPayload, render=_ungranted)
async def delete_note_grant(session: TenantSession, info: Info, data: DeleteNoteGrantInput) -> None:
    """`DELETE /v1/coaching-sessions/{id}/note-grants/{person_id}`."""
    id_, person_id = row_id(data.id, "CoachingSession"), row_id(data.person_id, "Person")
    await session_notes.delete_note_grant(session, info.context.principal, id_, person_id)


@strawberry.type
class SessionNotesMutation:
    """Mutations of notes and of who may read them."""

    put_private_note = put_private_note
    delete_private_note = delete_private_note
    create_note_grant = create_note_grant
    delete_note_grant = delete_note_grant
