"""Commitments: what somebody took on, and what came of it."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.concerns import Concern
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import precondition, row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.people.linked import linked_person
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.coaching_sessions.dto.commitments import (
    COMMITMENT_SORTING,
    CommitmentDTO,
    CommitmentFilter,
    CreateCommitment,
    SettleCommitment,
    SettlementVerdict,
    UpdateCommitment,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.settling import CommitmentState
from service.coaching_sessions.use_cases import commitments
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.success_models.targets import PeriodKind

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.COMMITMENTS_READ, Permission.COMMITMENTS_WRITE
TYPE = "Commitment"

describe_enum(
    CommitmentState,
    "What came of a commitment.",
    name="CommitmentStatus",
    open="It is not settled.",
    done="It was kept.",
    missed="It was not kept.",
    dropped="It does not count any more.",
)
describe_enum(
    SettlementVerdict,
    "How people settle a commitment.",
    done="It was kept.",
    missed="It was not kept.",
    dropped="It does not count any more.",
)


@strawberry.type(description="What somebody took on; carried into each brief until it is settled.")
class Commitment(Node):
    """A commitment."""

    row: strawberry.Private[CommitmentDTO]
    description: str = strawberry.field(description="What was taken on.")
    due_on: dt.date
    concerns: Concern
    kpi: str | None
    goal_period: PeriodKind | None
    goal_value: Decimal | None
    criterion: str | None
    skill: str | None
    status: CommitmentState = strawberry.field(description="What came of it.")
    settled_at: dt.datetime | None = strawberry.field(description="When that was clear.")
    result_value: Decimal | None
    settlement: str | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="The deal it is about.")
    def deal_id(self) -> strawberry.ID | None:
        """A global id."""
        return None if self.row.deal_id is None else to_global_id("Deal", self.row.deal_id)

    @strawberry.field(description="The session in which it was agreed.")
    def session_id(self) -> strawberry.ID | None:
        """A global id."""
        return None if self.row.session_id is None else to_global_id("CoachingSession", self.row.session_id)

    @strawberry.field(
        description="Whose coaching it belongs to, if the caller may see that person today.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def rep(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await linked_person(info, self.row.rep_id)

    @strawberry.field(
        description="Who took it on, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def owner(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await linked_person(info, self.row.owner_id)

    @strawberry.field(
        description="Who settled it, if the caller may see that person; null: nobody yet, the data, or a key.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def settled_by(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await linked_person(info, self.row.settled_by)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(Commitment, CommitmentDTO)


def to_commitment(dto: CommitmentDTO) -> Commitment:
    """The GraphQL view of a commitment."""
    linked = {"id", "rep_id", "owner_id", "session_id", "deal_id", "settled_by"}
    return Commitment(id=to_global_id(TYPE, dto.id), row=dto, **dto.model_dump(exclude=linked))


async def load_commitment(info: Info, id_: UUID) -> Commitment:
    """By row id."""
    async with info.context.session() as session:
        return to_commitment(await commitments.get_commitment(session, info.context.principal, id_))


@strawberry.type
class CommitmentsQuery:
    """Queries of commitments."""

    @strawberry.field(description="One commitment.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def commitment(self, info: Info, id: strawberry.ID) -> Commitment | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_commitment(info, row_id(id, TYPE))

    @strawberry.field(
        description="Those in the coaching of whom the caller sees, or taken on by them, the earliest due first.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CommitmentSort", COMMITMENT_SORTING))],
    )
    async def commitments(
        self,
        info: Info,
        page: PageRequest,
        rep_id: strawberry.ID | None = None,
        owner_id: strawberry.ID | None = None,
        session_id: strawberry.ID | None = None,
        status: CommitmentState | None = None,
        due_before: dt.date | None = None,
    ) -> Connection[Commitment]:
        """One page."""
        people = {"rep_id": id_of(rep_id, "Person"), "owner_id": id_of(owner_id, "Person")}
        agreed_in = id_of(session_id, "CoachingSession")
        filters = to_input(CommitmentFilter, **people, session_id=agreed_in, status=status, due_before=due_before)
        async with info.context.session() as session:
            found = await commitments.list_commitments(session, info.context.principal, filters, page)
        return to_connection(found, to_commitment, page)


@strawberry.type(description="A commitment as it is now.")
class CommitmentPayload:
    """The answer to a mutation of one commitment."""

    commitment: Commitment = strawberry.field(description="The commitment.")


@strawberry.input(description="What a KPI is to reach by the end of the due day, in the period that holds it.")
class CommitmentGoalInput:
    """A goal."""

    period: PeriodKind
    value: Decimal


@strawberry.input(description="What somebody takes on; with a goal for a KPI the data settle it.")
class CreateCommitmentInput:
    """All that a commitment begins with."""

    rep_id: strawberry.ID
    description: str
    due_on: dt.date
    owner_id: strawberry.ID | None = UNSET
    session_id: strawberry.ID | None = UNSET
    kpi: str | None = UNSET
    goal: CommitmentGoalInput | None = UNSET
    deal_id: strawberry.ID | None = UNSET
    criterion: str | None = UNSET
    skill: str | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays.")
class UpdateCommitmentInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    description: str | None = UNSET
    due_on: dt.date | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What came of a commitment, and why.")
class SettleCommitmentInput:
    """A settlement."""

    id: strawberry.ID
    verdict: SettlementVerdict
    reason: str | None = UNSET
    if_match: str | None = None
    idempotency_key: str | None = None


def _payload(dto: CommitmentDTO, _data: object) -> CommitmentPayload:
    return CommitmentPayload(commitment=to_commitment(dto))


@mutation("Take something on.", needs=WRITE, payload=CommitmentPayload, render=_payload)
async def create_commitment(session: TenantSession, info: Info, data: CreateCommitmentInput) -> CommitmentDTO:
    """`POST /v1/commitments`."""
    return await commitments.create_commitment(session, info.context.principal, to_dto(CreateCommitment, data))


@mutation("Change an open commitment: what is absent stays.", needs=WRITE, payload=CommitmentPayload, render=_payload)
async def update_commitment(session: TenantSession, info: Info, data: UpdateCommitmentInput) -> CommitmentDTO:
    """`PATCH /v1/commitments/{id}`."""
    id_, changes, expected = row_id(data.id, TYPE), to_dto(UpdateCommitment, data), precondition(data.if_match)
    return await commitments.update_commitment(session, info.context.principal, id_, changes, expected)


@mutation("Say what came of a commitment.", needs=WRITE, payload=CommitmentPayload, render=_payload)
async def settle_commitment(session: TenantSession, info: Info, data: SettleCommitmentInput) -> CommitmentDTO:
    """`POST /v1/commitments/{id}/settle`."""
    id_, verdict, expected = row_id(data.id, TYPE), to_dto(SettleCommitment, data), precondition(data.if_match)
    return await commitments.settle_commitment(session, info.context.principal, id_, verdict, expected)


@strawberry.type
class CommitmentsMutation:
    """Mutations of commitments."""

    create_commitment = create_commitment
    update_commitment = update_commitment
    settle_commitment = settle_commitment
