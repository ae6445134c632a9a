"""What a deal was when, as lists of dated entries."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.people.types import Person, to_person
from schema.relay import PageInfo, page_of_list, to_page_info
from schema.scalars import Cursor
from service.activities.dto.facts import CloseDateEntryDTO, StageEntryDTO
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People


@strawberry.type(description="A deal's move into a stage.")
class StageEntryEdge:
    """The stage is the node."""

    person_row_id: strawberry.Private[UUID | None]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The stage; one that is not mapped is shown as the CRM names it.")
    at: dt.datetime
    on: dt.date

    @strawberry.field(description="Who owned the deal then.", metadata={NEEDS: People.PEOPLE_READ})
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.person_row_id) if self.person_row_id else None
        return None if found is None else to_person(found)


describe(StageEntryEdge, StageEntryDTO)


@strawberry.type(description="A deal's moves.")
class StageEntryConnection:
    """A Relay connection."""

    edges: list[StageEntryEdge] = strawberry.field(description="The moves of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="A change of the day on which a deal is to close.")
class CloseDateEntryEdge:
    """The day is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: dt.date | None = strawberry.field(description="The day given; null: none any more.")
    at: dt.datetime
    on: dt.date
    slips: int


describe(CloseDateEntryEdge, CloseDateEntryDTO)


@strawberry.type(description="A deal's close dates.")
class CloseDateEntryConnection:
    """A Relay connection."""

    edges: list[CloseDateEntryEdge] = strawberry.field(description="The changes of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def to_stage_history(entries: Sequence[StageEntryDTO], page: PageRequest) -> StageEntryConnection:
    """One page of a deal's moves."""
    found = page_of_list(entries, page)
    edges = [
        StageEntryEdge(cursor=Cursor(cursor), node=entry.stage, at=entry.at, on=entry.on, person_row_id=entry.person_id)
        for cursor, entry in zip(found.cursors, found.items, strict=True)
    ]
    return StageEntryConnection(edges=edges, page_info=to_page_info(found, page))


def to_close_date_history(entries: Sequence[CloseDateEntryDTO], page: PageRequest) -> CloseDateEntryConnection:
    """One page of a deal's close dates."""
    found = page_of_list(entries, page)
    edges = [
        CloseDateEntryEdge(cursor=Cursor(cursor), node=entry.close_on, at=entry.at, on=entry.on, slips=entry.slips)
        for cursor, entry in zip(found.cursors, found.items, strict=True)
    ]
    return CloseDateEntryConnection(edges=edges, page_info=to_page_info(found, page))
