"""What snapshots of closed periods were, and why they changed."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import strawberry

from schema.describing import describe, describe_enum
from schema.kpi_status import Status
from schema.relay import PageInfo, page_of_list, to_page_info
from schema.scalars import Cursor
from service.core.pagination import PageRequest
from service.kpi_snapshots.closings import Reason
from service.kpi_snapshots.dto import SnapshotRevisionDTO

describe_enum(
    Reason,
    "Why a closed snapshot was written.",
    name="RevisionReason",
    closed="The period was closed.",
    late_facts="Facts arrived or were corrected afterwards.",
    definition="Another version of the model came into force.",
    target="The target or the working time was changed.",
)


@strawberry.type(description="A revision of a closed snapshot.")
class SnapshotRevisionEdge:
    """Its value is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: Decimal | None = strawberry.field(description="The value; null where there is nothing to divide by.")
    n: int = strawberry.field(description="Facts that the value rested on.")
    target: Decimal | None = strawberry.field(description="The target as it was.")
    status: Status | None = strawberry.field(description="Whether it was reached; null without a target.")
    revision: int
    recorded_at: dt.datetime
    reason: Reason
    explanation: str


describe(SnapshotRevisionEdge, SnapshotRevisionDTO)


@strawberry.type(description="Everything that a closed snapshot was.")
class SnapshotRevisionConnection:
    """A Relay connection."""

    edges: list[SnapshotRevisionEdge] = strawberry.field(description="The revisions of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def to_revisions(rows: Sequence[SnapshotRevisionDTO], page: PageRequest) -> SnapshotRevisionConnection:
    """The page of the revisions that is asked for."""
    found = page_of_list(rows, page)
    edges = [
        SnapshotRevisionEdge(
            cursor=Cursor(cursor),
            node=row.snapshot.value,
            n=row.snapshot.n,
            target=row.snapshot.target,
            status=row.snapshot.status,
            revision=row.revision,
            recorded_at=row.recorded_at,
            reason=row.reason,
            explanation=row.explanation,
        )
        for cursor, row in zip(found.cursors, found.items, strict=True)
    ]
    return SnapshotRevisionConnection(edges=edges, page_info=to_page_info(found, page))
