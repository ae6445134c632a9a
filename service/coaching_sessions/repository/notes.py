"""Every query of private notes, and of who may read shared ones."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import NoteGrant, PrivateNote


async def list_grants(session: AsyncSession, org_id: UUID, session_ids: Collection[UUID]) -> list[NoteGrant]:
    """Who may read the shared notes of some sessions besides the two."""
    query = select(NoteGrant).where(col(NoteGrant.org_id) == org_id, col(NoteGrant.session_id).in_(session_ids))
    return list((await session.exec(query.order_by(col(NoteGrant.granted_at), col(NoteGrant.person_id)))).all())


async def get_private_note(
    session: AsyncSession, org_id: UUID, session_id: UUID, person_id: UUID
) -> PrivateNote | None:
    """One's own note: there is no query for another's."""
    query = select(PrivateNote).where(
        col(PrivateNote.org_id) == org_id,
        col(PrivateNote.session_id) == session_id,
        col(PrivateNote.person_id) == person_id,
    )
    return (await session.exec(query)).first()


async def list_own_notes(
    session: AsyncSession, org_id: UUID, session_ids: Collection[UUID], person_id: UUID
) -> list[PrivateNote]:
    """One's own notes of some sessions."""
    query = select(PrivateNote).where(
        col(PrivateNote.org_id) == org_id,
        col(PrivateNote.session_id).in_(session_ids),
        col(PrivateNote.person_id) == person_id,
    )
    return list((await session.exec(query)).all())


async def get_grant(session: AsyncSession, org_id: UUID, session_id: UUID, person_id: UUID) -> NoteGrant | None:
    """What one person was granted of one session."""
    query = select(NoteGrant).where(
        col(NoteGrant.org_id) == org_id, col(NoteGrant.session_id) == session_id, col(NoteGrant.person_id) == person_id
    )
    return (await session.exec(query)).first()
