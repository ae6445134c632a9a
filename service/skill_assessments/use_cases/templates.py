"""Assessment templates: what raters answer, in versions; those of shipped frameworks come with their framework."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import FieldError, invalid, invalid_fields, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.skill_assessments.dto.frameworks import (
    AssessmentTemplateDTO,
    AssessmentTemplateFilter,
    CreateAssessmentTemplate,
)
from service.skill_assessments.models import AssessmentTemplate
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import templates as repository
from service.skill_assessments.repository.frameworks import lock_frameworks
from service.skill_assessments.template_document import template_problems
from service.skill_assessments.use_cases.frameworks import SHIPPED, resolve_framework


async def list_assessment_templates(
    session: AsyncSession, principal: Principal, filters: AssessmentTemplateFilter, page: PageRequest
) -> Page[AssessmentTemplateDTO]:
    """Every version of the organization's templates; a shipped one is among them from its first use on."""
    require(principal, Permission.COMPETENCY_FRAMEWORKS_READ)
    found = await repository.list_templates(session, principal.org_id, filters, page)
    return found.with_items([AssessmentTemplateDTO.model_validate(row) for row in found.items])


async def get_assessment_template(
    session: AsyncSession, principal: Principal, template_id: UUID
) -> AssessmentTemplateDTO:
    """One version of a template."""
    require(principal, Permission.COMPETENCY_FRAMEWORKS_READ)
    found = await find_templates(session, principal, [template_id])
    if template_id not in found:
        raise not_found("assessment_template")
    return found[template_id]


async def create_assessment_template(
    session: AsyncSession, principal: Principal, data: CreateAssessmentTemplate
) -> AssessmentTemplateDTO:
    """Add a template, or the next version of one: assessments that are begun keep the version that they have.

    `invalid` names every fault of the document by its pointer.
    """
    require(principal, Permission.COMPETENCY_FRAMEWORKS_WRITE)
    framework = await resolve_framework(session, principal, data.framework_key)
    problems = template_problems(data.document, {skill.key for skill in framework.document.skills})
    if problems:
        at = [FieldError(f"/document{one.pointer}", one.message) for one in problems]
        raise invalid_fields(at, "invalid_assessment_template")
    await lock_frameworks(session, principal.org_id)
    newest = await repository.newest_template(session, principal.org_id, data.key)
    row = AssessmentTemplate(
        org_id=principal.org_id,
        id=new_id(),
        key=data.key,
        version=1 if newest is None else newest.version + 1,
        name=data.name,
        framework_id=framework.id,
        document=data.document.model_dump(mode="json"),
        created_at=utc_now(),
    )
    await repository.add_template(session, row)
    return AssessmentTemplateDTO.model_validate(row)


async def resolve_template(
    session: AsyncSession, principal: Principal, named: str | UUID, pointer: str = "/template_key"
) -> AssessmentTemplateDTO:
    """The newest version of the template that a key names, or the very version that an id names.

    A shipped one is copied, and its framework with it, when it is used first. `invalid` at the pointer for a name of
    none.
    """
    if isinstance(named, UUID):
        found = (await repository.get_templates(session, principal.org_id, [named])).get(named)
    else:
        found = await repository.newest_template(session, principal.org_id, named)
        if found is None and named in SHIPPED:
            await resolve_framework(session, principal, named)
            found = await repository.newest_template(session, principal.org_id, named)
    if found is None:
        raise invalid(pointer, "is no assessment template of this organization")
    return AssessmentTemplateDTO.model_validate(found)


async def find_templates(
    session: AsyncSession, principal: Principal, ids: Collection[UUID]
) -> dict[UUID, AssessmentTemplateDTO]:
    """Some versions by id, in one statement; without those that are not there."""
    found = await repository.get_templates(session, principal.org_id, ids)
    return {id_: AssessmentTemplateDTO.model_validate(row) for id_, row in found.items()}
