"""`/v1/assessment-templates`: what raters answer about the skills of a framework, in versions."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by
from service.api.route import resource_router
from service.skill_assessments.dto.frameworks import (
    VERSION_SORTING,
    AssessmentTemplateDTO,
    AssessmentTemplateFilter,
    CreateAssessmentTemplate,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import templates

READ, WRITE = Permission.COMPETENCY_FRAMEWORKS_READ, Permission.COMPETENCY_FRAMEWORKS_WRITE

router = resource_router("/v1/assessment-templates", "competency frameworks")


@router.get("", **operation("listAssessmentTemplates", "List assessment templates", READ))
async def list_assessment_templates(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(VERSION_SORTING)],
    key: Annotated[str | None, searched("Versions of this template only.", 64)] = None,
    framework_id: Annotated[UUID | None, Query(description="About this version of a framework only.")] = None,
) -> ListEnvelope[AssessmentTemplateDTO]:
    """Every version; one that comes with Touchline is among them from its framework's first use on."""
    filters = AssessmentTemplateFilter(key=key, framework_id=framework_id)
    return page.answer(await templates.list_assessment_templates(session, principal, filters, page))


@router.post(
    "",
    status_code=201,
    **operation("createAssessmentTemplate", "Add an assessment template or its next version", WRITE, 409),
)
async def create_assessment_template(
    data: CreateAssessmentTemplate, session: SessionDep, principal: PrincipalDep
) -> AssessmentTemplateDTO:
    """A known key gets its next version; assessments that are begun keep theirs."""
    return await templates.create_assessment_template(session, principal, data)


@router.get("/{template_id}", **operation("getAssessmentTemplate", "Read an assessment template", READ, 404))
async def get_assessment_template(
    template_id: UUID, session: SessionDep, principal: PrincipalDep
) -> AssessmentTemplateDTO:
    """One version, which never changes."""
    return await templates.get_assessment_template(session, principal, template_id)
