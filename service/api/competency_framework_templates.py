"""`/v1/competency-framework-templates`: frameworks that come with Touchline."""

from typing import Annotated

from fastapi import Path

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, whole
from service.api.route import resource_router
from service.skill_assessments.dto.frameworks import CompetencyFrameworkTemplate
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import frameworks

READ = Permission.COMPETENCY_FRAMEWORKS_READ

router = resource_router("/v1/competency-framework-templates", "competency frameworks")


@router.get("", **operation("listCompetencyFrameworkTemplates", "List frameworks that come with Touchline", READ))
async def list_competency_framework_templates(
    session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[CompetencyFrameworkTemplate]:
    """To be used by their key as they are, or copied and adapted."""
    return whole(await frameworks.list_competency_framework_templates(session, principal))


@router.get("/{key}", **operation("getCompetencyFrameworkTemplate", "Read one that comes with Touchline", READ, 404))
async def get_competency_framework_template(
    key: Annotated[str, Path(max_length=64)], session: SessionDep, principal: PrincipalDep
) -> CompetencyFrameworkTemplate:
    """With the assessment that belongs to it."""
    return await frameworks.get_competency_framework_template(session, principal, key)
