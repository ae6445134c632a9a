"""`/v1/people/{id}/skill-readers` and `/skill-accesses`: who can read a person's skills, and who did."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by, whole
from service.api.route import resource_router
from service.skill_assessments.dto.readers import ACCESS_SORTING, SkillAccessDTO, SkillReaderDTO
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import readers

READ = Permission.SKILL_ASSESSMENTS_READ

router = resource_router("/v1/people", "skill assessments")


@router.get("/{person_id}/skill-readers", **operation("listSkillReaders", "List who can read of skills", READ, 404))
async def list_skill_readers(
    person_id: UUID, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[SkillReaderDTO]:
    """Managers above, the nearest first; then enablement, administrators and keys, whose reading is told."""
    return whole(await readers.list_skill_readers(session, principal, person_id))


@router.get("/{person_id}/skill-accesses", **operation("listSkillAccesses", "List who has read of skills", READ, 404))
async def list_skill_accesses(
    person_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(ACCESS_SORTING)],
) -> ListEnvelope[SkillAccessDTO]:
    """From outside the reporting line, the last first: one row per request for levels, gaps, plans or briefs."""
    return page.answer(await readers.list_skill_accesses(session, principal, person_id, page))
