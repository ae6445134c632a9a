"""What was owed and held: adherence to cadences, and what a rep was entitled to."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from service.coaching_sessions.evenness import Third
from service.core.dto import Day, InputDTO, Instant, OutputDTO


class AccountSpan(InputDTO):
    """Due in which span of days (both ends included, in the organization's time zone), as of when.

    `to_on` defaults to the day of `as_of`, `from_on` to 91 days with it, and `as_of` to now; later than now it is now.
    """

    from_on: Day | None = None
    to_on: Day | None = None
    as_of: Instant | None = None


class AdherenceQuery(AccountSpan):
    """Whose sessions.

    Of `manager_id` the sessions that this manager was to hold; `tree`: those too of every manager who was below on the
    day that a session was due. A team's are those of its present members. Neither: of everybody whom the caller sees.
    """

    manager_id: UUID | None = None
    tree: bool = False
    team_id: UUID | None = None


class EntitlementQuery(AccountSpan):
    """Whose account, and how many days ahead a session should be planned."""

    person_id: UUID
    days: int = Field(default=14, ge=1, le=182)


class UncoveredQuery(InputDTO):
    """How many days ahead a session should be planned, and below whom."""

    manager_id: UUID | None = None
    days: int = Field(default=14, ge=1, le=182)


class RateDTO(OutputDTO):
    """A share with its Wilson interval of 90 %; null where there is nothing to divide by."""

    numerator: int
    """How many."""
    denominator: int
    """Of how many."""
    rate: Decimal | None
    """The one by the other."""
    interval_low: Decimal | None
    """The lower end of its interval."""
    interval_high: Decimal | None
    """Its upper end."""


class CancelledByDTO(OutputDTO):
    """Cancelled sessions by who did it."""

    manager: int
    """By the one who was to coach."""
    rep: int
    """By the one who was to be coached."""
    other: int
    """Somebody above, an administrator, enablement, a key of the organization, or the series."""


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
    """Sessions held of those owed, by third of attainment: coaching is no punishment for those who are behind."""

    third: Third
    """Of the reps, by their attainment of the outcome; equals are in the same third."""
    reps: int
    """How many are in it."""
    held: RateDTO
    """Held, of the sessions owed to them."""


class AdherenceNumbersDTO(OutputDTO):
    """Counts of the sessions that were due in the span, and whose time, with its grace, is over or which are decided.

    Those arranged by hand are among them; those that their series gave up are not.
    owed = held + cancelled + missed + unfinished + unscheduled.
    """

    owed: int
    """Due, whatever became of them, and occurrences for which no time was found."""
    held: RateDTO
    """Completed, of those owed."""
    on_time: RateDTO
    """Started within ten minutes of when they were due at first, or of where their series put them, of those held."""
    rescheduled: RateDTO
    """Moved at least once, and not by their series, of those owed."""
    cancelled: RateDTO
    """Of those owed."""
    cancelled_by: CancelledByDTO
    missed: RateDTO
    """Not started until their grace time was over, of those owed."""
    unfinished: int
    """Started, and not completed until their grace time was over."""
    unscheduled: int
    """Occurrences for which no time was found."""
    minutes: int
    """Of the sessions held."""
    format_completeness: RateDTO
    """Questions and outcomes of the format fulfilled, of those asked, in the sessions held."""
    outcomes_recorded: RateDTO
    """Sessions with a commitment or a discussed topic, of those held."""
    commitments_kept: RateDTO
    """Done, of those made in a session, due in the span and settled as done or missed."""
    process_share: RateDTO
    """Topics and commitments of the sessions held that concern process, of those that concern process or outcome."""
    attested: RateDTO
    """Both sides said how it went, of those held."""
    disputes: DisputesDTO
    not_due_yet: int
    """Owed in the span, but to come or within their grace time: they count for nothing else yet."""
    skipped: int
    """Occurrences on holidays and absences, which nobody owed."""
    substituted: int
    """Of those held, how many a substitute held in the place of the one who owed them."""
    assisted: int
    """Held sessions that nobody counted here owed, and in which one of them coached, beside or in place of another."""
    assisted_minutes: int
    """Of these; minutes of the sessions owed are not among them, so that the two can be added."""


class ManagerAdherenceDTO(AdherenceNumbersDTO):
    """Of one manager, departed ones too."""

    manager_id: UUID
    name: str
    left_on: date | None
    """The last day; null: still there."""
    reasons: list[str]
    """What became of sessions that were not held, and what is worse than with the other managers beyond chance."""


class CadenceAdherenceDTO(OutputDTO):
    """How cadences were kept."""

    from_on: date
    """The first day."""
    to_on: date
    """The last day."""
    as_of: datetime
    """Nothing later is in it."""
    method: str
    """How the intervals were come by, and what is said of a manager only beyond chance."""
    total: AdherenceNumbersDTO
    """Of all managers together."""
    managers: list[ManagerAdherenceDTO]
    """By name."""
    evenness: list[EvennessDTO]
    """By third of attainment, the lowest first; empty with fewer than six reps who have a target."""
    evenness_reason: str
    """What the thirds say, or why there are none."""


class EntitledSessionDTO(OutputDTO):
    """One session or occurrence of a rep's."""

    session_id: UUID | None
    """Null: there is none, for the reason."""
    manager_id: UUID
    """Who was to hold it."""
    due_at: datetime
    """When it was to start at first."""
    starts_at: datetime | None
    """Where it was moved to; null: there is no session."""
    status: str
    """As of a session, or `skipped` and `unscheduled`."""
    owed: bool
    """False: on a day off, or given up by its series."""
    reason: str | None
    """Why it was cancelled, skipped or not scheduled."""


class EntitlementDTO(OutputDTO):
    """What a rep was owed, received and has ahead."""

    person_id: UUID
    """Whose it is."""
    from_on: date
    """The first day."""
    to_on: date
    """The last day."""
    as_of: datetime
    """Nothing later is in it."""
    owed: int
    """Due and over, or decided already."""
    received: RateDTO
    """Held, of those owed."""
    ahead: int
    """Scheduled, from `as_of` on, in the span or not."""
    next_session_at: datetime | None
    """The first of them."""
    alert: str | None
    """Why somebody should act: no session is planned within the days asked for; null: one is."""
    sessions: list[EntitledSessionDTO]
    """In the span, by when they were due."""


class UncoveredPersonDTO(OutputDTO):
    """A rep without a session within the days asked for."""

    id: UUID
    """The person's."""
    name: str
    manager_id: UUID | None
    """Whom they report to today."""
    last_held_at: datetime | None
    """When their last session began; null: there was none."""
    next_session_at: datetime | None
    """Later than that; null: none at all."""
