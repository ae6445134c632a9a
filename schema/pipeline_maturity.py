"""How deals ripen."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import to_input
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, id_of, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.maturity.dto import (
    AgeShareDTO,
    MaturitySegmentDTO,
    OpenDealAgeDTO,
    PipelineMaturityDTO,
    PipelineMaturityQuery,
    RecordsStart,
)
from service.kpi_snapshots.maturity.estimating import AgeVerdict, WhyNot
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.maturity import get_pipeline_maturity
from service.organizations.permissions import Permission as People

describe_enum(
    AgeVerdict,
    "What an open deal's age says of it.",
    normal_age="Deals of this age are still won.",
    ageing="Its chance is surely below half of a new deal's.",
    dead="Older than every win, and its chance is surely below 5 %.",
    cannot_tell="Too little is known of deals like it.",
)
describe_enum(
    WhyNot,
    "Why a course cannot be told.",
    too_few_decided="Fewer than 30 deals are won or lost.",
    too_few_at_risk="Fewer than 10 deals were on record at young ages.",
)
describe_enum(
    RecordsStart,
    "How the day is known on which the records start.",
    given="The caller gave it.",
    earliest_close="It is the day of the earliest close.",
    nothing_closed="Nothing ever closed.",
)


@strawberry.type(description="A share at an age.")
class AgeShareEdge:
    """The age is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: int = strawberry.field(description="The age in days.")
    value: Decimal | None
    low: Decimal
    high: Decimal


describe(AgeShareEdge, AgeShareDTO)


