"""KPI snapshots: where people stand against their model."""

import contextlib
import datetime as dt
from collections.abc import AsyncGenerator, Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import to_input
from schema.kpi_status import Status
from schema.lead_grades import LeadGrade
from schema.paging import Paged
from schema.relay import Connection, Node, id_of, part_of_list, to_connection, to_global_id
from schema.snapshot_revisions import SnapshotRevisionConnection, to_revisions
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery, SnapshotKey
from service.kpi_snapshots.pace import Method
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import snapshots
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind

if TYPE_CHECKING:
    from schema.people.types import Person

describe_enum(
    KpiLevel,
    "Activities and objectives are process, results are outcome.",
    activity="What a rep does.",
    objective="What that leads to.",
    result="What comes of it.",
)
describe_enum(
    PeriodKind,
    "A span of the organization's own calendar.",
    name="Period",
    week="From the organization's first day of the week on.",
    month="A calendar month.",
    quarter="A quarter of the fiscal year.",
    year="A fiscal year.",
)


describe_enum(
    Unit,
    "What a value is counted in.",
    name="KpiUnit",
    count="Facts.",
    currency="The organization's currency.",
    ratio="One over the other; 1 is all.",
    seconds="Seconds.",
    days="Days.",
)
describe_enum(
    Polarity,
    "Which direction is good.",
    name="KpiPolarity",
    higher="More is better.",
    lower="Less is better.",
)
describe_enum(
    Method,
    "How an interval and a probability were come by.",
    name="KpiMethod",
    gamma_poisson="Counts: rates drawn towards the peers', negative binomial forecast.",
    compound_poisson="Sums: counts to come, and the sizes of single amounts.",
    beta_binomial="Shares: chances drawn towards the peers', over the events to come.",
    gamma_poisson_rate="Ratios of two counts.",
    beta="Shares of which nothing is forecast.",
    kaplan_meier="Durations, those that go on counted for as long as they have lasted.",
    observed="A level: there is no chance in it.",
)


