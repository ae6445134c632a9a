"""How the criteria of a deal stand, by what evidence, and how healthy that makes the deal."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.judgements import Verdict
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.success_models.dto.evidence import AsOf, CriterionEvidenceDTO, DealHealthDTO, EvidenceDTO, HealthFactorDTO
from service.success_models.evidence import CriterionStatus, EvidenceSource
from service.success_models.use_cases.deal_evidence import get_deal_health

describe_enum(
    CriterionStatus,
    "How a criterion stands.",
    met="Evidence shows that it holds.",
    unmet="Evidence shows that it does not.",
    unknown="Nothing can tell yet; it never counts against anybody.",
)
describe_enum(
    EvidenceSource,
    "Where a piece of evidence comes from.",
    crm_field="A field of the deal in the CRM.",
    activity="Activities that are linked to the deal.",
    inspection="A manager looked.",
    confirmation="The owner's own word.",
)


class HealthFactorKind(StrEnum):
    """What a factor of health looks at."""

    CRITERION = "criterion"
    SLIPS = "slips"
    AGE = "age"


describe_enum(
    HealthFactorKind,
    "What a factor of health looks at.",
    criterion="A criterion of the model.",
    slips="How often the close date moved later.",
    age="How long the deal is in its stage.",
)


@strawberry.type(description="One piece of evidence.")
class EvidenceEdge:
    """The verdict is the node."""

    person_row_id: strawberry.Private[UUID | None]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: Verdict = strawberry.field(description="What it says by itself.")
    source: EvidenceSource
    at: dt.datetime | None
    subject: str | None
    record_id: strawberry.ID | None = strawberry.field(
        description="The inspection, the confirmation, or the latest activity that counts."
    )
    note: str | None
    count: int | None

    @strawberry.field(description="Who inspected or confirmed.", metadata={NEEDS: People.PEOPLE_READ})
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.person_row_id) if self.person_row_id else None
        return None if found is None else to_person(found)


describe(EvidenceEdge, EvidenceDTO)


@strawberry.type(description="What shows how a criterion stands.")
class EvidenceConnection:
    """A Relay connection."""

    edges: list[EvidenceEdge] = strawberry.field(description="The pieces of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="A criterion of the owner's model as it stands for a deal.")
class CriterionEvidenceEdge:
    """The status is the node."""

    pieces: strawberry.Private[list[EvidenceDTO]]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: CriterionStatus = strawberry.field(description="How it stands.")
    criterion: str
    name: str
    description: str | None
    stage: str | None
    can_inspect: bool
    can_confirm: bool

    @strawberry.field(description="Every piece of it.", extensions=[Paged(whole=True)])
    def evidence(self, page: PageRequest) -> EvidenceConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.pieces, page)
        edges = [_piece(cursor, item) for cursor, item in zip(found.cursors, found.items, strict=True)]
        return EvidenceConnection(edges=edges, page_info=to_page_info(found, page))


describe(CriterionEvidenceEdge, CriterionEvidenceDTO)

RECORDS = {
    EvidenceSource.ACTIVITY: "Activity",
    EvidenceSource.INSPECTION: "Inspection",
    EvidenceSource.CONFIRMATION: "Confirmation",
}


def _piece(cursor: str, dto: EvidenceDTO) -> EvidenceEdge:
    return EvidenceEdge(
        cursor=Cursor(cursor),
        node=dto.verdict,
        person_row_id=dto.person_id,
        record_id=None if dto.record_id is None else to_global_id(RECORDS[dto.source], dto.record_id),
        **dto.model_dump(include={"source", "at", "subject", "note", "count"}),
    )


@strawberry.type(description="How a deal's criteria stand.")
class CriterionEvidenceConnection:
    """A Relay connection."""

    edges: list[CriterionEvidenceEdge] = strawberry.field(description="The criteria of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def to_evidence(criteria: Sequence[CriterionEvidenceDTO], page: PageRequest) -> CriterionEvidenceConnection:
    """One page of a deal's criteria."""
    found = page_of_list(criteria, page)
    edges = [
        CriterionEvidenceEdge(
            cursor=Cursor(cursor),
            node=dto.status,
            pieces=dto.evidence,
            **dto.model_dump(include={"criterion", "name", "description", "stage", "can_inspect", "can_confirm"}),
        )
        for cursor, dto in zip(found.cursors, found.items, strict=True)
    ]
    return CriterionEvidenceConnection(edges=edges, page_info=to_page_info(found, page))


@strawberry.type(description="A factor of the standard of a good deal, and what it does to the score.")
class HealthFactorEdge:
    """The status is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: CriterionStatus = strawberry.field(description="How it stands.")
    kind: HealthFactorKind
    key: str
    name: str
    weight: int
    due: bool
    contribution: Decimal
    would_add: Decimal | None


describe(HealthFactorEdge, HealthFactorDTO)


@strawberry.type(description="The factors of a deal's health.")
class HealthFactorConnection:
    """A Relay connection."""

    edges: list[HealthFactorEdge] = strawberry.field(description="The factors of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="How healthy a deal is, by its owner's standard of a good deal.")
class DealHealth(Node):
    """The id names the deal, and the `asOf` that was asked for."""

    row: strawberry.Private[DealHealthDTO]
    as_of: dt.datetime
    model_version: int | None
    score: Decimal | None
    completeness: Decimal | None
    stage: str | None
    days_in_stage: Decimal | None
    benchmark_days: Decimal | None
    slips: int | None

    @strawberry.field(description="In the order of the standard.", extensions=[Paged(whole=True)])
    def factors(self, page: PageRequest) -> HealthFactorConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.factors, page)
        edges = [
            HealthFactorEdge(
                cursor=Cursor(cursor),
                node=dto.status,
                kind=HealthFactorKind(dto.kind),
                **dto.model_dump(exclude={"status", "kind"}),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return HealthFactorConnection(edges=edges, page_info=to_page_info(found, page))


describe(DealHealth, DealHealthDTO)


def to_health(dto: DealHealthDTO, asked: dt.datetime | None) -> DealHealth:
    """The GraphQL view of a deal's health; `asked` is the instant that was asked for."""
    key = f"{dto.deal_id}:{asked.isoformat()}" if asked is not None else str(dto.deal_id)
    return DealHealth(id=to_global_id("DealHealth", key), row=dto, **dto.model_dump(exclude={"deal_id", "factors"}))


async def load_deal_health(info: Info, key: str) -> DealHealth:
    """By what the id names."""
    deal_id, _, as_of = key.partition(":")
    asked = AsOf.model_validate({"as_of": as_of or None}).as_of
    async with info.context.session() as session:
        return to_health(await get_deal_health(session, info.context.principal, UUID(deal_id), asked), asked)
