"""`/v1/coaching-sessions/{id}/private-note` and `/note-grants`: one's own words, and who may read the shared ones."""

from uuid import UUID

from fastapi import Response

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, whole
from service.api.route import resource_router
from service.coaching_sessions.dto.sessions import GrantNotes, NoteGrantDTO, PrivateNoteDTO, WritePrivateNote
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import session_notes

READ, WRITE = Permission.COACHING_SESSIONS_READ, Permission.COACHING_SESSIONS_WRITE

router = resource_router("/v1/coaching-sessions", "coaching sessions")


@router.get(
    "/{session_id}/private-note",
    **operation("getPrivateNote", "Read one's own note of a coaching session", READ, 404),
)
async def get_private_note(session_id: UUID, session: SessionDep, principal: PrincipalDep) -> PrivateNoteDTO:
    """Nobody but its writer finds it, whatever they may do."""
    return await session_notes.get_private_note(session, principal, session_id)


@router.put(
    "/{session_id}/private-note",
    **operation("putPrivateNote", "Write one's own note of a coaching session", WRITE, 404),
)
async def put_private_note(
    session_id: UUID, data: WritePrivateNote, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> PrivateNoteDTO:
    """By either of the two, before, during and after; `If-Match: *` for the first."""
    return await session_notes.put_private_note(session, principal, session_id, data, expected)


@router.delete(
    "/{session_id}/private-note",
    status_code=204,
    **operation("deletePrivateNote", "Delete one's own note of a coaching session", WRITE, 404),
)
async def delete_private_note(
    session_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> None:
    """It is gone."""
    await session_notes.delete_private_note(session, principal, session_id, expected)


@router.get(
    "/{session_id}/note-grants",
    **operation("listNoteGrants", "List who may read the notes of a coaching session", READ, 404),
)
async def list_note_grants(
    session_id: UUID, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[NoteGrantDTO]:
    """The two see all, whoever was granted the notes sees their own, and others none."""
    return whole(await session_notes.list_note_grants(session, principal, session_id))


@router.post(
    "/{session_id}/note-grants",
    status_code=201,
    **operation("createNoteGrant", "Let somebody read the notes of a coaching session", WRITE, 404, 409),
)
async def create_note_grant(
    session_id: UUID, data: GrantNotes, session: SessionDep, principal: PrincipalDep, response: Response
) -> NoteGrantDTO:
    """By either of the two: notes and answers, and no private note."""
    grant = await session_notes.create_note_grant(session, principal, session_id, data)
    response.headers["Location"] = f"{router.prefix}/{session_id}/note-grants/{grant.person_id}"
    return grant


@router.get(
    "/{session_id}/note-grants/{person_id}",
    **operation("getNoteGrant", "Read whether somebody may read the notes of a coaching session", READ, 404),
)
async def get_note_grant(
    session_id: UUID, person_id: UUID, session: SessionDep, principal: PrincipalDep
) -> NoteGrantDTO:
    """Who granted it, and when; found by those who see it in the list."""
    return await session_notes.get_note_grant(session, principal, session_id, person_id)


@router.delete(
    "/{session_id}/note-grants/{person_id}",
    status_code=204,
    **operation("deleteNoteGrant", "Take back that somebody may read the notes of a coaching session", WRITE, 404),
)
async def delete_note_grant(session_id: UUID, person_id: UUID, session: SessionDep, principal: PrincipalDep) -> None:
    """By either of the two, whoever of them granted it."""
    await session_notes.delete_note_grant(session, principal, session_id, person_id)
