"""How deals ripen: the question and its answer."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from service.core.dto import Day, InputDTO, Instant, OutputDTO
from service.kpi_snapshots.maturity.estimating import AgeVerdict, WhyNot
from service.success_models.filters import ATTRIBUTE_PREFIX

SEGMENTS = ("amount", "pipeline")


def _known_segment(name: str) -> str:
    if name not in SEGMENTS and not (name.startswith(ATTRIBUTE_PREFIX) and len(name) > len(ATTRIBUTE_PREFIX)):
        raise ValueError("must be amount, pipeline or the customer's own field as attributes.…")
    return name


SegmentField = Annotated[
    str, StringConstraints(max_length=100, pattern=r"^[a-z][A-Za-z0-9_.]*$"), AfterValidator(_known_segment)
]
"""What deals are told apart by."""


class RecordsStart(StrEnum):
    """How the day is known on which the records start."""

    GIVEN = "given"
    EARLIEST_CLOSE = "earliest_close"
    NOTHING_CLOSED = "nothing_closed"


class PipelineMaturityQuery(InputDTO):
    """Whose deals: one person's, those of a manager's whole tree, or all that the caller may see.

    Of a person and a manager both hold. A closed deal is that of its owner at the close, an open one that of its owner
    now. `as_of` limits what had happened; `records_start` is the first day of complete records, by default that of the
    earliest close in the organization.
    """

    person_id: UUID | None = None
    manager_id: UUID | None = None
    segment: SegmentField | None = None
    records_start: Day | None = None
    as_of: Instant | None = None


class AgeShareDTO(OutputDTO):
    """A share at an age, with its interval of 90 %."""

    days: int
    """The age."""
    value: Decimal | None
    """Null where nobody was left to tell."""
    low: Decimal
    """Lower end of its interval."""
    high: Decimal
    """Upper end of its interval."""


class MaturitySegmentDTO(OutputDTO):
    """What becomes of the deals of a segment. Null estimates: `cannot_tell` says why."""

    segment: str | None
    """Its value; null for deals without one, and for all deals together."""
    n: int
    """Deals that count."""
    won: int
    """Those of them that were won."""
    lost: int
    """Those that were lost."""
    open: int
    """Those that are open: they count as long as they have been watched, neither as won nor as lost."""
    late_entries: int
    """Those that began before the records; they count from then on only, as others like them are not on record."""
    left_out: int
    """Deals that ended before the records start; they are not in `n`."""
    cannot_tell: WhyNot | None
    """Why there are no estimates."""
    win_rate: Decimal | None
    """The share that is won eventually, which means by `eventual_days`."""
    win_rate_low: Decimal | None
    """Lower end of its 90 % interval."""
    win_rate_high: Decimal | None
    """Upper end of its 90 % interval."""
    eventual_days: int | None
    """The age of the oldest deal at its close: of what comes later nothing is known."""
    last_win_days: int | None
    """The age of the oldest win."""
    median_days_to_win: Decimal | None
    """By which age half of the eventual wins are won."""
    median_days_low: Decimal | None
    """Lower end of its 90 % interval."""
    median_days_high: Decimal | None
    """Upper end of its 90 % interval."""
    incidence: list[AgeShareDTO]
    """The share of all deals that is won by an age."""
    if_open: list[AgeShareDTO]
    """The share of the deals still open at an age that is won eventually."""
    normal_age: int
    """Open deals of an age at which deals are still won."""
    ageing: int
    """Open deals whose chance is surely below half of a new deal's."""
    dead: int
    """Open deals older than every win, with a chance surely below 5 %."""


class OpenDealAgeDTO(OutputDTO):
    """What its age says of an open deal."""

    deal_id: UUID
    """Which one."""
    person_id: UUID | None
    """Its owner."""
    name: str | None
    segment: str | None
    """The segment by whose course it is judged."""
    days: int
    """Its age."""
    verdict: AgeVerdict
    """Normal, ageing, dead, or not to be told."""
    probability: Decimal | None
    """Of being won by its segment's `eventual_days`."""
    low: Decimal | None
    """Lower end of its 90 % interval."""
    high: Decimal | None
    """Upper end of its 90 % interval."""


class PipelineMaturityDTO(OutputDTO):
    """How deals ripen."""

    as_of: datetime
    """Nothing later counts."""
    segmented_by: str | None
    """The field that was asked for."""
    records_start: date | None
    """The first day of complete records; null where nothing ever closed."""
    records_start_is: RecordsStart
    """How that day is known."""
    method: str
    """The estimator and its interval."""
    model_version: str
    """The version of the rules behind the verdicts."""
    together: MaturitySegmentDTO
    """All deals."""
    segments: list[MaturitySegmentDTO]
    """By value; empty where none are asked for."""
    open_deals: list[OpenDealAgeDTO]
    """The oldest first."""
