"""Notes of a session: each participant's own, which nobody else ever sees, and who may read the shared ones.

There is no permission to read another's private note, and no query for it: not for an administrator, a key of the
organization or the worker. A key that acts as a person is that person; docs/decisions/0018 says what follows.
"""

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import GrantNotes, NoteGrantDTO, PrivateNoteDTO, WritePrivateNote
from service.coaching_sessions.lifecycle import Side
from service.coaching_sessions.models import CoachingSession, NoteGrant, PrivateNote
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import notes as repository
from service.coaching_sessions.repository import sessions
from service.coaching_sessions.use_cases.access import find_readable, find_session, planned_for, side_of, visible_to
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError, conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.principal import Principal, require
from service.organizations.use_cases.people import get_people

PARTICIPANTS = frozenset({Side.MANAGER, Side.REP})


async def get_private_note(session: AsyncSession, principal: Principal, session_id: UUID) -> PrivateNoteDTO:
    """The caller's own note; `not_found` while there is none, and always for whoever takes no part."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    row = await find_session(session, principal, session_id)
    return PrivateNoteDTO.model_validate(await _own_note(session, principal, row))


async def private_notes_of(
    session: AsyncSession, principal: Principal, session_ids: Collection[UUID]
) -> dict[UUID, PrivateNoteDTO]:
    """The caller's own notes of several sessions; the batch behind loaders."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    if principal.person_id is None:
        return {}
    rows = await repository.list_own_notes(session, principal.org_id, session_ids, principal.person_id)
    return {row.session_id: PrivateNoteDTO.model_validate(row) for row in rows}


async def put_private_note(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    data: WritePrivateNote,
    expected: Precondition = UNCONDITIONAL,
) -> PrivateNoteDTO:
    """Write the caller's own note, whatever became of the session; `forbidden` for whoever takes no part."""
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    row = await find_session(session, principal, session_id, lock=True)
    person_id = _require_part(principal, row)
    note = await repository.get_private_note(session, row.org_id, row.id, person_id)
    if note is None:
        note = PrivateNote(
            org_id=row.org_id, session_id=row.id, person_id=person_id, text=data.text, updated_at=utc_now()
        )
        session.add(note)
    else:
        expected.check(PrivateNoteDTO.model_validate(note))
        note.text, note.updated_at = data.text, utc_now()
    await session.flush()
    return PrivateNoteDTO.model_validate(note)


async def delete_private_note(
    session: AsyncSession, principal: Principal, session_id: UUID, expected: Precondition = UNCONDITIONAL
) -> None:
    """Tear up the caller's own note."""
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    row = await find_session(session, principal, session_id, lock=True)
    _require_part(principal, row)
    note = await _own_note(session, principal, row)
    expected.check(PrivateNoteDTO.model_validate(note))
    await session.delete(note)
    await session.flush()


async def list_note_grants(session: AsyncSession, principal: Principal, session_id: UUID) -> list[NoteGrantDTO]:
    """Who may read the shared notes: all to the two, one's own to whoever was granted them, none to others."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    row = await find_readable(session, principal, session_id)
    return _seen(principal, row, await repository.list_grants(session, row.org_id, [row.id]))


async def note_grants_of(
    session: AsyncSession, principal: Principal, session_ids: Collection[UUID]
) -> dict[UUID, list[NoteGrantDTO]]:
    """The same of several sessions; the batch behind loaders."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    people, me = await visible_to(session, principal), principal.person_id
    rows = await sessions.get_sessions(session, principal.org_id, people, session_ids, reader=me)
    grants: dict[UUID, list[NoteGrant]] = {}
    for one in await repository.list_grants(session, principal.org_id, [row.id for row in rows]):
        grants.setdefault(one.session_id, []).append(one)
    return {row.id: _seen(principal, row, grants.get(row.id, [])) for row in rows}


async def get_note_grant(
    session: AsyncSession, principal: Principal, session_id: UUID, person_id: UUID
) -> NoteGrantDTO:
    """One grant, as far as the list shows it to the caller; `not_found` otherwise."""
    for grant in await list_note_grants(session, principal, session_id):
        if grant.person_id == person_id:
            return grant
    raise not_found("note_grant")


async def create_note_grant(
    session: AsyncSession, principal: Principal, session_id: UUID, data: GrantNotes
) -> NoteGrantDTO:
    """One of the two lets somebody read what they wrote together; `conflict` where they may already."""
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    row = await find_session(session, principal, session_id, lock=True)
    granted_by = _require_part(principal, row)
    if data.person_id in planned_for(row).everybody:
        raise invalid("/person_id", "takes part, and reads the notes anyway")
    if not await get_people(session, principal.as_system(), [data.person_id]):
        raise invalid("/person_id", "is not a person of this organization")
    if await repository.get_grant(session, row.org_id, row.id, data.person_id) is not None:
        raise conflict("already_granted", "They may read the notes of this session already.", "/person_id")
    grant = NoteGrant(
        org_id=row.org_id, session_id=row.id, person_id=data.person_id, granted_by=granted_by, granted_at=utc_now()
    )
    await sessions.add_rows(session, [grant])
    return NoteGrantDTO.model_validate(grant)


async def delete_note_grant(session: AsyncSession, principal: Principal, session_id: UUID, person_id: UUID) -> None:
    """Either of the two takes a grant back, whoever of them gave it."""
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    row = await find_session(session, principal, session_id, lock=True)
    _require_part(principal, row)
    grant = await repository.get_grant(session, row.org_id, row.id, person_id)
    if grant is None:
        raise not_found("note_grant")
    await session.delete(grant)
    await session.flush()


def _require_part(principal: Principal, row: CoachingSession) -> UUID:
    """The caller, who must be one of the two."""
    if principal.person_id is None or side_of(principal, row) not in PARTICIPANTS:
        raise ServiceError(ErrorKind.FORBIDDEN, "not_a_participant", "Only those who take part may do this.")
    return principal.person_id


async def _own_note(session: AsyncSession, principal: Principal, row: CoachingSession) -> PrivateNote:
    found = None
    if principal.person_id is not None:
        found = await repository.get_private_note(session, row.org_id, row.id, principal.person_id)
    if found is None:
        raise not_found("private_note")
    return found


def _seen(principal: Principal, row: CoachingSession, grants: Collection[NoteGrant]) -> list[NoteGrantDTO]:
    takes_part = side_of(principal, row) in PARTICIPANTS
    return [NoteGrantDTO.model_validate(one) for one in grants if takes_part or one.person_id == principal.person_id]
