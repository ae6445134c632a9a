"""Confirmations: what a deal's owner vouches for."""

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
from service.success_models.dto.judgements import ConfirmationDTO, CreateConfirmation
from service.success_models.permissions import Permission
from service.success_models.use_cases import confirmations


@strawberry.type(description="The owner's own word on a criterion of a deal.")
class Confirmation(Node):
    """A confirmation."""

    row: strawberry.Private[ConfirmationDTO]
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


describe(Confirmation, ConfirmationDTO)


def to_confirmation(dto: ConfirmationDTO) -> Confirmation:
    """The GraphQL view of a confirmation."""
    fields = dto.model_dump(exclude={"id", "deal_id", "person_id"})
    return Confirmation(
        id=to_global_id("Confirmation", dto.id), deal_id=to_global_id("Deal", dto.deal_id), row=dto, **fields
    )


async def load_confirmation(info: Info, id_: UUID) -> Confirmation:
    """By row id."""
    async with info.context.session() as session:
        return to_confirmation(await confirmations.get_confirmation(session, info.context.principal, id_))


@strawberry.type
class ConfirmationsQuery:
    """Queries of confirmations."""

    @strawberry.field(
        description="A deal's, the last first, those included whose place a later one has taken.",
        metadata={NEEDS: Permission.INSPECTIONS_READ},
        extensions=[Paged(JudgementSort)],
    )
    async def confirmations(self, info: Info, page: PageRequest, deal_id: strawberry.ID) -> Connection[Confirmation]:
        """One page."""
        async with info.context.session() as session:
            found = await confirmations.list_confirmations(
                session, info.context.principal, row_id(deal_id, "Deal"), page
            )
        return to_connection(found, to_confirmation, page)


@strawberry.type(description="What was said.")
class ConfirmationPayload:
    """The answer to a mutation."""

    confirmation: Confirmation = strawberry.field(description="The confirmation.")


@strawberry.input(description="The owner's word; it takes the place of an earlier one.")
class CreateConfirmationInput:
    """What is said."""

    deal_id: strawberry.ID
    criterion: str
    verdict: Verdict | None = UNSET
    note: str | None = UNSET
    idempotency_key: str | None = None


def _confirmation(dto: ConfirmationDTO, _data: object) -> ConfirmationPayload:
    return ConfirmationPayload(confirmation=to_confirmation(dto))


@mutation(
    "Confirm a criterion of a deal.",
    needs=Permission.CONFIRMATIONS_WRITE,
    payload=ConfirmationPayload,
    render=_confirmation,
)
async def create_confirmation(session: TenantSession, info: Info, data: CreateConfirmationInput) -> ConfirmationDTO:
    """`POST /v1/deals/{id}/confirmations`."""
    deal_id, given = row_id(data.deal_id, "Deal"), to_dto(CreateConfirmation, data, apart="deal_id")
    return await confirmations.create_confirmation(session, info.context.principal, deal_id, given)


@strawberry.type
class ConfirmationsMutation:
    """Mutations of confirmations."""

    create_confirmation = create_confirmation
