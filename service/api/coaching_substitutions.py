"""`/v1/coaching-substitutions`: somebody holds a manager's sessions for a time."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.standing_in import (
    SUBSTITUTION_SORTING,
    CreateSubstitution,
    EndSubstitution,
    SubstitutionDTO,
    SubstitutionFilter,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import substitutions

READ, WRITE = Permission.COACHING_SUBSTITUTIONS_READ, Permission.COACHING_SUBSTITUTIONS_WRITE

router = resource_router("/v1/coaching-substitutions", "coaching substitutions")


@router.get("", **operation("listCoachingSubstitutions", "List coaching substitutions", READ))
async def list_coaching_substitutions(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(SUBSTITUTION_SORTING)],
    manager_id: Annotated[UUID | None, Query(description="Of this manager's sessions.")] = None,
    substitute_id: Annotated[UUID | None, Query(description="By this person.")] = None,
) -> ListEnvelope[SubstitutionDTO]:
    """Of whom the caller sees, by the caller, and of the caller's own manager."""
    filters = SubstitutionFilter(manager_id=manager_id, substitute_id=substitute_id)
    return page.answer(await substitutions.list_coaching_substitutions(session, principal, filters, page))


@router.post(
    "",
    status_code=201,
    **operation("createCoachingSubstitution", "Let somebody hold a manager's sessions", WRITE, 409, tagged=True),
)
async def create_coaching_substitution(
    data: CreateSubstitution, session: SessionDep, principal: PrincipalDep
) -> SubstitutionDTO:
    """Sessions of these days are the substitute's, and are neither moved nor left out because the manager is away."""
    return await substitutions.create_coaching_substitution(session, principal, data)


@router.get("/{substitution_id}", **operation("getCoachingSubstitution", "Read a coaching substitution", READ, 404))
async def get_coaching_substitution(
    substitution_id: UUID, session: SessionDep, principal: PrincipalDep
) -> SubstitutionDTO:
    """Reps see those of their own manager."""
    return await substitutions.get_coaching_substitution(session, principal, substitution_id)


@router.post(
    "/{substitution_id}/end",
    **operation("endCoachingSubstitution", "End a coaching substitution early", WRITE, 404, 409),
)
async def end_coaching_substitution(
    substitution_id: UUID,
    data: EndSubstitution,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
) -> SubstitutionDTO:
    """Later sessions are the manager's again; the substitute reads nothing of them any more."""
    return await substitutions.end_coaching_substitution(session, principal, substitution_id, data, expected)
