"""What a version of a model changes, and which snapshots it moves."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.kpi_status import Status
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import (
    Connection,
    Node,
    NullIfAbsent,
    PageInfo,
    id_of,
    page_of_list,
    part_of_list,
    to_global_id,
    to_page_info,
)
from schema.scalars import Cursor, Pointer
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.changes import get_model_changes
from service.kpi_snapshots.versions.dto import KpiChangeDTO, ModelChangesDTO, ModelChangesQuery, MovedSnapshotDTO
from service.organizations.permissions import Permission as People
from service.success_models.differences import Change
from service.success_models.targets import PeriodKind

describe_enum(
    Change,
    "What became of a KPI.",
    name="KpiChangeKind",
    added="The older version did not have it.",
    removed="This version does not have it any more.",
    changed="Its definition or one of its targets is another.",
    unchanged="It is the same; it may still move with a KPI that it is divided by.",
)


@strawberry.type(description="A person's snapshot under both versions.")
class MovedSnapshotEdge:
    """The person's id is the node."""

    person_row_id: strawberry.Private[UUID]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="Whose it is, also where `person` is null.")
    value_before: Decimal | None
    value_after: Decimal | None
    target_before: Decimal | None
    target_after: Decimal | None
    status_before: Status | None
    status_after: Status | None

    @strawberry.field(
        description="Whose it is, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.person_row_id)
        return None if found is None else to_person(found)


describe(MovedSnapshotEdge, MovedSnapshotDTO)


@strawberry.type(description="Snapshots that moved, by name.")
class MovedSnapshotConnection:
    """A Relay connection."""

    edges: list[MovedSnapshotEdge] = strawberry.field(description="The snapshots of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What became of a KPI.")
class KpiChangeEdge:
    """The KPI's key is the node."""

    row: strawberry.Private[KpiChangeDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The KPI's key.")
    name: str
    change: Change
    moved: int

    @strawberry.field(description="Where in the document it changed.", extensions=[Paged(whole=True)])
    def pointers(self, page: PageRequest) -> Connection[Pointer]:
        """All of them, unless fewer are asked for."""
        return part_of_list(self.row.pointers, Pointer, page)

    @strawberry.field(description="The first hundred of those that moved, by name.", extensions=[Paged(whole=True)])
    def snapshots(self, page: PageRequest) -> MovedSnapshotConnection:
        """All of these, unless fewer are asked for."""
        return _to_moved(self.row.snapshots, page)


describe(KpiChangeEdge, KpiChangeDTO)


@strawberry.type(description="KPIs of either version: this one's in its order, then those that it has no more.")
class KpiChangeConnection:
    """A Relay connection."""

    edges: list[KpiChangeEdge] = strawberry.field(description="The KPIs of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What a version changed against an older one, of a draft what it would change.")
class ModelChanges(Node):
    """The id names the question."""

    row: strawberry.Private[ModelChangesDTO]
    version: int
    against_version: int | None
    period: PeriodKind
    period_start: dt.date
    period_end: dt.date
    as_of: dt.datetime

    @strawberry.field(description="KPI by KPI.", extensions=[Paged(whole=True)])
    def kpis(self, page: PageRequest) -> KpiChangeConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.kpis, page)
        edges = [
            KpiChangeEdge(
                row=dto, cursor=Cursor(cursor), node=dto.kpi, **dto.model_dump(include={"name", "change", "moved"})
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return KpiChangeConnection(edges=edges, page_info=to_page_info(found, page))


describe(ModelChanges, ModelChangesDTO)
KEY = ("model_id", "against", "period", "period_start", "as_of")
"""What an id names, with a `|` between the parts."""


def _to_moved(rows: Sequence[MovedSnapshotDTO], page: PageRequest) -> MovedSnapshotConnection:
    found = page_of_list(rows, page)
    edges = [
        MovedSnapshotEdge(
            person_row_id=dto.person_id,
            cursor=Cursor(cursor),
            node=to_global_id("Person", dto.person_id),
            **dto.model_dump(exclude={"person_id"}),
        )
        for cursor, dto in zip(found.cursors, found.items, strict=True)
    ]
    return MovedSnapshotConnection(edges=edges, page_info=to_page_info(found, page))


async def _ask(info: Info, model_id: UUID, asked: ModelChangesQuery) -> ModelChanges:
    async with info.context.session() as session:
        dto = await get_model_changes(session, info.context.principal, model_id, asked)
    parts = {"model_id": model_id, **asked.model_dump(mode="json")}
    shown = dto.model_dump(include={"version", "against_version", "period", "period_start", "period_end", "as_of"})
    key = "|".join(str(parts[name] or "") for name in KEY)
    return ModelChanges(id=to_global_id("ModelChanges", key), row=dto, **shown)


async def load_model_changes(info: Info, key: str) -> ModelChanges:
    """By what the id names."""
    parts = {name: part for name, part in zip(KEY, key.split("|", len(KEY) - 1), strict=True) if part}
    model_id = UUID(parts.pop("model_id", ""))
    try:
        return await _ask(info, model_id, ModelChangesQuery.model_validate(parts))
    except ServiceError as error:
        raise not_found("model_changes") if error.kind is ErrorKind.INVALID else error from error


@strawberry.type
class ModelChangesQueries:
    """Queries of what versions change."""

    @strawberry.field(
        description="What a version of a model changes, and whose snapshots it moves; of a draft what it would.",
        metadata={NEEDS: Permission.KPI_SNAPSHOTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def model_changes(
        self,
        info: Info,
        success_model_id: strawberry.ID,
        against_id: strawberry.ID | None = None,
        period: PeriodKind = PeriodKind.MONTH,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
    ) -> ModelChanges | None:
        """Null for a version that is not there."""
        model, against = row_id(success_model_id, "SuccessModel"), id_of(against_id, "SuccessModel")
        when = {"period": period, "period_start": period_start, "as_of": as_of}
        return await _ask(info, model, to_input(ModelChangesQuery, against=against, **when))
