"""Inputs and outputs of self-correction: how often reps close a gap alone, team by team."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from service.coaching_capability.correcting import CorrectionTrend
from service.coaching_capability.dto.trees import ManagerTreeDTO
from service.core.dto import InputDTO, Instant, OutputDTO


class SelfCorrectionQuery(InputDTO):
    """Whose teams: of `manager_id` and every manager below, or all whom the caller reads.

    `tree`: everybody below a manager counts; without it their direct reports alone. `months`: how many, the one that
    holds `as_of` included.
    """

    manager_id: UUID | None = None
    tree: bool = False
    months: int = Field(default=6, ge=1, le=24)
    as_of: Instant | None = None


class CorrectionMonthDTO(OutputDTO):
    """One month; every number is null where it is withheld, as fewer than five people are in it or it is not over."""

    month: date
    """Its first day."""
    self_corrected: int | None
    """Closed by the person alone within the grace time."""
    decided: int | None
    """All whose grace time ended in the month."""
    people: int | None
    """Whose they are."""
    share: Decimal | None
    """The one by the other."""
    interval_low: Decimal | None
    """The lower end of its interval of 90 %."""
    interval_high: Decimal | None
    """Its upper end."""


class SelfCorrectionDTO(ManagerTreeDTO):
    """How often the reps of one manager close a gap alone, in the months that are shown."""

    from_on: date
    """The first day of the first month."""
    to_on: date
    """The last day."""
    self_corrected: int
    """Opportunities that the person closed alone within the grace time."""
    decided: int
    """All whose grace time is over."""
    people: int
    """Whose they are."""
    share: Decimal | None
    """The one by the other; null: there is nothing to divide by."""
    interval_low: Decimal | None
    """The lower end of its interval of 90 %."""
    interval_high: Decimal | None
    """Its upper end."""
    trend: CorrectionTrend
    """Whether the share goes up or down from month to month."""
    slope: Decimal | None
    """How much the log odds rise a month; null: it cannot be told."""
    p_value: Decimal | None
    """How often chance alone makes a trend as large."""
    withheld: int
    """How many months are not shown."""
    explanation: str
    """In words; where it cannot be told, why, and what it takes."""
    months: list[CorrectionMonthDTO]
    """In order."""
    method: str
    """How the interval and the trend were come by."""
