"""How the sales process is kept."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import to_input
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, id_of, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.success_models.dto.adherence import (
    PersonTallyDTO,
    ProcessAdherenceDTO,
    ProcessAdherenceQuery,
    StageRecordDTO,
    TallyDTO,
)
from service.success_models.permissions import Permission
from service.success_models.use_cases.process_adherence import get_process_adherence


@strawberry.type
class TallyFields:
    """Moves as counts, and the shares that they make."""

    moves: int
    decidable: int
    adherent: int
    adherence: Decimal | None
    adherence_low: Decimal | None
    adherence_high: Decimal | None
    skipping: int
    stages_skipped: int
    moves_back: int
    criteria: int
    criteria_known: int
    criteria_unmapped: int
    evidence_completeness: Decimal | None


@strawberry.type(description="The moves of one person's deals.")
class PersonTallyEdge(TallyFields):
    """The person's id is the node."""

    person_row_id: strawberry.Private[UUID]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="Whose they are, also where `person` is null.")

    @strawberry.field(
        description="Whose they are, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.person_row_id)
        return None if found is None else to_person(found)


describe(PersonTallyEdge, PersonTallyDTO)


@strawberry.type(description="The moves of several people's deals, person by person.")
class PersonTallyConnection:
    """A Relay connection."""

    edges: list[PersonTallyEdge] = strawberry.field(description="The people of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What became of the deals that came into a stage in the span for the first time.")
class StageRecordEdge:
    """The stage is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The stage.")
    model: str
    entered: int
    advanced: int
    lost: int
    undecided: int
    conversion_decided: Decimal | None
    conversion_low: Decimal | None
    conversion_high: Decimal | None
    benchmark_conversion: Decimal | None
    left: int
    median_days: Decimal | None
    median_days_low: Decimal | None
    median_days_high: Decimal | None
    benchmark_days: Decimal | None = strawberry.field(description="What the model holds against it.")


describe(StageRecordEdge, StageRecordDTO)


@strawberry.type(description="What became of the deals, stage by stage.")
class StageRecordConnection:
    """A Relay connection."""

    edges: list[StageRecordEdge] = strawberry.field(description="The stages of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="How the process was kept in a span of days; the counts are those of all people together.")
class ProcessAdherence(Node, TallyFields):
    """The id names the question."""

    row: strawberry.Private[ProcessAdherenceDTO]
    start: dt.date
    until: dt.date
    as_of: dt.datetime

    @strawberry.field(description="By name.", extensions=[Paged(whole=True)])
    def people(self, page: PageRequest) -> PersonTallyConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.people, page)
        edges = [
            PersonTallyEdge(
                cursor=Cursor(cursor),
                node=to_global_id("Person", dto.person_id),
                person_row_id=dto.person_id,
                **dto.model_dump(exclude={"person_id"}),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return PersonTallyConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="In the order of the process.", extensions=[Paged(whole=True)])
    def stages(self, page: PageRequest) -> StageRecordConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.stages, page)
        edges = [
            StageRecordEdge(cursor=Cursor(cursor), node=dto.stage, **dto.model_dump(exclude={"stage"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return StageRecordConnection(edges=edges, page_info=to_page_info(found, page))


describe(ProcessAdherence, ProcessAdherenceDTO)
describe(ProcessAdherence, TallyDTO)


def _to_adherence(dto: ProcessAdherenceDTO, query: ProcessAdherenceQuery) -> ProcessAdherence:
    asked = (query.person_id, query.manager_id, query.start, query.until)
    key = ":".join("" if part is None else str(part) for part in asked)
    return ProcessAdherence(
        id=to_global_id("ProcessAdherence", f"{key}:{query.as_of.isoformat() if query.as_of else ''}"),
        row=dto,
        **dto.model_dump(include={"start", "until", "as_of"}),
        **dto.team.model_dump(),
    )


async def load_process_adherence(info: Info, key: str) -> ProcessAdherence:
    """By what the id names; days left out are those of today."""
    names = ("person_id", "manager_id", "start", "until", "as_of")
    parts = dict(zip(names, (part or None for part in key.split(":", 4)), strict=True))
    query = ProcessAdherenceQuery.model_validate(parts)
    try:
        return await _ask(info, query)
    except ServiceError as error:
        raise not_found("process_adherence") if error.kind is ErrorKind.INVALID else error from error


async def _ask(info: Info, query: ProcessAdherenceQuery) -> ProcessAdherence:
    async with info.context.session() as session:
        return _to_adherence(await get_process_adherence(session, info.context.principal, query), query)


@strawberry.type
class ProcessAdherenceQueries:
    """Queries of process adherence."""

    @strawberry.field(
        description="Of one person, or of a manager's direct reports; `until` is not part of the span.",
        metadata={NEEDS: Permission.INSPECTIONS_READ},
        extensions=[NullIfAbsent()],
    )
    async def process_adherence(
        self,
        info: Info,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        start: Annotated[dt.date | None, strawberry.argument(name="from")] = None,
        until: dt.date | None = None,
        as_of: dt.datetime | None = None,
    ) -> ProcessAdherence | None:
        """Null for people whom the caller may not see."""
        people = {"person_id": id_of(person_id, "Person"), "manager_id": id_of(manager_id, "Person")}
        return await _ask(info, to_input(ProcessAdherenceQuery, **people, start=start, until=until, as_of=as_of))
