"""Whether the four keys to coaching are in place, manager by manager."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import to_input
from schema.manager_trees import ManagerTree
from schema.paging import Paged
from schema.questions import key_of_question, read_question
from schema.relay import Connection, Node, PageInfo, id_of, page_of_list, to_connection, to_global_id, to_page_info
from schema.scalars import Cursor
from service.coaching_capability.dto.capability import CapabilityQuery, CapabilityShareDTO, ManagerCapabilityDTO
from service.coaching_capability.keys.judging import CapabilityKey, CapabilityTrend, StandardVerdict
from service.coaching_capability.permissions import Permission
from service.coaching_capability.use_cases.capability import get_manager_capability, list_coaching_capability
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest

describe_enum(
    CapabilityKey,
    "A key to coaching.",
    models="People covered by an active success model with targets of process and of results.",
    process="What sessions discuss: process rather than outcome.",
    skills="People whose skill gaps are assessed and agreed.",
    cadence="Owed sessions held on time.",
)
describe_enum(
    StandardVerdict,
    "How a key stands against the organization's own standard.",
    name="CapabilityVerdict",
    met="The share reaches the standard.",
    below="The whole interval is below the standard.",
    cannot_tell="Too little to tell, or below within chance.",
)
describe_enum(
    CapabilityTrend,
    "How a key stands against the period before.",
    better="More, beyond chance.",
    worse="Less, beyond chance.",
    within_chance="No difference beyond chance.",
    cannot_tell="Too little in one of the periods.",
)


@strawberry.type(description="One key of a tree.")
class CapabilityKeyEdge:
    """Which key it is, is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: CapabilityKey = strawberry.field(description="Which key it is.")
    numerator: int
    denominator: int
    n: int
    share: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    standard: Decimal
    verdict: StandardVerdict
    explanation: str
    before_numerator: int
    before_denominator: int
    before_share: Decimal | None
    change: Decimal | None
    change_low: Decimal | None
    change_high: Decimal | None
    trend: CapabilityTrend
    next_step: str | None


describe(CapabilityKeyEdge, CapabilityShareDTO)


@strawberry.type(description="The keys of a tree.")
class CapabilityKeyConnection:
    """A Relay connection."""

    edges: list[CapabilityKeyEdge] = strawberry.field(description="The keys of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Whether the four keys to coaching are in place with one manager.")
class ManagerCapability(Node, ManagerTree):
    """The id names the question."""

    row: strawberry.Private[ManagerCapabilityDTO]
    from_on: dt.date
    to_on: dt.date
    people: int
    keys_met: int
    keys_below: int
    method: str

    @strawberry.field(description=ManagerCapabilityDTO.model_fields["keys"].description, extensions=[Paged(whole=True)])
    def keys(self, page: PageRequest) -> CapabilityKeyConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.keys, page)
        edges = [
            CapabilityKeyEdge(cursor=Cursor(cursor), node=dto.key, **dto.model_dump(exclude={"key"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return CapabilityKeyConnection(edges=edges, page_info=to_page_info(found, page))


describe(ManagerCapability, ManagerCapabilityDTO)

ASKED = ("manager_id", "tree", "from_on", "to_on", "as_of")


def _convert(query: CapabilityQuery, dto: ManagerCapabilityDTO) -> ManagerCapability:
    key = key_of_question(query.model_copy(update={"manager_id": dto.id}), ASKED)
    shown = dto.model_dump(exclude={"id", "keys"})
    return ManagerCapability(id=to_global_id("ManagerCapability", key), row=dto, **shown)


async def load_manager_capability(info: Info, key: str) -> ManagerCapability:
    """By what the id names; days left out are those of today."""
    query = read_question(CapabilityQuery, ASKED, key)
    try:
        async with info.context.session() as session:
            found = await get_manager_capability(session, info.context.principal, query)
    except ServiceError as error:
        raise not_found("manager_capability") if error.kind is ErrorKind.INVALID else error from error
    return _convert(query, found)


@strawberry.type
class CoachingCapabilityQueries:
    """Queries of coaching capability."""

    @strawberry.field(
        description="Of a manager and those below, or of all whom the caller sees, by name. Both days are part of the "
        "span; `tree` false: direct reports alone.",
        metadata={NEEDS: Permission.COACHING_CAPABILITY_READ},
        extensions=[Paged()],
    )
    async def coaching_capability(
        self,
        info: Info,
        page: PageRequest,
        manager_id: strawberry.ID | None = None,
        tree: bool = True,
        from_on: Annotated[dt.date | None, strawberry.argument(name="from")] = None,
        to_on: Annotated[dt.date | None, strawberry.argument(name="to")] = None,
        as_of: dt.datetime | None = None,
    ) -> Connection[ManagerCapability]:
        """Nobody for a manager whom the caller may not see."""
        span = {"from_on": from_on, "to_on": to_on, "as_of": as_of}
        query = to_input(CapabilityQuery, manager_id=id_of(manager_id, "Person"), tree=tree, **span)
        async with info.context.session() as session:
            found = await list_coaching_capability(session, info.context.principal, query, page)
        return to_connection(found, lambda dto: _convert(query, dto), page)
