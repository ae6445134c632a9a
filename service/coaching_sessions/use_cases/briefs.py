"""Briefs, one about each rep of a session: live until it starts, and from then on as they had them before them."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.brief.building import build_brief
from service.coaching_sessions.dto.brief import BriefDTO
from service.coaching_sessions.lifecycle import SessionState, Side
from service.coaching_sessions.models import CoachingSession, SessionBrief
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import briefs as repository
from service.coaching_sessions.repository import sessions
from service.coaching_sessions.use_cases.access import planned_for, side_of, substitutes, visible_to
from service.coaching_sessions.use_cases.brief_facts import gather_facts
from service.core import audit
from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.principal import Principal, require
from service.skill_assessments.use_cases.reading import tell_of_reading

READ_BRIEF = "readBrief"
"""How the audit log names that a substitute read what they need for a session."""


async def get_brief(
    session: AsyncSession, principal: Principal, session_id: UUID, rep_id: UUID | None = None, *, audited: bool = True
) -> BriefDTO:
    """The brief of a session about one of its reps; of one that was never started and will not be, there is none.

    `rep_id` None: about the caller who is coached in it, else about the rep it is for. Every coach reads each, a rep
    their own, and whoever sees a rep that rep's. What is the rep's alone for a grace time is in the rep's brief only,
    and in nobody's that was kept. `not_found` for anybody else; that a substitute reads it is in the audit log. A
    brief says where the rep's skills stand, so who reads it from outside their reporting line is told to them. What is
    read again as it changes is not `audited` again.
    """
    require(principal, Permission.COACHING_SESSIONS_READ)
    row, about = await _find(session, principal, session_id, rep_id)
    if audited and substitutes(principal, row):
        audit.record_read(session, principal, READ_BRIEF, row.id)
    if audited:
        await tell_of_reading(session, principal, about)
    if row.status == SessionState.SCHEDULED:
        return build_brief(await gather_facts(session, _reader(principal), row, about, utc_now()))
    kept = await repository.get_brief_document(session, principal.org_id, session_id, about)
    if kept is None:
        raise not_found("coaching_brief")
    return BriefDTO.model_validate(kept)


async def freeze_brief(session: AsyncSession, principal: Principal, row: CoachingSession) -> BriefDTO:
    """Keep what they have before them now that their session starts; nothing that only one of them may see.

    There is one for each rep; returns that of the rep it is for.
    """
    now = utc_now()
    found = []
    for rep_id in planned_for(row).reps:
        live = build_brief(await gather_facts(session, principal.as_system(), row, rep_id, now))
        found.append(live.model_copy(update={"is_frozen": True}))
    kept = [
        SessionBrief(
            org_id=row.org_id,
            session_id=row.id,
            rep_id=brief.rep.id,
            built_at=now,
            document=brief.model_dump(mode="json"),
        )
        for brief in found
    ]
    await repository.add_briefs(session, kept)
    return found[0]


async def _find(
    session: AsyncSession, principal: Principal, session_id: UUID, rep_id: UUID | None
) -> tuple[CoachingSession, UUID]:
    """A session and the rep of it whose brief the caller may read: a group's reps do not see each other's numbers."""
    people = await visible_to(session, principal)
    row = await sessions.get_session(session, principal.org_id, people, session_id)
    if row is None:
        raise not_found("coaching_session")
    reps, me = planned_for(row).reps, principal.person_id
    about = rep_id or (me if me is not None and me in reps else row.rep_id)
    reads = side_of(principal, row) is Side.MANAGER or people is None or about in people
    if about not in reps or not reads:
        raise not_found("coaching_brief")
    return row, about


def _reader(principal: Principal) -> Principal:
    """The organization itself, but for what is a person's alone for a time: that is read as the caller."""
    return Principal(org_id=principal.org_id, person_id=principal.person_id, is_system=True)
