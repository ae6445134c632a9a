"""Coaching opportunities: read by whom they concern at once and by others after the grace time, and acted upon."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_opportunities import repository
from service.coaching_opportunities.dto import (
    CoachingOpportunityDTO,
    DismissOpportunity,
    OpportunityFilter,
    SnoozeOpportunity,
)
from service.coaching_opportunities.lifecycle import ALLOWED, OpportunityState
from service.coaching_opportunities.models import CoachingOpportunity
from service.coaching_opportunities.permissions import Permission
from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.notifications import OPPORTUNITIES, notify
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import local_today, require_visible, visible_people
from service.webhooks.outbox import EventType, emit

Scope = tuple[Collection[UUID] | None, UUID | None, date]
LONGEST_SNOOZE = timedelta(days=366)


async def list_coaching_opportunities(
    session: AsyncSession, principal: Principal, filters: OpportunityFilter, page: PageRequest
) -> Page[CoachingOpportunityDTO]:
    """A page of those that the caller may see; `manager_id` narrows to their direct reports of today."""
    require(principal, Permission.COACHING_OPPORTUNITIES_READ)
    people, me, today = await _scope(session, principal)
    if filters.manager_id is not None:
        await require_visible(session, principal, filters.manager_id, today)
        reports = await direct_reports(session, principal.as_system(), filters.manager_id, today)
        people = {person.id for person in reports}
    found = await repository.list_opportunities(session, principal.org_id, (people, me, today), filters, page)
    return found.with_items([CoachingOpportunityDTO.model_validate(row) for row in found.items])


async def coaching_opportunities_of(
    session: AsyncSession, principal: Principal, person_ids: Collection[UUID]
) -> dict[UUID, list[CoachingOpportunityDTO]]:
    """What is not closed of several people, the largest first; the batch behind loaders."""
    require(principal, Permission.COACHING_OPPORTUNITIES_READ)
    people, me, today = await _scope(session, principal)
    wanted = set(person_ids) if people is None else set(person_ids) & set(people)
    found: dict[UUID, list[CoachingOpportunityDTO]] = {}
    for row in await repository.list_of_people(session, principal.org_id, (wanted, me, today)):
        found.setdefault(row.person_id, []).append(CoachingOpportunityDTO.model_validate(row))
    return found


async def get_coaching_opportunity(
    session: AsyncSession, principal: Principal, opportunity_id: UUID
) -> CoachingOpportunityDTO:
    """One; `not_found` outside the caller's scope, and for others than the person until the grace time is over."""
    require(principal, Permission.COACHING_OPPORTUNITIES_READ)
    return CoachingOpportunityDTO.model_validate(await _find(session, principal, opportunity_id))


async def accept_coaching_opportunity(
    session: AsyncSession, principal: Principal, opportunity_id: UUID, expected: Precondition = UNCONDITIONAL
) -> CoachingOpportunityDTO:
    """Take it on: it is to be talked about. `conflict` where it cannot be accepted any more."""
    row = await _get_for_write(session, principal, opportunity_id, expected, OpportunityState.ACCEPTED)
    return await _become(session, row, OpportunityState.ACCEPTED)


async def dismiss_coaching_opportunity(
    session: AsyncSession,
    principal: Principal,
    opportunity_id: UUID,
    data: DismissOpportunity,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingOpportunityDTO:
    """Say that it is none, and why; it does not come up again while the gap lasts."""
    row = await _get_for_write(session, principal, opportunity_id, expected, OpportunityState.DISMISSED)
    return await _become(session, row, OpportunityState.DISMISSED, dismissal=data.reason)


async def snooze_coaching_opportunity(
    session: AsyncSession,
    principal: Principal,
    opportunity_id: UUID,
    data: SnoozeOpportunity,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingOpportunityDTO:
    """Let it rest until a day; `invalid` for one that is not after today, or more than a year away."""
    row = await _get_for_write(session, principal, opportunity_id, expected, OpportunityState.SNOOZED)
    today = await local_today(session, principal.org_id)
    if not today < data.until <= today + LONGEST_SNOOZE:
        raise invalid("/until", f"must be after today ({today}) and within a year")
    return await _become(session, row, OpportunityState.SNOOZED, until=data.until)


async def reopen_coaching_opportunity(
    session: AsyncSession, principal: Principal, opportunity_id: UUID, expected: Precondition = UNCONDITIONAL
) -> CoachingOpportunityDTO:
    """Take back that it was accepted, dismissed or snoozed."""
    row = await _get_for_write(session, principal, opportunity_id, expected, OpportunityState.OPEN)
    return await _become(session, row, OpportunityState.OPEN)


async def _scope(session: AsyncSession, principal: Principal) -> Scope:
    today = await local_today(session, principal.org_id)
    return await visible_people(session, principal, today), principal.person_id, today


async def _find(
    session: AsyncSession, principal: Principal, opportunity_id: UUID, *, lock: bool = False
) -> CoachingOpportunity:
    scope = await _scope(session, principal)
    row = await repository.get_opportunity(session, principal.org_id, scope, opportunity_id, lock=lock)
    if row is None:
        raise not_found("coaching_opportunity")
    return row


async def _get_for_write(
    session: AsyncSession, principal: Principal, opportunity_id: UUID, expected: Precondition, wanted: OpportunityState
) -> CoachingOpportunity:
    require(principal, Permission.COACHING_OPPORTUNITIES_WRITE)
    row = await _find(session, principal, opportunity_id, lock=True)
    expected.check(CoachingOpportunityDTO.model_validate(row))
    allowed = ALLOWED[OpportunityState(row.status)]
    if wanted not in allowed:
        names = ", ".join(allowed) or "nothing"
        raise conflict("illegal_transition", f"From {row.status} it can become {names}, not {wanted}.")
    return row


async def _become(
    session: AsyncSession,
    row: CoachingOpportunity,
    state: OpportunityState,
    *,
    until: date | None = None,
    dismissal: str | None = None,
) -> CoachingOpportunityDTO:
    row.status, row.snoozed_until, row.dismissal = state.value, until, dismissal
    row.updated_at = utc_now()
    await session.flush()
    data = {"opportunity_id": row.id, "person_id": row.person_id, "status": state.value}
    await emit(session, row.org_id, EventType.COACHING_OPPORTUNITY_UPDATED, data)
    await notify(session, OPPORTUNITIES, f"{row.org_id}:{row.id.hex}")
    return CoachingOpportunityDTO.model_validate(row)
