"""Competency frameworks: skills with anchored levels, and what each job role needs; two come with Touchline."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, id_of, part_of_list, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.skill_assessments.dto.frameworks import (
    VERSION_SORTING,
    CompetencyFrameworkDTO,
    CompetencyFrameworkFilter,
    CreateCompetencyFramework,
)
from service.skill_assessments.dto.frameworks import CompetencyFrameworkTemplate as Template
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import frameworks

READ, WRITE = Permission.COMPETENCY_FRAMEWORKS_READ, Permission.COMPETENCY_FRAMEWORKS_WRITE


@strawberry.type(description="A framework that comes with Touchline, to use as it is or to copy.")
class CompetencyFrameworkTemplate(Node):
    """A template; its parts are JSON as the documents have them."""

    key: str = strawberry.field(description="Its name.")
    name: str
    description: str
    document: JSON
    assessment_name: str
    assessment: JSON


describe(CompetencyFrameworkTemplate, Template)


@strawberry.type(description="One version of a framework, which never changes.")
class CompetencyFramework(Node):
    """A version."""

    key: str
    version: int
    name: str
    document: JSON
    created_at: dt.datetime


describe(CompetencyFramework, CompetencyFrameworkDTO)


def _to_template(found: Template) -> CompetencyFrameworkTemplate:
    id_ = to_global_id("CompetencyFrameworkTemplate", found.key)
    return CompetencyFrameworkTemplate(id=id_, **found.model_dump(mode="json"))


def to_competency_framework(dto: CompetencyFrameworkDTO) -> CompetencyFramework:
    """The GraphQL view of a version."""
    document = JSON(dto.document.model_dump(mode="json"))
    fields = dto.model_dump(exclude={"id", "document"})
    return CompetencyFramework(id=to_global_id("CompetencyFramework", dto.id), document=document, **fields)


async def load_competency_framework(info: Info, id_: UUID) -> CompetencyFramework:
    """By row id."""
    async with info.context.session() as session:
        found = await frameworks.get_competency_framework(session, info.context.principal, id_)
    return to_competency_framework(found)


async def load_competency_framework_template(info: Info, key: str) -> CompetencyFrameworkTemplate:
    """By its key."""
    async with info.context.session() as session:
        return _to_template(await frameworks.get_competency_framework_template(session, info.context.principal, key))


@strawberry.type
class CompetencyFrameworksQuery:
    """Queries of frameworks."""

    @strawberry.field(
        description="Each framework that comes with Touchline, by key.", metadata={NEEDS: READ}, extensions=[Paged()]
    )
    async def competency_framework_templates(
        self, info: Info, page: PageRequest
    ) -> Connection[CompetencyFrameworkTemplate]:
        """One page."""
        async with info.context.session() as session:
            found = await frameworks.list_competency_framework_templates(session, info.context.principal)
        return part_of_list(found, _to_template, page)

    @strawberry.field(
        description="A framework that comes with Touchline.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()]
    )
    async def competency_framework_template(self, info: Info, key: str) -> CompetencyFrameworkTemplate | None:
        """By its key."""
        return await load_competency_framework_template(info, key)

    @strawberry.field(description="One version of a framework.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def competency_framework(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name in the schema
    ) -> CompetencyFramework | None:
        """By global id."""
        return await load_competency_framework(info, row_id(id, "CompetencyFramework"))

    @strawberry.field(
        description="Every version of the organization's frameworks; of a person those that they are rated by now.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CompetencyFrameworkSort", VERSION_SORTING))],
    )
    async def competency_frameworks(
        self, info: Info, page: PageRequest, key: str | None = None, person_id: strawberry.ID | None = None
    ) -> Connection[CompetencyFramework]:
        """One page."""
        filters = to_input(CompetencyFrameworkFilter, key=key, person_id=id_of(person_id, "Person"))
        async with info.context.session() as session:
            found = await frameworks.list_competency_frameworks(session, info.context.principal, filters, page)
        return to_connection(found, to_competency_framework, page)


@strawberry.type(description="A version as it was stored.")
class CompetencyFrameworkPayload:
    """The answer to a new version."""

    competency_framework: CompetencyFramework = strawberry.field(description="The version.")


@strawberry.input(description="A new framework, or the next version of the one that has this key.")
class CreateCompetencyFrameworkInput:
    """A version; `document` holds levels, skills and requirements as JSON."""

    key: str
    name: str
    document: JSON
    idempotency_key: str | None = None


def _payload(dto: CompetencyFrameworkDTO, _data: object) -> CompetencyFrameworkPayload:
    return CompetencyFrameworkPayload(competency_framework=to_competency_framework(dto))


@mutation(
    "Add a framework or its next version; what was answered to earlier versions stays with them.",
    needs=WRITE,
    payload=CompetencyFrameworkPayload,
    render=_payload,
)
async def create_competency_framework(
    session: TenantSession, info: Info, data: CreateCompetencyFrameworkInput
) -> CompetencyFrameworkDTO:
    """`POST /v1/competency-frameworks`."""
    given = to_dto(CreateCompetencyFramework, data)
    return await frameworks.create_competency_framework(session, info.context.principal, given)


@strawberry.type
class CompetencyFrameworksMutation:
    """Mutations of frameworks."""

    create_competency_framework = create_competency_framework
