"""Coaching opportunities: what is worth coaching, found in the numbers."""

import contextlib
import datetime as dt
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import precondition, row_id, to_dto, to_input
from schema.lead_grades import LeadGrade
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, id_of, part_of_list, to_connection, to_global_id
from service.coaching_opportunities.dto import (
    OPPORTUNITY_SORTING,
    CoachingOpportunityDTO,
    DismissOpportunity,
    OpportunityFilter,
    SnoozeOpportunity,
)
from service.coaching_opportunities.findings import OpportunityKind
from service.coaching_opportunities.lifecycle import ClosedBecause, OpportunityState
from service.coaching_opportunities.permissions import Permission
from service.coaching_opportunities.use_cases import opportunities
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.COACHING_OPPORTUNITIES_READ, Permission.COACHING_OPPORTUNITIES_WRITE

describe_enum(
    OpportunityKind,
    "What a coaching opportunity is about.",
    name="CoachingOpportunityKind",
    behind_target="A KPI is behind the organization's own target.",
    deal_breaks_standard="A deal lacks what a good deal has by now.",
    below_benchmark="A ratio or duration is worse than its benchmark, beyond chance.",
)
describe_enum(
    OpportunityState,
    "Where a coaching opportunity is on its way.",
    name="CoachingOpportunityStatus",
    open="Nobody has acted upon it.",
    accepted="It is to be talked about.",
    dismissed="Somebody said why it is none.",
    snoozed="It rests until a day.",
    closed="The gap is closed, or it is no reason to coach any more.",
)

describe_enum(
    ClosedBecause,
    "Why a coaching opportunity was closed.",
    name="CoachingOpportunityClosedBecause",
    gap_closed="The gap is closed.",
    no_longer_judged="Its KPI or its deal is looked at no more.",
    kpi_gamed="Its KPI is gamed: more of it is no reason to coach anybody.",
    kpi_expired="Its KPI leads to nothing any more.",
)


@strawberry.type(description="Something worth coaching; the person sees it first, their manager after a grace time.")
class CoachingOpportunity(Node):
    """An opportunity."""

    row: strawberry.Private[CoachingOpportunityDTO]
    kind: OpportunityKind
    kpi: str | None
    status: OpportunityState
    size: Decimal
    reason: str
    evidence: JSON = strawberry.field(description="The numbers behind the reason.")
    raised_at: dt.datetime
    manager_sees_on: dt.date
    snoozed_until: dt.date | None
    dismissal: str | None
    closed_at: dt.datetime | None
    self_corrected: bool
    closed_because: ClosedBecause | None
    lead_grade: LeadGrade | None
    updated_at: dt.datetime

    @strawberry.field(description="The deal it is about; null: it is about a KPI.")
    def deal_id(self) -> strawberry.ID | None:
        """A global id."""
        return None if self.row.deal_id is None else to_global_id("Deal", self.row.deal_id)

    @strawberry.field(description="Whom it concerns, if the caller may see that person today.")
    async def person(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        from schema.people.types import to_person  # noqa: PLC0415 - the two types refer to each other

        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(CoachingOpportunity, CoachingOpportunityDTO)


def to_opportunity(dto: CoachingOpportunityDTO) -> CoachingOpportunity:
    """The GraphQL view of an opportunity."""
    fields = dto.model_dump(exclude={"id", "person_id", "deal_id"})
    return CoachingOpportunity(id=to_global_id("CoachingOpportunity", dto.id), row=dto, **fields)


async def load_coaching_opportunity(info: Info, id_: UUID) -> CoachingOpportunity:
    """By row id."""
    async with info.context.session() as session:
        return to_opportunity(await opportunities.get_coaching_opportunity(session, info.context.principal, id_))


@strawberry.type
class CoachingOpportunitiesQuery:
    """Queries of coaching opportunities."""

    @strawberry.field(description="One coaching opportunity.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def coaching_opportunity(self, info: Info, id: strawberry.ID) -> CoachingOpportunity | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_coaching_opportunity(info, row_id(id, "CoachingOpportunity"))

    @strawberry.field(
        description="Those that the caller may see, the largest first.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CoachingOpportunitySort", OPPORTUNITY_SORTING))],
    )
    async def coaching_opportunities(
        self,
        info: Info,
        page: PageRequest,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        kind: OpportunityKind | None = None,
        status: OpportunityState | None = None,
        kpi: str | None = None,
    ) -> Connection[CoachingOpportunity]:
        """One page."""
        person, manager = id_of(person_id, "Person"), id_of(manager_id, "Person")
        filters = to_input(OpportunityFilter, person_id=person, manager_id=manager, kind=kind, status=status, kpi=kpi)
        async with info.context.session() as session:
            found = await opportunities.list_coaching_opportunities(session, info.context.principal, filters, page)
        return to_connection(found, to_opportunity, page)


