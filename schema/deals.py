"""Deals as they stand."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.types.unset import UNSET

from schema.bulk import BulkPayload, BulkResults, to_bulk_payload
from schema.context import Info
from schema.deal_evidence import CriterionEvidenceConnection, DealHealth, to_evidence, to_health
from schema.deal_histories import (
    CloseDateEntryConnection,
    StageEntryConnection,
    to_close_date_history,
    to_stage_history,
)
from schema.deal_outcomes import DealOutcome
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.activities.dto.facts import DEAL_SORTING, BulkUpsertDeals, DealDTO, DealFilter
from service.activities.permissions import Permission
from service.activities.use_cases import facts, pushing
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.success_models.dto.evidence import AsOf
from service.success_models.permissions import Permission as SuccessModels

READ, WRITE = Permission.ACTIVITIES_READ, Permission.ACTIVITIES_WRITE


@strawberry.type(description="A deal as it stands.")
class Deal(Node):
    """A deal of somebody the caller may see."""

    row: strawberry.Private[DealDTO]
    system: str
    account: str
    external_id: str
    name: str | None = strawberry.field(description="For people.")
    pipeline: str | None
    stage: str | None
    outcome: DealOutcome
    amount: Decimal | None
    currency: str | None
    created_at: dt.datetime
    created_on: dt.date
    closed_at: dt.datetime | None
    closed_on: dt.date | None
    expected_close_on: dt.date | None
    slips: int
    attributes: JSON
    received_at: dt.datetime

    @strawberry.field(description="Every move, forward and back, in order of time.", extensions=[Paged(whole=True)])
    def stage_history(self, page: PageRequest) -> StageEntryConnection:
        """All of them, unless fewer are asked for."""
        return to_stage_history(self.row.stage_history, page)

    @strawberry.field(description="Every change of the close date, in order of time.", extensions=[Paged(whole=True)])
    def close_date_history(self, page: PageRequest) -> CloseDateEntryConnection:
        """All of them, unless fewer are asked for."""
        return to_close_date_history(self.row.close_date_history, page)

    @strawberry.field(
        description="Every criterion of its owner's model, in the order of the process, as it stands.",
        metadata={NEEDS: SuccessModels.INSPECTIONS_READ},
        extensions=[Paged(whole=True)],
    )
    async def evidence(
        self, info: Info, page: PageRequest, as_of: dt.datetime | None = None
    ) -> CriterionEvidenceConnection:
        """Through the loader; nothing after `as_of` counts."""
        asked = to_input(AsOf, as_of=as_of).as_of
        return to_evidence(await info.context.loaders.deal_evidence.load((self.row.id, asked)), page)

    @strawberry.field(
        description="How healthy it is, by its owner's standard of a good deal; nothing after `asOf` counts.",
        metadata={NEEDS: SuccessModels.INSPECTIONS_READ},
    )
    async def health(self, info: Info, as_of: dt.datetime | None = None) -> DealHealth | None:
        """Through the loader."""
        asked = to_input(AsOf, as_of=as_of).as_of
        found = await info.context.loaders.deal_health.load((self.row.id, asked))
        return None if found is None else to_health(found, asked)

    @strawberry.field(description="Who owns it now; null: nobody known.", metadata={NEEDS: People.PEOPLE_READ})
    async def owner(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.owner_id) if self.row.owner_id else None
        return None if found is None else to_person(found)


describe(Deal, DealDTO)


def to_deal(dto: DealDTO) -> Deal:
    """The GraphQL view of a deal."""
    shown = dto.model_dump(exclude={"id", "owner_id", "stage_history", "close_date_history"})
    return Deal(id=to_global_id("Deal", dto.id), row=dto, **shown)


async def load_deal(info: Info, id_: UUID) -> Deal:
    """By row id."""
    async with info.context.session() as session:
        return to_deal(await facts.get_deal(session, info.context.principal, id_))


@strawberry.type
class DealsQuery:
    """Queries of deals."""

    @strawberry.field(description="One deal.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def deal(self, info: Info, id: strawberry.ID) -> Deal | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_deal(info, row_id(id, "Deal"))

    @strawberry.field(
        description="The last made first; days are the organization's, the `…Until` are not part of their spans.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("DealSort", DEAL_SORTING))],
    )
    async def deals(
        self,
        info: Info,
        page: PageRequest,
        owner_id: strawberry.ID | None = None,
        outcome: DealOutcome | None = None,
        stage: str | None = None,
        created_from: dt.date | None = None,
        created_until: dt.date | None = None,
        closed_from: dt.date | None = None,
        closed_until: dt.date | None = None,
    ) -> Connection[Deal]:
        """One page."""
        owner = id_of(owner_id, "Person")
        created = {"created_from": created_from, "created_until": created_until}
        closed = {"closed_from": closed_from, "closed_until": closed_until}
        filters = to_input(DealFilter, owner_id=owner, outcome=outcome, stage=stage, **created, **closed)
        async with info.context.session() as session:
            found = await facts.list_deals(session, info.context.principal, filters, page)
        return to_connection(found, to_deal, page)


@strawberry.input(description="A deal by its id in its system; what is absent stays, null clears.")
class UpsertDealInput:
    """One item."""

    external_id: str
    name: str | None = UNSET
    pipeline: str | None = UNSET
    stage: str | None = UNSET
    amount: Decimal | None = UNSET
    currency: str | None = UNSET
    owner: str | None = UNSET
    created_at: dt.datetime | None = UNSET
    closed_at: dt.datetime | None = UNSET
    attributes: JSON | None = UNSET
    modified_at: dt.datetime | None = UNSET
    deleted: bool | None = UNSET


@strawberry.input(description="Up to 500 deals of one system; each item is answered on its own.")
class BulkUpsertDealsInput:
    """A push."""

    system: str
    account: str | None = UNSET
    deals: list[UpsertDealInput]
    idempotency_key: str | None = None


@mutation(
    "Push deals; each item is answered on its own.", needs=WRITE, payload=BulkPayload, render=to_bulk_payload("Deal")
)
async def bulk_upsert_deals(session: TenantSession, info: Info, data: BulkUpsertDealsInput) -> BulkResults:
    """`POST /v1/deals`."""
    pushed = to_dto(BulkUpsertDeals, data)
    return BulkResults(items=await pushing.bulk_upsert_deals(session, info.context.principal, pushed))


@strawberry.type
class DealsMutation:
    """Mutations of deals."""

    bulk_upsert_deals = bulk_upsert_deals
