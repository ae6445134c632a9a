"""Assessment templates: what raters answer about the skills of a framework."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.skill_assessments.dto.frameworks import (
    VERSION_SORTING,
    AssessmentTemplateDTO,
    AssessmentTemplateFilter,
    CreateAssessmentTemplate,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import templates

READ, WRITE = Permission.COMPETENCY_FRAMEWORKS_READ, Permission.COMPETENCY_FRAMEWORKS_WRITE


@strawberry.type(description="One version of a template, which never changes.")
class AssessmentTemplate(Node):
    """A version."""

    key: str
    version: int
    name: str
    framework_id: strawberry.ID
    document: JSON
    created_at: dt.datetime


describe(AssessmentTemplate, AssessmentTemplateDTO)


def to_assessment_template(dto: AssessmentTemplateDTO) -> AssessmentTemplate:
    """The GraphQL view of a version."""
    return AssessmentTemplate(
        id=to_global_id("AssessmentTemplate", dto.id),
        framework_id=to_global_id("CompetencyFramework", dto.framework_id),
        document=JSON(dto.document.model_dump(mode="json")),
        **dto.model_dump(exclude={"id", "framework_id", "document"}),
    )


async def load_assessment_template(info: Info, id_: UUID) -> AssessmentTemplate:
    """By row id."""
    async with info.context.session() as session:
        return to_assessment_template(await templates.get_assessment_template(session, info.context.principal, id_))


@strawberry.type
class AssessmentTemplatesQuery:
    """Queries of templates."""

    @strawberry.field(description="One version of a template.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def assessment_template(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name in the schema
    ) -> AssessmentTemplate | None:
        """By global id."""
        return await load_assessment_template(info, row_id(id, "AssessmentTemplate"))

    @strawberry.field(
        description="Every version of the organization's templates.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("AssessmentTemplateSort", VERSION_SORTING))],
    )
    async def assessment_templates(
        self, info: Info, page: PageRequest, key: str | None = None, framework_id: strawberry.ID | None = None
    ) -> Connection[AssessmentTemplate]:
        """One page."""
        of = id_of(framework_id, "CompetencyFramework")
        filters = to_input(AssessmentTemplateFilter, key=key, framework_id=of)
        async with info.context.session() as session:
            found = await templates.list_assessment_templates(session, info.context.principal, filters, page)
        return to_connection(found, to_assessment_template, page)


@strawberry.type(description="A version as it was stored.")
class AssessmentTemplatePayload:
    """The answer to a new version."""

    assessment_template: AssessmentTemplate = strawberry.field(description="The version.")


@strawberry.input(description="A new template, or the next version of the one that has this key.")
class CreateAssessmentTemplateInput:
    """A version; `document` holds the items as JSON."""

    key: str
    name: str
    framework_key: str
    document: JSON
    idempotency_key: str | None = None


def _payload(dto: AssessmentTemplateDTO, _data: object) -> AssessmentTemplatePayload:
    return AssessmentTemplatePayload(assessment_template=to_assessment_template(dto))


@mutation(
    "Add a template or its next version; assessments that are begun keep theirs.",
    needs=WRITE,
    payload=AssessmentTemplatePayload,
    render=_payload,
)
async def create_assessment_template(
    session: TenantSession, info: Info, data: CreateAssessmentTemplateInput
) -> AssessmentTemplateDTO:
    """`POST /v1/assessment-templates`."""
    given = to_dto(CreateAssessmentTemplate, data)
    return await templates.create_assessment_template(session, info.context.principal, given)


@strawberry.type
class AssessmentTemplatesMutation:
    """Mutations of templates."""

    create_assessment_template = create_assessment_template
