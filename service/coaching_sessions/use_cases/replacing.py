"""Group sessions take the place of one-to-ones where the organization says so; called off, they give it back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import CreateCoachingSession
from service.coaching_sessions.lifecycle import SessionState, Side
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.replaced import choose_replaced
from service.coaching_sessions.repository import sharing as repository
from service.coaching_sessions.repository.clock import want_cascade
from service.coaching_sessions.use_cases.booking import book_one, release
from service.coaching_sessions.use_cases.telling import tell
from service.core.errors import invalid
from service.core.principal import Principal
from service.organizations.use_cases.organizations import get_organization
from service.webhooks.outbox import EventType

REASON = "A group session takes its place"


async def require_replacing(
    session: AsyncSession, principal: Principal, data: CreateCoachingSession, now: datetime
) -> None:
    """`invalid` for a caller who arranges no programmes, and for a day to which no sessions are laid down yet."""
    if not data.replaces_one_to_ones:
        return
    pointer = "/replaces_one_to_ones"
    if not principal.is_system and Permission.COACHING_PROGRAMMES_WRITE not in principal.permissions:
        raise invalid(pointer, "is for those who arrange programmes")
    weeks = (await get_organization(session, principal.as_system())).session_horizon_weeks
    if data.starts_at > now + timedelta(weeks=weeks):
        raise invalid(pointer, f"reaches no further than sessions are laid down, {weeks} weeks ahead")


async def replace_one_to_ones(
    session: AsyncSession, row: CoachingSession, rep_ids: Collection[UUID], now: datetime
) -> list[CoachingSession]:
    """Call off what a stored group session takes the place of, of some reps; their time is the caller's to release."""
    organization = await get_organization(session, Principal.system(row.org_id))
    day = row.starts_at.astimezone(ZoneInfo(organization.time_zone)).date()
    found = await repository.one_to_ones_ahead(session, row.org_id, rep_ids, now)
    ids = choose_replaced(found, row.starts_at, day, organization.week_start)
    replaced = await repository.lock_scheduled(session, row.org_id, ids)
    for one in replaced:
        one.status, one.owed, one.sequence = SessionState.CANCELLED.value, False, one.sequence + 1
        one.cancelled_at = one.updated_at = now
        one.cancelled_side, one.cancel_reason, one.next_reminder_at = Side.SYSTEM.value, REASON, None
        one.replaced_by = row.id
    await session.flush()
    return replaced


async def book_in_their_place(
    session: AsyncSession,
    row: CoachingSession,
    pointers: Mapping[UUID, str],
    replaced: Sequence[CoachingSession],
    event: EventType,
) -> None:
    """Take the time of all who come to a session, release that of those it replaces, and tell of all of them."""
    instead_of = [one.id for one in replaced]
    await book_one(session, row, pointers, instead_of)
    await release(session, row.org_id, instead_of)
    await tell(session, row, event)
    for one in replaced:
        await tell(session, one, EventType.COACHING_SESSION_CANCELLED, side=Side.SYSTEM.value)


async def give_back(session: AsyncSession, row: CoachingSession, rep_ids: Collection[UUID] | None = None) -> None:
    """One-to-ones that a group session took the place of take place after all: the next cascade takes them up.

    Of all its reps where it was called off, else of those who do not come to it any more.
    """
    if await repository.forget_replaced(session, row.org_id, row.id, rep_ids):
        await want_cascade(session, row.org_id)
