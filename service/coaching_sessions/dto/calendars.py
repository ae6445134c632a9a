"""Inputs and outputs of calendar feeds."""

from datetime import datetime
from uuid import UUID

from service.core.dto import InputDTO, OutputDTO, Text, example
from service.core.sorting import Sorting


class CreateCalendarFeed(InputDTO):
    """A subscription for one calendar program."""

    model_config = example(name="My phone")

    person_id: UUID | None = None
    """Whose sessions; null: the caller's own."""
    name: Text
    """Which program it is for, so that one knows what to revoke."""


FEED_SORTING = Sorting({"created_at": datetime}, default="created_at")


class CalendarFeedFilter(InputDTO):
    """Which feeds a list holds."""

    person_id: UUID | None = None


class CalendarFeedDTO(OutputDTO):
    """A feed; its address is shown once, when it is made."""

    id: UUID
    person_id: UUID
    """Whose sessions it tells of."""
    name: str
    created_at: datetime


class CreatedCalendarFeedDTO(CalendarFeedDTO):
    """A new feed with its address."""

    url: str
    """Whoever has it can read when the sessions are, and with whom; no note is ever in it. Shown this once."""
