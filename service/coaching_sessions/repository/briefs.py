"""Every query of briefs as they were when their sessions began."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import SessionBrief

Row = SessionBrief


async def get_brief_document(
    session: AsyncSession, org_id: UUID, session_id: UUID, rep_id: UUID
) -> Mapping[str, Any] | None:
    """The brief about a rep in a session that has begun, as it was then."""
    query = select(Row.document).where(
        col(Row.org_id) == org_id, col(Row.session_id) == session_id, col(Row.rep_id) == rep_id
    )
    return (await session.exec(query)).first()


async def add_briefs(session: AsyncSession, rows: Sequence[SessionBrief]) -> None:
    """Keep them."""
    session.add_all(rows)
    await session.flush()
