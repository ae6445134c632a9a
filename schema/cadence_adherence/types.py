"""Managers' accounts of their cadences, and how even coaching is."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.cadence_adherence.numbers import CadenceNumbers, describe_numbers, numbers_of
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.coaching_sessions.dto.adherence import (
    CadenceAdherenceDTO,
    EvennessDTO,
    ManagerAdherenceDTO,
    RateDTO,
)
from service.coaching_sessions.evenness import Third
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People

describe_enum(
    Third,
    "A third of the reps, by attainment.",
    name="AttainmentThird",
    lowest="Those furthest behind.",
    middle="Those between.",
    highest="Those furthest ahead.",
)


@strawberry.type(description="Something that stands out.")
class CadenceReasonEdge:
    """The words are the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="In words.")


@strawberry.type(description="What stands out.")
class CadenceReasonConnection:
    """A Relay connection."""

    edges: list[CadenceReasonEdge] = strawberry.field(description="The reasons of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="The sessions that one manager was to hold.")
class ManagerAdherenceEdge(CadenceNumbers):
    """The manager's id is the node."""

    said: strawberry.Private[Sequence[str]]
    manager_row_id: strawberry.Private[UUID]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="Who was to hold them, also where `manager` is null.")
    name: str
    left_on: dt.date | None

    @strawberry.field(
        description="Who was to hold them, if the caller may see that person today.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def manager(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.manager_row_id)
        return None if found is None else to_person(found)

    @strawberry.field(
        description=ManagerAdherenceDTO.model_fields["reasons"].description, extensions=[Paged(whole=True)]
    )
    def reasons(self, page: PageRequest) -> CadenceReasonConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.said, page)
        edges = [
            CadenceReasonEdge(cursor=Cursor(cursor), node=reason)
            for cursor, reason in zip(found.cursors, found.items, strict=True)
        ]
        return CadenceReasonConnection(edges=edges, page_info=to_page_info(found, page))


describe_numbers(ManagerAdherenceEdge)
describe(ManagerAdherenceEdge, ManagerAdherenceDTO)


@strawberry.type(description="The accounts of several managers.")
class ManagerAdherenceConnection:
    """A Relay connection."""

    edges: list[ManagerAdherenceEdge] = strawberry.field(description="The managers of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Sessions held of those owed, in one third of attainment.")
class EvennessEdge:
    """The third is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: Third = strawberry.field(description=EvennessDTO.model_fields["third"].description)
    reps: int = strawberry.field(description=EvennessDTO.model_fields["reps"].description)
    numerator: int = strawberry.field(description="Sessions held.")
    denominator: int = strawberry.field(description="Sessions owed.")
    rate: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None


describe(EvennessEdge, RateDTO)


@strawberry.type(description="How even coaching is, by third of attainment.")
class EvennessConnection:
    """A Relay connection."""

    edges: list[EvennessEdge] = strawberry.field(description="The thirds of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="How cadences were kept in a span of days; the counts are those of all managers together.")
class CadenceAdherence(Node, CadenceNumbers):
    """The id names the question."""

    row: strawberry.Private[CadenceAdherenceDTO]
    from_on: dt.date
    to_on: dt.date
    as_of: dt.datetime
    method: str
    evenness_reason: str

    @strawberry.field(description="By name.", extensions=[Paged(whole=True)])
    def managers(self, page: PageRequest) -> ManagerAdherenceConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.managers, page)
        edges = [
            ManagerAdherenceEdge(
                cursor=Cursor(cursor),
                node=to_global_id("Person", dto.manager_id),
                manager_row_id=dto.manager_id,
                name=dto.name,
                left_on=dto.left_on,
                said=dto.reasons,
                **numbers_of(dto),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return ManagerAdherenceConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(
        description=CadenceAdherenceDTO.model_fields["evenness"].description, extensions=[Paged(whole=True)]
    )
    def evenness(self, page: PageRequest) -> EvennessConnection:
        """All thirds, unless fewer are asked for."""
        found = page_of_list(self.row.evenness, page)
        edges = [
            EvennessEdge(cursor=Cursor(cursor), node=dto.third, reps=dto.reps, **dict(dto.held))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return EvennessConnection(edges=edges, page_info=to_page_info(found, page))


describe_numbers(CadenceAdherence)
describe(CadenceAdherence, CadenceAdherenceDTO)
