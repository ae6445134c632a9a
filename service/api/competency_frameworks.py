"""`/v1/competency-frameworks`: skills with anchored levels, and what each job role needs, in versions."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by
from service.api.route import resource_router
from service.skill_assessments.dto.frameworks import (
    VERSION_SORTING,
    CompetencyFrameworkDTO,
    CompetencyFrameworkFilter,
    CreateCompetencyFramework,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import frameworks

READ, WRITE = Permission.COMPETENCY_FRAMEWORKS_READ, Permission.COMPETENCY_FRAMEWORKS_WRITE

router = resource_router("/v1/competency-frameworks", "competency frameworks")


@router.get("", **operation("listCompetencyFrameworks", "List competency frameworks", READ, 404))
async def list_competency_frameworks(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(VERSION_SORTING)],
    key: Annotated[str | None, searched("Versions of this framework only.", 64)] = None,
    person_id: Annotated[UUID | None, Query(description="Those only that this person is rated by now.")] = None,
) -> ListEnvelope[CompetencyFrameworkDTO]:
    """Every version; one that comes with Touchline is among them from its first use on."""
    filters = CompetencyFrameworkFilter(key=key, person_id=person_id)
    return page.answer(await frameworks.list_competency_frameworks(session, principal, filters, page))


@router.post(
    "",
    status_code=201,
    **operation("createCompetencyFramework", "Add a competency framework or its next version", WRITE, 409),
)
async def create_competency_framework(
    data: CreateCompetencyFramework, session: SessionDep, principal: PrincipalDep
) -> CompetencyFrameworkDTO:
    """A known key gets its next version; what was answered to earlier versions stays with them."""
    return await frameworks.create_competency_framework(session, principal, data)


@router.get("/{framework_id}", **operation("getCompetencyFramework", "Read a competency framework", READ, 404))
async def get_competency_framework(
    framework_id: UUID, session: SessionDep, principal: PrincipalDep
) -> CompetencyFrameworkDTO:
    """One version, which never changes."""
    return await frameworks.get_competency_framework(session, principal, framework_id)
