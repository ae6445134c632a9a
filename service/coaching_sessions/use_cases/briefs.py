"""Briefs: live until their session starts, and from then on as the two had them before them."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.brief.building import build_brief
from service.coaching_sessions.dto.brief import BriefDTO
from service.coaching_sessions.lifecycle import SessionState, Side
from service.coaching_sessions.models import CoachingSession, SessionBrief
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import briefs as repository
from service.coaching_sessions.repository import sessions
from service.coaching_sessions.use_cases.access import side_of, visible_to
from service.coaching_sessions.use_cases.brief_facts import gather_facts
from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.principal import Principal, require
from service.skill_assessments.use_cases.reading import tell_of_reading


async def get_brief(session: AsyncSession, principal: Principal, session_id: UUID, *, audited: bool = True) -> BriefDTO:
    """The brief of a session; of one that was never started and will not be, there is none.

    For the two of them, and for whoever sees the rep. What is the rep's alone for a grace time is in the rep's brief
    only, and in nobody's that was kept. A brief says where the rep's skills stand, so who reads it from outside their
    reporting line is told to them, unless it is not `audited` as it is read again. `not_found` for anybody else.
    """
    require(principal, Permission.COACHING_SESSIONS_READ)
    row = await _find(session, principal, session_id)
    if audited:
        await tell_of_reading(session, principal, row.rep_id)
    if row.status == SessionState.SCHEDULED:
        return build_brief(await gather_facts(session, _reader(principal), row, utc_now()))
    kept = await repository.get_brief_document(session, principal.org_id, session_id)
    if kept is None:
        raise not_found("coaching_brief")
    return BriefDTO.model_validate(kept)


async def freeze_brief(session: AsyncSession, principal: Principal, row: CoachingSession) -> BriefDTO:
    """Keep what both have before them now that their session starts; nothing that only one of the two may see."""
    now = utc_now()
    live = build_brief(await gather_facts(session, principal.as_system(), row, now))
    brief = live.model_copy(update={"is_frozen": True})
    document = brief.model_dump(mode="json")
    await repository.add_brief(
        session, SessionBrief(org_id=row.org_id, session_id=row.id, built_at=now, document=document)
    )
    return brief


async def _find(session: AsyncSession, principal: Principal, session_id: UUID) -> CoachingSession:
    """A session whose brief the caller may read: who sees only the manager does not see the rep's numbers."""
    people = await visible_to(session, principal)
    row = await sessions.get_session(session, principal.org_id, people, session_id)
    if row is None:
        raise not_found("coaching_session")
    if side_of(principal, row) is Side.OTHER and people is not None and row.rep_id not in people:
        raise not_found("coaching_brief")
    return row


def _reader(principal: Principal) -> Principal:
    """The organization itself, but for what is a person's alone for a time: that is read as the caller."""
    return Principal(org_id=principal.org_id, person_id=principal.person_id, is_system=True)
