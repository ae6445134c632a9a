"""`/v1/coaching-cadences`: the series of one manager and one rep."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.programmes import CADENCE_SORTING, CadenceFilter, ChangeSeries, CoachingCadenceDTO
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import cadences

READ, WRITE = Permission.COACHING_PROGRAMMES_READ, Permission.COACHING_PROGRAMMES_WRITE

router = resource_router("/v1/coaching-cadences", "coaching cadences")


@router.get("", **operation("listCoachingCadences", "List coaching cadences", READ))
async def list_coaching_cadences(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(CADENCE_SORTING)],
    programme_id: Annotated[UUID | None, Query(description="Of this programme.")] = None,
    manager_id: Annotated[UUID | None, Query(description="Of this manager.")] = None,
    rep_id: Annotated[UUID | None, Query(description="Of this rep.")] = None,
    running_on: Annotated[date | None, Query(description="Those that hold on this day.")] = None,
) -> ListEnvelope[CoachingCadenceDTO]:
    """Of whom the caller may see one of the two, ended ones too."""
    filters = CadenceFilter(programme_id=programme_id, manager_id=manager_id, rep_id=rep_id, running_on=running_on)
    return page.answer(await cadences.list_coaching_cadences(session, principal, filters, page))


@router.get("/{cadence_id}", **operation("getCoachingCadence", "Read a coaching cadence", READ, 404))
async def get_coaching_cadence(cadence_id: UUID, session: SessionDep, principal: PrincipalDep) -> CoachingCadenceDTO:
    """Whoever sees one of the two."""
    return await cadences.get_coaching_cadence(session, principal, cadence_id)


@router.post(
    "/{cadence_id}/change",
    **operation("changeCoachingCadence", "Change a coaching cadence from a day on", WRITE, 404, 409),
)
async def change_coaching_cadence(
    cadence_id: UUID, data: ChangeSeries, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingCadenceDTO:
    """Answers the cadence that follows; sessions from that day on that nobody moved by hand are replaced."""
    return await cadences.change_coaching_cadence(session, principal, cadence_id, data, expected)