@strawberry.type(description="Opportunities that the caller sees for the first time.")
class OpportunityRaisedPayload:
    """One message of the subscription."""

    raised: strawberry.Private[list[CoachingOpportunityDTO]]

    @strawberry.field(description="The largest first.", extensions=[Paged(whole=True)])
    def coaching_opportunities(self, page: PageRequest) -> Connection[CoachingOpportunity]:
        """What is not asked for here is not told again."""
        return part_of_list(self.raised, to_opportunity, page)


@strawberry.type
class CoachingOpportunitiesSubscription:
    """Subscriptions of coaching opportunities."""

    @strawberry.subscription(
        description="What is found about a person, or a manager's direct reports, as soon as the caller may see it.",
        metadata={NEEDS: READ},
    )
    async def opportunity_raised(
        self, info: Info, person_id: strawberry.ID | None = None, manager_id: strawberry.ID | None = None
    ) -> AsyncGenerator[OpportunityRaisedPayload, None]:
        """Messages until either side ends it."""
        context = info.context
        person, manager = id_of(person_id, "Person"), id_of(manager_id, "Person")
        watching = context.opportunity_feed.watch(context.principal, person, manager)
        async with contextlib.aclosing(watching) as news:
            async for raised in news:
                context.forget()
                yield OpportunityRaisedPayload(raised=raised)


@strawberry.type(description="A coaching opportunity as it is now.")
class CoachingOpportunityPayload:
    """The answer to a mutation of one opportunity."""

    coaching_opportunity: CoachingOpportunity = strawberry.field(description="The opportunity.")


@strawberry.input(description="Which opportunity to accept.")
class AcceptCoachingOpportunityInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Which opportunity is none, and why.")
class DismissCoachingOpportunityInput:
    """A dismissal."""

    id: strawberry.ID
    reason: str
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Which opportunity rests, and until when.")
class SnoozeCoachingOpportunityInput:
    """A snooze."""

    id: strawberry.ID
    until: dt.date
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Which opportunity is open again.")
class ReopenCoachingOpportunityInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


def _payload(dto: CoachingOpportunityDTO, _data: object) -> CoachingOpportunityPayload:
    return CoachingOpportunityPayload(coaching_opportunity=to_opportunity(dto))


TYPE = "CoachingOpportunity"


@mutation("Accept: it is to be talked about.", needs=WRITE, payload=CoachingOpportunityPayload, render=_payload)
async def accept_coaching_opportunity(
    session: TenantSession, info: Info, data: AcceptCoachingOpportunityInput
) -> CoachingOpportunityDTO:
    """`POST /v1/coaching-opportunities/{id}/accept`."""
    principal, expected = info.context.principal, precondition(data.if_match)
    return await opportunities.accept_coaching_opportunity(session, principal, row_id(data.id, TYPE), expected)


@mutation("Dismiss, with a reason.", needs=WRITE, payload=CoachingOpportunityPayload, render=_payload)
async def dismiss_coaching_opportunity(
    session: TenantSession, info: Info, data: DismissCoachingOpportunityInput
) -> CoachingOpportunityDTO:
    """`POST /v1/coaching-opportunities/{id}/dismiss`."""
    id_, why, expected = row_id(data.id, TYPE), to_dto(DismissOpportunity, data), precondition(data.if_match)
    return await opportunities.dismiss_coaching_opportunity(session, info.context.principal, id_, why, expected)


@mutation("Let it rest until a day.", needs=WRITE, payload=CoachingOpportunityPayload, render=_payload)
async def snooze_coaching_opportunity(
    session: TenantSession, info: Info, data: SnoozeCoachingOpportunityInput
) -> CoachingOpportunityDTO:
    """`POST /v1/coaching-opportunities/{id}/snooze`."""
    id_, until, expected = row_id(data.id, TYPE), to_dto(SnoozeOpportunity, data), precondition(data.if_match)
    return await opportunities.snooze_coaching_opportunity(session, info.context.principal, id_, until, expected)


@mutation("Open it again.", needs=WRITE, payload=CoachingOpportunityPayload, render=_payload)
async def reopen_coaching_opportunity(
    session: TenantSession, info: Info, data: ReopenCoachingOpportunityInput
) -> CoachingOpportunityDTO:
    """`POST /v1/coaching-opportunities/{id}/reopen`."""
    principal, expected = info.context.principal, precondition(data.if_match)
    return await opportunities.reopen_coaching_opportunity(session, principal, row_id(data.id, TYPE), expected)


@strawberry.type
class CoachingOpportunitiesMutation:
    """Mutations of coaching opportunities."""

    accept_coaching_opportunity = accept_coaching_opportunity
    dismiss_coaching_opportunity = dismiss_coaching_opportunity
    snooze_coaching_opportunity = snooze_coaching_opportunity
    reopen_coaching_opportunity = reopen_coaching_opportunity
