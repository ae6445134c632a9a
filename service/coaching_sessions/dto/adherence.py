"""What was owed and held: adherence to cadences, and what a rep was entitled to."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from service.core.dto import Day, InputDTO, IsoInstant, OutputDTO


class AdherenceQuery(InputDTO):
    """Whose sessions, due in which span of days (both ends included, in the organization's time zone), as of when.

    Of `manager_id` the sessions that this manager was to hold; `tree`: those of every manager below too. A team's are
    those of its members. Neither: of everybody whom the caller sees.
    """

    manager_id: UUID | None = None
    tree: bool = False
    team_id: UUID | None = None
    from_on: Day
    to_on: Day
    as_of: IsoInstant | None = None


class RateDTO(OutputDTO):
    """A share with its Wilson interval of 90 %; null where there is nothing to divide by."""

    numerator: int
    denominator: int
    rate: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None


class CancelledByDTO(OutputDTO):
    """Cancelled sessions by who did it."""

    manager: int
    rep: int
    other: int
    """Somebody above, an administrator, enablement, or a key of the organization."""


class DisputesDTO(OutputDTO):
    """Where the two sides disagree; shown, and never averaged."""

    held_denied: int
    """Completed, but one side says it was not held."""
    missed_claimed: int
    """Missed, but a side says it was held."""
    minutes: int
    """The two differ by more than ten minutes."""
    on_topic: int
    """One says it was on topic, the other that it was not."""
    session_ids: list[UUID]
    """All of them."""


class EvennessDTO(OutputDTO):
    """Sessions held per rep owed, by third of attainment: coaching is no punishment for those who are behind."""

    third: str
    """`lowest`, `middle`, `highest`."""
    reps: int
    owed: int
    held: int
    rate: Decimal | None


class AdherenceNumbersDTO(OutputDTO):
    """Counts of the sessions that were due in the span and whose time, with its grace, is over."""

    owed: int
    """Due, whatever became of them, and occurrences for which no time was found; none that the series gave up."""
    held: RateDTO
    """Completed, of those owed."""
    on_time: RateDTO
    """Started within ten minutes of when they were due at first, of those held."""
    rescheduled: RateDTO
    """Moved at least once, of those owed."""
    cancelled: RateDTO
    """Of those owed."""
    cancelled_by: CancelledByDTO
    missed: RateDTO
    """Of those owed."""
    unscheduled: int
    """Occurrences for which no time was found."""
    minutes: int
    """Of the sessions held."""
    format_completeness: RateDTO
    """Questions and outcomes of the format fulfilled, of those asked, in the sessions held."""
    outcomes_recorded: RateDTO
    """Sessions with a commitment or a discussed topic, of those held."""
    commitments_kept: RateDTO
    """Done, of those due in the span and settled as done or missed."""
    process_share: RateDTO
    """Topics and commitments of the sessions held that concern process, of those that concern process or outcome."""
    attested: RateDTO
    """Both sides said how it went, of those held."""
    disputes: DisputesDTO
    not_due_yet: int
    """In the span, but to come or within their grace time: they count for nothing yet."""
    skipped: int
    """Occurrences on holidays and absences, which nobody owes."""


class ManagerAdherenceDTO(AdherenceNumbersDTO):
    """Of one manager, departed ones too."""

    manager_id: UUID
    name: str
    left_on: date | None
    """The last day; null: still there."""
    reasons: list[str]
    """What stands out, in words."""


class CadenceAdherenceDTO(OutputDTO):
    """How cadences were kept."""

    from_on: date
    to_on: date
    as_of: datetime
    """Nothing later is in it."""
    method: str
    """How the intervals were come by."""
    total: AdherenceNumbersDTO
    managers: list[ManagerAdherenceDTO]
    """By name."""
    evenness: list[EvennessDTO]
    """By third of attainment; empty with fewer than six reps who have a target."""
    evenness_reason: str
    """What the thirds say, or why there are none."""


class EntitledSessionDTO(OutputDTO):
    """One session or occurrence of a rep's."""

    session_id: UUID | None
    """Null: there is none, for the reason."""
    due_at: datetime
    starts_at: datetime | None
    status: str
    """As of a session, or `skipped` and `unscheduled`."""
    owed: bool
    reason: str | None
    """Why it was cancelled, skipped or not scheduled."""
    manager_id: UUID


class EntitlementDTO(OutputDTO):
    """What a rep was owed, received and has ahead."""

    person_id: UUID
    from_on: date
    to_on: date
    as_of: datetime
    owed: int
    """Due and over."""
    received: RateDTO
    """Held, of those owed."""
    ahead: int
    """Scheduled, from now on."""
    next_session_at: datetime | None
    alert: str | None
    """Why somebody should act: no session is planned within the days asked for; null: one is."""
    sessions: list[EntitledSessionDTO]
    """In the span, by when they were due."""


class UncoveredPersonDTO(OutputDTO):
    """A rep without a session within the days asked for."""

    person_id: UUID
    name: str
    manager_id: UUID | None
    last_held_at: datetime | None
    next_session_at: datetime | None
    """Later than that; null: none at all."""