@strawberry.type(description="Where a person stands in one KPI and period, counting nothing after `asOf`.")
class KpiSnapshot(Node):
    """A snapshot; attainment is 1 at the target.

    Its id names person, KPI and period, and the `asOf` and `knownAt` that were asked for: without them it is the
    same snapshot whenever it is read, and follows the model that is in force.
    """

    person_row_id: strawberry.Private[UUID]
    person_id: strawberry.ID = strawberry.field(description="Whose snapshot it is, also where `person` is null.")
    kpi: str
    name: str
    level: KpiLevel
    unit: Unit
    polarity: Polarity
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date = strawberry.field(description="The last day of the period.")
    as_of: dt.datetime
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int
    undecided: int
    target: Decimal | None
    target_reason: str | None
    expected: Decimal | None
    attainment: Decimal | None
    status: Status | None
    probability: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    method: Method | None
    model_version: int
    closed_at: dt.datetime | None
    revision: int
    lead_grade: LeadGrade | None

    @strawberry.field(description="What a closed snapshot was, the first one first.", extensions=[Paged(whole=True)])
    async def revisions(self, info: Info, page: PageRequest) -> SnapshotRevisionConnection:
        """None while the period is not closed."""
        key = SnapshotKey(
            person_id=self.person_row_id, kpi=self.kpi, period=self.period, period_start=self.period_start
        )
        found = await info.context.loaders.snapshot_revisions.load(key)
        return to_revisions(found, page)

    @strawberry.field(description="Whose snapshot it is, if the caller may see that person today.")
    async def person(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        from schema.people.types import to_person  # noqa: PLC0415 - the two types refer to each other

        found = await info.context.loaders.people.load(self.person_row_id)
        return None if found is None else to_person(found)


describe(KpiSnapshot, KpiSnapshotDTO)


def instants_of(query: KpiSnapshotQuery) -> list[str]:
    """The part of an id that says as of when and as known when; none where it is now."""
    instants = [instant.isoformat() if instant else "" for instant in (query.as_of, query.known_at)]
    return ["~".join(instants)] if any(instants) else []


def query_of(parts: dict[str, str], when: list[str]) -> KpiSnapshotQuery:
    """The inverse: the question of an id; `ValueError` for what is none."""
    as_of, _, known_at = when[0].partition("~") if when else ("", "", "")
    return KpiSnapshotQuery.model_validate({**parts, "as_of": as_of or None, "known_at": known_at or None})


def to_snapshot(query: KpiSnapshotQuery) -> Callable[[KpiSnapshotDTO], KpiSnapshot]:
    """The GraphQL view of a snapshot that answers a question."""
    when = instants_of(query)

    def render(dto: KpiSnapshotDTO) -> KpiSnapshot:
        key = [str(dto.person_id), dto.kpi, dto.period.value, dto.period_start.isoformat()]
        return KpiSnapshot(
            id=to_global_id("KpiSnapshot", ":".join([*key, *when])),
            person_row_id=dto.person_id,
            person_id=to_global_id("Person", dto.person_id),
            **dto.model_dump(exclude={"id", "person_id"}),
        )

    return render


async def load_kpi_snapshot(info: Info, key: str) -> KpiSnapshot:
    """By what the id names; a period that is none in the organization's present calendar has no snapshots."""
    person_id, kpi, period, period_start, *rest = key.split(":", 4)
    parts = {"person_id": person_id, "kpi": kpi, "period": period, "period_start": period_start}
    query = query_of(parts, rest)
    try:
        async with info.context.session() as session:
            page = await snapshots.list_kpi_snapshots(session, info.context.principal, query, PageRequest(1))
    except ServiceError as error:
        raise not_found("kpi_snapshot") if error.kind is ErrorKind.INVALID else error from error
    if not page.items:
        raise not_found("kpi_snapshot")
    return to_snapshot(query)(page.items[0])


@strawberry.type(description="What of scorecards is not what it was when it was told last.")
class ScorecardChangedPayload:
    """One message of the subscription; what is not asked for in it is not told again."""

    query: strawberry.Private[KpiSnapshotQuery]
    changed: strawberry.Private[list[KpiSnapshotDTO]]

    @strawberry.field(
        description="Changed activities and objectives, each in its latest state.", extensions=[Paged(whole=True)]
    )
    def process(self, page: PageRequest) -> Connection[KpiSnapshot]:
        """What people do and what that leads to."""
        changed = [snapshot for snapshot in self.changed if snapshot.level.is_process]
        return part_of_list(changed, to_snapshot(self.query), page)

    @strawberry.field(description="Changed results, each in its latest state.", extensions=[Paged(whole=True)])
    def outcome(self, page: PageRequest) -> Connection[KpiSnapshot]:
        """What comes of it."""
        changed = [snapshot for snapshot in self.changed if not snapshot.level.is_process]
        return part_of_list(changed, to_snapshot(self.query), page)


@strawberry.type
class KpiSnapshotSubscriptions:
    """Subscriptions of this slice."""

    @strawberry.subscription(
        description="What changes on a person's scorecard, or on those of a manager's direct reports, from now on. "
        "Query first.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
    )
    async def scorecard_changed(
        self,
        info: Info,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        period: PeriodKind = PeriodKind.MONTH,
    ) -> AsyncGenerator[ScorecardChangedPayload, None]:
        """Messages until either side ends it."""
        context = info.context
        query = to_input(
            KpiSnapshotQuery,
            person_id=id_of(person_id, "Person"),
            manager_id=id_of(manager_id, "Person"),
            period=period,
        )
        async with contextlib.aclosing(context.feed.watch(context.principal, query)) as changes:
            async for changed in changes:
                context.forget()
                yield ScorecardChangedPayload(query=query, changed=changed)


@strawberry.type
class KpiSnapshotQueries:
    """Queries of this slice."""

    @strawberry.field(
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        description="Snapshots by person's name and in the model's order of KPIs.",
        extensions=[Paged()],
    )
    async def kpi_snapshots(
        self,
        info: Info,
        page: PageRequest,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        kpi: str | None = None,
        period: PeriodKind = PeriodKind.MONTH,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
        known_at: dt.datetime | None = None,
    ) -> Connection[KpiSnapshot]:
        """One page."""
        query = to_input(
            KpiSnapshotQuery,
            person_id=id_of(person_id, "Person"),
            manager_id=id_of(manager_id, "Person"),
            kpi=kpi,
            period=period,
            period_start=period_start,
            as_of=as_of,
            known_at=known_at,
        )
        async with info.context.session() as session:
            found = await snapshots.list_kpi_snapshots(session, info.context.principal, query, page)
        return to_connection(found, to_snapshot(query), page)
