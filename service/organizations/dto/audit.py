"""The audit log as it is read."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service.core.dto import InputDTO, Instant, OutputDTO, SearchText
from service.core.sorting import Sorting

AUDIT_SORTING = Sorting({"occurred_at": datetime}, default="-occurred_at")


class AuditEventDTO(OutputDTO):
    """One operation that was carried out, on either surface; `fields` are the names that the request held."""

    id: UUID
    occurred_at: datetime
    """When it was carried out."""
    action: str
    """The operation id, the same on both surfaces."""
    surface: Literal["rest", "graphql"]
    """`rest` or `graphql`."""
    person_id: UUID | None
    """Who did it; null for a key of the organization."""
    key_id: UUID | None
    """With which key."""
    target_id: str | None
    """The row that it was about."""
    fields: list[str]
    """The names that the request held."""
    request_id: str | None
    """Finds it in the logs."""
    trace_id: str | None
    """Finds everything it caused in the logs."""


class AuditEventFilter(InputDTO):
    """Which operations a list holds; `since` is inclusive, `until` is not."""

    action: SearchText | None = None
    person_id: UUID | None = None
    key_id: UUID | None = None
    target_id: SearchText | None = None
    since: Instant | None = None
    until: Instant | None = None
