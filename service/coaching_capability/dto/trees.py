"""What every answer about a manager's people says of whose they are."""

from datetime import date, datetime
from uuid import UUID

from service.core.dto import OutputDTO


class ManagerTreeDTO(OutputDTO):
    """A manager, who counts for them, and the instant."""

    id: UUID
    """The manager's."""
    name: str
    left_on: date | None
    """The last day; null: still there."""
    tree: bool
    """Everybody below counts; if not, the direct reports."""
    as_of: datetime
    """Nothing later is in it."""
