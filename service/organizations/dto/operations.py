"""Long jobs as they are shown."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from service.core.dto import InputDTO, OutputDTO, SearchText
from service.core.sorting import Sorting


class OperationStatus(StrEnum):
    """Where an operation stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({OperationStatus.SUCCEEDED, OperationStatus.FAILED, OperationStatus.CANCELLED})
"""An operation that has ended stays as it is."""

OPERATION_SORTING = Sorting({"created_at": datetime}, default="-created_at")


class OperationFilter(InputDTO):
    """Which operations a list holds."""

    kind: SearchText | None = None
    status: OperationStatus | None = None


class OperationDTO(OutputDTO):
    """A long job: it is accepted at once, carried out by a worker, and its end is an event."""

    id: UUID
    """Also the id of what it makes: of the import, for example."""
    kind: str
    """`import`, …"""
    status: OperationStatus
    done: int
    """How many steps of `total` are done."""
    total: int | None
    """Null until it is known."""
    counts: dict[str, int]
    """What came of it, by name; empty until it has ended."""
    error_code: str | None
    """Why it failed, machine-readable."""
    error_message: str | None
    """Why it failed, for people."""
    cancel_requested: bool
    """Whether it ends at its next step."""
    person_id: UUID | None
    """Who asked for it; null for a key of the organization."""
    created_at: datetime
    started_at: datetime | None
    """When a worker took it up."""
    finished_at: datetime | None
    """When it ended."""
