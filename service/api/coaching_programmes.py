"""`/v1/coaching-programmes`: who coaches whom, how often and how."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.programmes import (
    PROGRAMME_SORTING,
    ChangeSeries,
    CoachingProgrammeDTO,
    CreateCoachingProgramme,
    EndProgramme,
    ProgrammeFilter,
    UpdateCoachingProgramme,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import programmes

READ, WRITE = Permission.COACHING_PROGRAMMES_READ, Permission.COACHING_PROGRAMMES_WRITE

router = resource_router("/v1/coaching-programmes", "coaching programmes")


@router.get("", **operation("listCoachingProgrammes", "List coaching programmes", READ))
async def list_coaching_programmes(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(PROGRAMME_SORTING)],
    name: Annotated[str | None, searched("The one of this name.")] = None,
) -> ListEnvelope[CoachingProgrammeDTO]:
    """Those that have ended too."""
    found = await programmes.list_coaching_programmes(session, principal, ProgrammeFilter(name=name), page)
    return page.answer(found)


@router.post(
    "",
    status_code=201,
    **operation("createCoachingProgramme", "Add a coaching programme", WRITE, 409, tagged=True),
)
async def create_coaching_programme(
    data: CreateCoachingProgramme, session: SessionDep, principal: PrincipalDep
) -> CoachingProgrammeDTO:
    """Cadences and sessions follow within seconds, and for whoever it covers later."""
    return await programmes.create_coaching_programme(session, principal, data)


@router.get("/{programme_id}", **operation("getCoachingProgramme", "Read a coaching programme", READ, 404))
async def get_coaching_programme(
    programme_id: UUID, session: SessionDep, principal: PrincipalDep
) -> CoachingProgrammeDTO:
    """As it runs, or will run from its `starts_on` on."""
    return await programmes.get_coaching_programme(session, principal, programme_id)


@router.patch("/{programme_id}", **operation("updateCoachingProgramme", "Rename a coaching programme", WRITE, 404, 409))
async def update_coaching_programme(
    programme_id: UUID,
    data: UpdateCoachingProgramme,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> CoachingProgrammeDTO:
    """Merge-patch of name and description: absent fields stay."""
    return await programmes.update_coaching_programme(session, principal, programme_id, data, expected)


@router.post(
    "/{programme_id}/change",
    **operation("changeCoachingProgramme", "Change a coaching programme from a day on", WRITE, 404, 409, tagged=True),
)
async def change_coaching_programme(
    programme_id: UUID, data: ChangeSeries, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingProgrammeDTO:
    """All of its cadences change on that day; sessions from then on that nobody moved by hand are replaced."""
    return await programmes.change_coaching_programme(session, principal, programme_id, data, expected)


@router.post(
    "/{programme_id}/end",
    **operation("endCoachingProgramme", "End a coaching programme", WRITE, 404, 409, tagged=True),
)
async def end_coaching_programme(
    programme_id: UUID, data: EndProgramme, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingProgrammeDTO:
    """On a day; sessions after it are cancelled, and nobody owes them."""
    return await programmes.end_coaching_programme(session, principal, programme_id, data, expected)
