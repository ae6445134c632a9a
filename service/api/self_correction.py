"""`/v1/self-correction`: how often reps close a gap alone within the time that is theirs, team by team."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, PageDep
from service.api.route import resource_router
from service.coaching_capability.dto.self_correction import SelfCorrectionDTO, SelfCorrectionQuery
from service.coaching_capability.use_cases import self_correction
from service.coaching_opportunities.permissions import Permission
from service.core.dto import Instant

router = resource_router("/v1/self-correction", "coaching capability")

READ = Permission.COACHING_OPPORTUNITIES_READ


def self_correction_query(
    manager_id: Annotated[
        UUID | None, Query(description="The teams of this manager and of those below. Default: all one reads.")
    ] = None,
    tree: Annotated[bool, Query(description="Everybody below counts. If not: direct reports.")] = False,
    months: Annotated[int, Query(ge=1, le=24, description="How many months, that of `as_of` included.")] = 6,
    as_of: Annotated[Instant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> SelfCorrectionQuery:
    """The question as one object."""
    return SelfCorrectionQuery(manager_id=manager_id, tree=tree, months=months, as_of=as_of)


@router.get("", **operation("listSelfCorrection", "List how often teams correct themselves", READ, 404))
async def list_self_correction(
    session: SessionDep,
    principal: PrincipalDep,
    page: PageDep,
    query: Annotated[SelfCorrectionQuery, Depends(self_correction_query)],
) -> ListEnvelope[SelfCorrectionDTO]:
    """Opportunities that the rep closed alone within the grace time, of those whose grace time is over; by month.

    Managers read the teams below them. Of others, everybody reads months with five people or more: those of their own
    team, and enablement, administrators and keys of the organization those of all.
    """
    return page.answer(await self_correction.list_self_correction(session, principal, query, page))
