"""Of each decided deal whether its process earned its outcome."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.context import Info
from schema.deal_outcomes import DealOutcome
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.core.pagination import PageRequest
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.quadrants.classifying import DealVerdict
from service.kpi_snapshots.quadrants.dto import DEAL_VERDICT_SORTING, DealVerdictsQuery, DecidedDealDTO
from service.kpi_snapshots.use_cases import deal_verdicts
from service.organizations.permissions import Permission as People

READ = Permission.KPI_SNAPSHOTS_READ

describe_enum(
    DealVerdict,
    "Of a decided deal: whether its process earned its outcome.",
    earned_win="Won, and the process was followed.",
    lucky_win="Won, though the process was not followed.",
    unlucky_loss="Lost, though the process was followed.",
    earned_loss="Lost, and the process was not followed.",
    cannot_tell="Nothing of its process was on record before the outcome.",
)


@strawberry.type(description="A decided deal: whether its process earned its outcome.")
class DecidedDeal(Node):
    """The id names the deal."""

    row: strawberry.Private[DecidedDealDTO]
    name: str | None = strawberry.field(description="The deal's, for people.")
    outcome: DealOutcome
    closed_at: dt.datetime
    verdict: DealVerdict
    lesson: str
    asked: int
    known: int
    met: int
    share: Decimal | None
    process_standard: Decimal | None
    success_model_version: int | None
    as_of: dt.datetime
    method: str
    model_version: str

    @strawberry.field(description="The deal, for `node(id)`.")
    def deal_id(self) -> strawberry.ID:
        """As a global id."""
        return to_global_id("Deal", self.row.id)

    @strawberry.field(
        description="Who owned it when it was decided, if the caller may see that person today.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id) if self.row.person_id else None
        return None if found is None else to_person(found)


describe(DecidedDeal, DecidedDealDTO)


def _to_verdict(dto: DecidedDealDTO) -> DecidedDeal:
    shown = dto.model_dump(exclude={"id", "person_id"})
    return DecidedDeal(id=to_global_id("DecidedDeal", dto.id), row=dto, **shown)


async def load_deal_verdict(info: Info, id_: UUID) -> DecidedDeal:
    """By the deal's row id."""
    async with info.context.session() as session:
        return _to_verdict(await deal_verdicts.get_deal_verdict(session, info.context.principal, id_))


@strawberry.type
class DealVerdictsQueries:
    """Queries of verdicts of deals."""

    @strawberry.field(
        description="The verdict of one deal; an open one has none.",
        metadata={NEEDS: READ},
        extensions=[NullIfAbsent()],
    )
    async def deal_verdict(
        self, info: Info, deal_id: strawberry.ID, as_of: dt.datetime | None = None
    ) -> DecidedDeal | None:
        """Null where there is none that the caller may see."""
        asked = to_input(DealVerdictsQuery, as_of=as_of).as_of
        async with info.context.session() as session:
            principal = info.context.principal
            return _to_verdict(await deal_verdicts.get_deal_verdict(session, principal, row_id(deal_id, "Deal"), asked))

    @strawberry.field(
        description="The last decided first; days are the organization's, `closedUntil` is not part of the span.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("DealVerdictSort", DEAL_VERDICT_SORTING))],
    )
    async def deal_verdicts(
        self,
        info: Info,
        page: PageRequest,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        outcome: DealOutcome | None = None,
        closed_from: dt.date | None = None,
        closed_until: dt.date | None = None,
        as_of: dt.datetime | None = None,
    ) -> Connection[DecidedDeal]:
        """One page."""
        people = {"person_id": id_of(person_id, "Person"), "manager_id": id_of(manager_id, "Person")}
        when = {"closed_from": closed_from, "closed_until": closed_until, "as_of": as_of}
        asked = to_input(DealVerdictsQuery, **people, outcome=outcome, **when)
        async with info.context.session() as session:
            found = await deal_verdicts.list_deal_verdicts(session, info.context.principal, asked, page)
        return to_connection(found, _to_verdict, page)
