"""Inspections: what managers found when they looked at a deal."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_dto
from schema.judgements import JudgementSort, Verdict
from schema.mutations import mutation
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.success_models.dto.judgements import CreateInspection, InspectionDTO
from service.success_models.permissions import Permission
from service.success_models.use_cases import inspections


@strawberry.type(description="A manager's verdict on a criterion of a deal.")
class Inspection(Node):
    """An inspection."""

    row: strawberry.Private[InspectionDTO]
    deal_id: strawberry.ID = strawberry.field(description="The deal.")
    criterion: str
    verdict: Verdict = strawberry.field(description="What they said.")
    note: str | None
    created_at: dt.datetime

    @strawberry.field(description="Who said so; null: a key of the organization.", metadata={NEEDS: People.PEOPLE_READ})
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id) if self.row.person_id else None
        return None if found is None else to_person(found)


describe(Inspection, InspectionDTO)


def to_inspection(dto: InspectionDTO) -> Inspection:
    """The GraphQL view of an inspection."""
    fields = dto.model_dump(exclude={"id", "deal_id", "person_id"})
    return Inspection(
        id=to_global_id("Inspection", dto.id), deal_id=to_global_id("Deal", dto.deal_id), row=dto, **fields
    )


async def load_inspection(info: Info, id_: UUID) -> Inspection:
    """By row id."""
    async with info.context.session() as session:
        return to_inspection(await inspections.get_inspection(session, info.context.principal, id_))


@strawberry.type
class InspectionsQuery:
    """Queries of inspections."""

    @strawberry.field(
        description="A deal's, the last first, those included whose place a later one has taken.",
        metadata={NEEDS: Permission.INSPECTIONS_READ},
        extensions=[Paged(JudgementSort)],
    )
    async def inspections(self, info: Info, page: PageRequest, deal_id: strawberry.ID) -> Connection[Inspection]:
        """One page."""
        async with info.context.session() as session:
            found = await inspections.list_inspections(session, info.context.principal, row_id(deal_id, "Deal"), page)
        return to_connection(found, to_inspection, page)


@strawberry.type(description="What was said.")
class InspectionPayload:
    """The answer to a mutation."""

    inspection: Inspection = strawberry.field(description="The inspection.")


@strawberry.input(description="A verdict; it takes the place of an earlier one.")
class CreateInspectionInput:
    """What is said."""

    deal_id: strawberry.ID
    criterion: str
    verdict: Verdict
    note: str | None = UNSET
    idempotency_key: str | None = None


def _inspection(dto: InspectionDTO, _data: object) -> InspectionPayload:
    return InspectionPayload(inspection=to_inspection(dto))


@mutation("Inspect a deal.", needs=Permission.INSPECTIONS_WRITE, payload=InspectionPayload, render=_inspection)
async def create_inspection(session: TenantSession, info: Info, data: CreateInspectionInput) -> InspectionDTO:
    """`POST /v1/deals/{id}/inspections`."""
    deal_id, given = row_id(data.deal_id, "Deal"), to_dto(CreateInspection, data, apart="deal_id")
    return await inspections.create_inspection(session, info.context.principal, deal_id, given)


@strawberry.type
class InspectionsMutation:
    """Mutations of inspections."""

    create_inspection = create_inspection
