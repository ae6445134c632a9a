"""KPI snapshots: where people stand against their model."""

import contextlib
import datetime as dt
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import to_input
from schema.relay import Connection, id_of, page_request, to_connection, to_global_id
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import snapshots
from service.success_models.document import KpiLevel, PeriodKind

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


@strawberry.type(description="Where a person stands in one KPI and period, counting nothing after `asOf`.")
class KpiSnapshot:
    """A snapshot; attainment is 1 at the target."""

    person_row_id: strawberry.Private[UUID]
    person_id: strawberry.ID = strawberry.field(description="Whose snapshot it is, also where `person` is null.")
    kpi: str
    level: KpiLevel
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date = strawberry.field(description="The last day of the period.")
    as_of: dt.datetime
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int = strawberry.field(description="Facts that the value rests on.")
    target: Decimal | None
    attainment: Decimal | None
    model_version: int

    @strawberry.field(description="Whose snapshot it is, if the caller may see that person today.")
    async def person(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        from schema.people.types import to_person  # noqa: PLC0415 - the two types refer to each other

        found = await info.context.loaders.people.load(self.person_row_id)
        return None if found is None else to_person(found)


describe(KpiSnapshot, KpiSnapshotDTO)


def to_snapshot(dto: KpiSnapshotDTO) -> KpiSnapshot:
    """The GraphQL view of a snapshot."""
    person_id = to_global_id("Person", dto.person_id)
    return KpiSnapshot(person_row_id=dto.person_id, person_id=person_id, **dto.model_dump(exclude={"person_id"}))


@strawberry.type(description="Snapshots that are not what they were when they were told last.")
class KpiSnapshotChanges:
    """One message of the subscription."""

    snapshots: list[KpiSnapshot] = strawberry.field(description="The changed ones, each in its latest state.")


@strawberry.type(description="What is told as it happens.")
class Subscription:
    """Over `graphql-transport-ws`."""

    @strawberry.subscription(
        description="Changed snapshots of a person, or of a manager's direct reports, from now on. Query first.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
    )
    async def kpi_snapshot_changed(
        self,
        info: Info,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        period: PeriodKind = PeriodKind.MONTH,
    ) -> AsyncGenerator[KpiSnapshotChanges, None]:
        """Messages until either side ends it."""
        context = info.context
        query = to_input(
            KpiSnapshotQuery,
            person_id=id_of(person_id, "Person"),
            manager_id=id_of(manager_id, "Person"),
            period=period,
        )
        async with contextlib.aclosing(context.feed.watch(context.principal, query)) as changes:
            async for snapshots in changes:
                context.forget()
                yield KpiSnapshotChanges(snapshots=[to_snapshot(snapshot) for snapshot in snapshots])


@strawberry.type
class KpiSnapshotQueries:
    """Queries of this slice."""

    @strawberry.field(
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        description="Snapshots by person's name and in the model's order of KPIs.",
    )
    async def kpi_snapshots(
        self,
        info: Info,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        kpi: str | None = None,
        period: PeriodKind = PeriodKind.MONTH,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
        first: int | None = None,
        after: str | None = None,
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
        )
        async with info.context.session() as session:
            page = await snapshots.list_kpi_snapshots(
                session, info.context.principal, query, page_request(first, after)
            )
        return to_connection(page, to_snapshot, after)
