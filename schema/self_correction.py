"""How often reps close a gap alone within the time that is theirs, team by team."""

import datetime as dt
from decimal import Decimal

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import to_input
from schema.manager_trees import ManagerTree
from schema.paging import Paged
from schema.questions import key_of_question, read_question
from schema.relay import Connection, Node, PageInfo, id_of, page_of_list, to_connection, to_global_id, to_page_info
from schema.scalars import Cursor
from service.coaching_capability.correcting import CorrectionTrend
from service.coaching_capability.dto.self_correction import (
    CorrectionMonthDTO,
    SelfCorrectionDTO,
    SelfCorrectionQuery,
)
from service.coaching_capability.use_cases.self_correction import get_self_correction, list_self_correction
from service.coaching_opportunities.permissions import Permission
from service.core.pagination import PageRequest

describe_enum(
    CorrectionTrend,
    "How the share of self-corrected opportunities goes from month to month.",
    rising="It rises, beyond chance.",
    falling="It falls, beyond chance.",
    within_chance="No trend beyond chance.",
    cannot_tell="Fewer than ten opportunities, or fewer than three months with any.",
)


@strawberry.type(description="One month of a team.")
class CorrectionMonthEdge:
    """Its first day is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: dt.date = strawberry.field(description="The first day of the month.")
    self_corrected: int | None
    decided: int | None
    people: int | None
    share: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None


describe(CorrectionMonthEdge, CorrectionMonthDTO)


@strawberry.type(description="The months of a team.")
class CorrectionMonthConnection:
    """A Relay connection."""

    edges: list[CorrectionMonthEdge] = strawberry.field(description="The months of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="How often the reps of one manager close a gap alone.")
class SelfCorrection(Node, ManagerTree):
    """The id names the question."""

    row: strawberry.Private[SelfCorrectionDTO]
    from_on: dt.date
    to_on: dt.date
    self_corrected: int
    decided: int
    people: int
    share: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    trend: CorrectionTrend
    slope: Decimal | None
    p_value: Decimal | None
    withheld: int
    explanation: str
    method: str

    @strawberry.field(description=SelfCorrectionDTO.model_fields["months"].description, extensions=[Paged(whole=True)])
    def months(self, page: PageRequest) -> CorrectionMonthConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.months, page)
        edges = [
            CorrectionMonthEdge(cursor=Cursor(cursor), node=dto.month, **dto.model_dump(exclude={"month"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return CorrectionMonthConnection(edges=edges, page_info=to_page_info(found, page))


describe(SelfCorrection, SelfCorrectionDTO)

ASKED = ("manager_id", "tree", "months", "as_of")


def _convert(query: SelfCorrectionQuery, dto: SelfCorrectionDTO) -> SelfCorrection:
    key = key_of_question(query.model_copy(update={"manager_id": dto.id}), ASKED)
    shown = dto.model_dump(exclude={"id", "months"})
    return SelfCorrection(id=to_global_id("SelfCorrection", key), row=dto, **shown)


async def load_self_correction(info: Info, key: str) -> SelfCorrection:
    """By what the id names; without an instant that of now."""
    query = read_question(SelfCorrectionQuery, ASKED, key)
    async with info.context.session() as session:
        return _convert(query, await get_self_correction(session, info.context.principal, query))


@strawberry.type
class SelfCorrectionQueries:
    """Queries of self-correction."""

    @strawberry.field(
        description="Of a manager and those below, or of all whom the caller reads, by name; of teams that the caller "
        "does not manage, months with five people or more.",
        metadata={NEEDS: Permission.COACHING_OPPORTUNITIES_READ},
        extensions=[Paged()],
    )
    async def self_correction(
        self,
        info: Info,
        page: PageRequest,
        manager_id: strawberry.ID | None = None,
        tree: bool = False,
        months: int = 6,
        as_of: dt.datetime | None = None,
    ) -> Connection[SelfCorrection]:
        """Nobody for a manager of whom the caller reads nothing."""
        whose = id_of(manager_id, "Person")
        query = to_input(SelfCorrectionQuery, manager_id=whose, tree=tree, months=months, as_of=as_of)
        async with info.context.session() as session:
            found = await list_self_correction(session, info.context.principal, query, page)
        return to_connection(found, lambda dto: _convert(query, dto), page)