@strawberry.type(description="Shares by age, the youngest first.")
class AgeShareConnection:
    """A Relay connection."""

    edges: list[AgeShareEdge] = strawberry.field(description="The ages of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def _shares(found: list[AgeShareDTO], page: PageRequest) -> AgeShareConnection:
    shown = page_of_list(found, page)
    edges = [
        AgeShareEdge(cursor=Cursor(cursor), node=dto.days, **dto.model_dump(exclude={"days"}))
        for cursor, dto in zip(shown.cursors, shown.items, strict=True)
    ]
    return AgeShareConnection(edges=edges, page_info=to_page_info(shown, page))


@strawberry.type
class CourseFields:
    """What becomes of some deals. Null estimates: `cannotTell` says why."""

    course: strawberry.Private[MaturitySegmentDTO]
    n: int
    won: int
    lost: int
    open: int
    late_entries: int
    left_out: int
    cannot_tell: WhyNot | None
    win_rate: Decimal | None
    win_rate_low: Decimal | None
    win_rate_high: Decimal | None
    eventual_days: int | None
    last_win_days: int | None
    median_days_to_win: Decimal | None
    median_days_low: Decimal | None
    median_days_high: Decimal | None
    normal_age: int
    ageing: int
    dead: int

    @strawberry.field(
        description="The share of all deals that is won by an age, with its 90 % interval.",
        extensions=[Paged(whole=True)],
    )
    def incidence(self, page: PageRequest) -> AgeShareConnection:
        """All ages, unless fewer are asked for."""
        return _shares(self.course.incidence, page)

    @strawberry.field(
        description="The share of the deals still open at an age that is won eventually, with its 90 % interval.",
        extensions=[Paged(whole=True)],
    )
    def if_open(self, page: PageRequest) -> AgeShareConnection:
        """All ages, unless fewer are asked for."""
        return _shares(self.course.if_open, page)


def _course_fields(dto: MaturitySegmentDTO) -> dict[str, Any]:
    return {"course": dto, **dto.model_dump(exclude={"segment", "incidence", "if_open"})}


@strawberry.type(description="What becomes of the deals of a segment.")
class MaturitySegmentEdge(CourseFields):
    """The segment's value is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str | None = strawberry.field(description="Its value; null for deals without one.")


describe(MaturitySegmentEdge, MaturitySegmentDTO)


@strawberry.type(description="Segments by their value.")
class MaturitySegmentConnection:
    """A Relay connection."""

    edges: list[MaturitySegmentEdge] = strawberry.field(description="The segments of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What its age says of an open deal.")
class OpenDealAgeEdge:
    """The deal's id is the node."""

    person_row_id: strawberry.Private[UUID | None]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="The deal.")
    name: str | None
    segment: str | None
    days: int
    verdict: AgeVerdict
    probability: Decimal | None
    low: Decimal | None
    high: Decimal | None

    @strawberry.field(
        description="Its owner, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        if self.person_row_id is None:
            return None
        found = await info.context.loaders.people.load(self.person_row_id)
        return None if found is None else to_person(found)


describe(OpenDealAgeEdge, OpenDealAgeDTO)


@strawberry.type(description="Open deals, the oldest first.")
class OpenDealAgeConnection:
    """A Relay connection."""

    edges: list[OpenDealAgeEdge] = strawberry.field(description="The deals of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="How deals ripen; the counts and estimates are those of all deals together.")
class PipelineMaturity(Node, CourseFields):
    """The id names the question."""

    row: strawberry.Private[PipelineMaturityDTO]
    as_of: dt.datetime
    segmented_by: str | None
    records_start: dt.date | None
    records_start_is: RecordsStart
    method: str
    model_version: str

    @strawberry.field(description="By value; none unless a segment is asked for.", extensions=[Paged(whole=True)])
    def segments(self, page: PageRequest) -> MaturitySegmentConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.segments, page)
        edges = [
            MaturitySegmentEdge(cursor=Cursor(cursor), node=dto.segment, **_course_fields(dto))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return MaturitySegmentConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="The oldest first.", extensions=[Paged()])
    def open_deals(self, page: PageRequest) -> OpenDealAgeConnection:
        """A page of them."""
        found = page_of_list(self.row.open_deals, page)
        edges = [
            OpenDealAgeEdge(
                cursor=Cursor(cursor),
                node=to_global_id("Deal", dto.deal_id),
                person_row_id=dto.person_id,
                **dto.model_dump(exclude={"deal_id", "person_id"}),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return OpenDealAgeConnection(edges=edges, page_info=to_page_info(found, page))


describe(PipelineMaturity, PipelineMaturityDTO)
describe(PipelineMaturity, MaturitySegmentDTO)
KEY = ("person_id", "manager_id", "records_start", "as_of", "segment")
"""What an id names, with a `|` between the parts."""


def _to_maturity(dto: PipelineMaturityDTO, asked: PipelineMaturityQuery) -> PipelineMaturity:
    parts = asked.model_dump(mode="json")
    return PipelineMaturity(
        id=to_global_id("PipelineMaturity", "|".join(str(parts[name] or "") for name in KEY)),
        row=dto,
        **dto.model_dump(exclude={"together", "segments", "open_deals"}),
        **_course_fields(dto.together),
    )


async def load_pipeline_maturity(info: Info, key: str) -> PipelineMaturity:
    """By what the id names; without an instant in it, as of now."""
    parts = {name: part for name, part in zip(KEY, key.split("|"), strict=True) if part}
    query = PipelineMaturityQuery.model_validate(parts)
    try:
        return await _ask(info, query)
    except ServiceError as error:
        raise not_found("pipeline_maturity") if error.kind is ErrorKind.INVALID else error from error


async def _ask(info: Info, query: PipelineMaturityQuery) -> PipelineMaturity:
    async with info.context.session() as session:
        return _to_maturity(await get_pipeline_maturity(session, info.context.principal, query), query)


@strawberry.type
class PipelineMaturityQueries:
    """Queries of maturity."""

    @strawberry.field(
        description="Of one person's deals, of those below a manager, or of all that the caller may see.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def pipeline_maturity(
        self,
        info: Info,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        segment: str | None = None,
        records_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
    ) -> PipelineMaturity | None:
        """Null for people whom the caller may not see."""
        people = {"person_id": id_of(person_id, "Person"), "manager_id": id_of(manager_id, "Person")}
        when = {"records_start": records_start, "as_of": as_of}
        return await _ask(info, to_input(PipelineMaturityQuery, **people, segment=segment, **when))
