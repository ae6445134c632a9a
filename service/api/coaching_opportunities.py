"""`/v1/coaching-opportunities`: what is worth coaching, found in the numbers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by
from service.api.route import resource_router
from service.coaching_opportunities.dto import (
    OPPORTUNITY_SORTING,
    CoachingOpportunityDTO,
    DismissOpportunity,
    OpportunityFilter,
    SnoozeOpportunity,
)
from service.coaching_opportunities.findings import OpportunityKind
from service.coaching_opportunities.lifecycle import OpportunityState
from service.coaching_opportunities.permissions import Permission
from service.coaching_opportunities.use_cases import opportunities

READ, WRITE = Permission.COACHING_OPPORTUNITIES_READ, Permission.COACHING_OPPORTUNITIES_WRITE

router = resource_router("/v1/coaching-opportunities", "coaching opportunities")


@router.get("", **operation("listCoachingOpportunities", "List coaching opportunities", READ, 404))
async def list_coaching_opportunities(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(OPPORTUNITY_SORTING)],
    person_id: Annotated[UUID | None, Query(description="Whose.")] = None,
    manager_id: Annotated[UUID | None, Query(description="Those of this manager's direct reports.")] = None,
    kind: Annotated[OpportunityKind | None, Query(description="What they are about.")] = None,
    status: Annotated[OpportunityState | None, Query(description="Where they are on their way.")] = None,
    kpi: Annotated[str | None, searched("Key of one KPI.", 64)] = None,
) -> ListEnvelope[CoachingOpportunityDTO]:
    """The largest first. A rep sees their own at once, a manager those of the tree below after the grace time."""
    filters = OpportunityFilter(person_id=person_id, manager_id=manager_id, kind=kind, status=status, kpi=kpi)
    return page.answer(await opportunities.list_coaching_opportunities(session, principal, filters, page))


@router.get("/{opportunity_id}", **operation("getCoachingOpportunity", "Read a coaching opportunity", READ, 404))
async def get_coaching_opportunity(
    opportunity_id: UUID, session: SessionDep, principal: PrincipalDep
) -> CoachingOpportunityDTO:
    """One that is the person's alone is not found by others."""
    return await opportunities.get_coaching_opportunity(session, principal, opportunity_id)


@router.post(
    "/{opportunity_id}/accept",
    **operation("acceptCoachingOpportunity", "Accept a coaching opportunity", WRITE, 404, 409, tagged=True),
)
async def accept_coaching_opportunity(
    opportunity_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingOpportunityDTO:
    """It is to be talked about."""
    return await opportunities.accept_coaching_opportunity(session, principal, opportunity_id, expected)


@router.post(
    "/{opportunity_id}/dismiss",
    **operation("dismissCoachingOpportunity", "Dismiss a coaching opportunity", WRITE, 404, 409, tagged=True),
)
async def dismiss_coaching_opportunity(
    opportunity_id: UUID,
    data: DismissOpportunity,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> CoachingOpportunityDTO:
    """With a reason; it does not come up again while the gap lasts."""
    return await opportunities.dismiss_coaching_opportunity(session, principal, opportunity_id, data, expected)


@router.post(
    "/{opportunity_id}/snooze",
    **operation("snoozeCoachingOpportunity", "Snooze a coaching opportunity", WRITE, 404, 409, tagged=True),
)
async def snooze_coaching_opportunity(
    opportunity_id: UUID,
    data: SnoozeOpportunity,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> CoachingOpportunityDTO:
    """Until a day, on which it comes up again if the gap is still there."""
    return await opportunities.snooze_coaching_opportunity(session, principal, opportunity_id, data, expected)


@router.post(
    "/{opportunity_id}/reopen",
    **operation("reopenCoachingOpportunity", "Reopen a coaching opportunity", WRITE, 404, 409, tagged=True),
)
async def reopen_coaching_opportunity(
    opportunity_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingOpportunityDTO:
    """What was accepted, dismissed or snoozed is open again; what is closed stays closed."""
    return await opportunities.reopen_coaching_opportunity(session, principal, opportunity_id, expected)
