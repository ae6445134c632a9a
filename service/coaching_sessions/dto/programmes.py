"""Inputs and outputs of coaching programmes and the cadences that they cascade to."""

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from service.coaching_sessions.laying import ClockOf, WhenAway
from service.coaching_sessions.recurrence import check_rule
from service.coaching_sessions.roster import CadenceEnd
from service.core.dto import Day, InputDTO, Key, OutputDTO, SearchText, Text, example, refuse_null
from service.core.sorting import Sorting


def _whole_slots(minutes: int) -> int:
    if minutes % 5:
        raise ValueError("must be a multiple of 5")
    return minutes


def _wall_clock(at: time) -> time:
    if at.tzinfo is not None or at.second or at.microsecond or at.minute % 5:
        raise ValueError("must be a local time in whole steps of five minutes, without an offset")
    return at


def _refuse_numbers(value: Any) -> Any:
    """A bare number would pass as seconds since midnight."""
    is_text = isinstance(value, str | time)
    if not is_text:
        raise ValueError("must be a local time as text, as 10:30")
    return value


Rule = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_rule)]
"""An RFC 5545 RRULE without its name, of days and longer: `FREQ=WEEKLY;BYDAY=TU`."""
Minutes = Annotated[int, Field(ge=5, le=480, strict=True), AfterValidator(_whole_slots)]
_WALL_CLOCK = "^([01][0-9]|2[0-3]):[0-5][05](:00)?$"
WallClock = Annotated[
    time,
    BeforeValidator(_refuse_numbers),
    AfterValidator(_wall_clock),
    PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str, when_used="json"),
    # Not the format `time`, which by RFC 3339 carries an offset.
    WithJsonSchema({"type": "string", "pattern": _WALL_CLOCK, "maxLength": 8, "examples": ["10:00"]}),
]
"""A local time of day in whole steps of five minutes."""
Reminders = Annotated[list[Annotated[int, Field(ge=5, le=20_160, strict=True)]], Field(max_length=5)]
"""Minutes before the start, each a reminder."""


class StaggeredStart(InputDTO):
    """Pairs begin wave by wave, in an order that is drawn, where there is no time to begin with all at once.

    Each manager's reps are spread evenly over the waves. Whoever joins after the draw begins at once.
    """

    model_config = example(waves=3, every_weeks=6, seed=7)

    waves: Annotated[int, Field(ge=2, le=12, strict=True)]
    """How many; the first begins on the first day of the programme."""
    every_weeks: Annotated[int, Field(ge=1, le=26, strict=True)]
    """Weeks from one wave to the next."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647, strict=True)] = 0
    """The same seed draws the same order of the same people."""


class CreateCoachingProgramme(InputDTO):
    """Who coaches whom, how often and how.

    Of the tree below `manager_id`, the team and the job role all that are given must fit; none given is everybody who
    reports to somebody.
    """

    model_config = example(
        name="Weekly one-to-ones",
        rule="FREQ=WEEKLY;BYDAY=TU",
        starts_on="2026-03-03",
        starts_at="10:00",
        minutes=30,
        format_key="grow",
    )

    name: Text
    description: Text | None = None
    manager_id: UUID | None = None
    """The tree below this manager."""
    team_id: UUID | None = None
    job_role: Text | None = None
    rule: Rule
    starts_on: Day
    """Every other week, and COUNT, are counted from this day."""
    ends_on: Day | None = None
    """The last day; null: until it is ended."""
    starts_at: WallClock
    """The earliest start of the day; a manager's reps follow one after the other."""
    minutes: Minutes = 30
    format_key: Key = "grow"
    """A format of the organization's, or one that comes with Touchline."""
    clock_of: ClockOf = ClockOf.REP
    when_away: WhenAway = WhenAway.MOVE
    reminder_minutes: Reminders = Field(default_factory=lambda: [1440, 60])
    staggered_start: StaggeredStart | None = None
    """Null: all begin at once."""

    @model_validator(mode="after")
    def _in_order(self) -> "CreateCoachingProgramme":
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("ends_on must not be before starts_on")
        return self


class UpdateCoachingProgramme(InputDTO):
    """Merge-patch of what a programme is called; how it runs changes from a day on."""

    name: Text | None = None
    description: Text | None = None

    _required = field_validator("name")(refuse_null)


class ChangeSeries(InputDTO):
    """Another rule, time, length, format or handling from a day on; what is absent stays. Earlier sessions stay."""

    model_config = example(from_on="2026-04-07", rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", minutes=45)

    from_on: Day
    """The first day of the new series; today or later."""
    rule: Rule | None = None
    starts_at: WallClock | None = None
    minutes: Minutes | None = None
    format_key: Key | None = None
    clock_of: ClockOf | None = None
    when_away: WhenAway | None = None
    reminder_minutes: Reminders | None = None

    _required = field_validator(
        "rule", "starts_at", "minutes", "format_key", "clock_of", "when_away", "reminder_minutes"
    )(refuse_null)

    @model_validator(mode="after")
    def _something(self) -> "ChangeSeries":
        if self.model_fields_set <= {"from_on"}:
            raise ValueError("say what changes")
        return self


class EndProgramme(InputDTO):
    """The last day of a programme."""

    model_config = example(ends_on="2026-06-30")

    ends_on: Day
    """Today or later; sessions after it are cancelled, and nobody owes them."""


PROGRAMME_SORTING = Sorting({"name": str, "created_at": datetime}, default="name")
CADENCE_SORTING = Sorting({"created_at": datetime, "from_on": date}, default="from_on")


class SeriesDTO(OutputDTO):
    """When, how long and by which format."""

    rule: str
    """RFC 5545 RRULE without its name."""
    starts_on: date
    """Every other week, and COUNT, are counted from this day."""
    ends_on: date | None
    """The last day; null: none is known."""
    starts_at: WallClock
    """Wall-clock time."""
    minutes: int
    """How long a session is."""
    clock_of: ClockOf
    """Whose time zone the wall clock is in."""
    when_away: WhenAway
    """What becomes of a session on a day off."""
    reminder_minutes: list[int]
    """Minutes before the start, each a reminder."""


class CoachingProgrammeDTO(SeriesDTO):
    """Who coaches whom, how often and how; everybody it covers has a cadence, those who join later too."""

    id: UUID
    name: str
    description: str | None
    """What it is for."""
    manager_id: UUID | None
    """The tree below this manager; null: of everybody."""
    team_id: UUID | None
    """Members of this team; null: whatever the team."""
    job_role: str | None
    """Of this job role; null: whatever the role."""
    format_key: str
    """Its sessions follow the newest version of this format."""
    staggered_start: StaggeredStart | None
    """In which waves its pairs begin; null: all at once."""
    ended_at: datetime | None
    """When it was ended; null: it runs."""
    created_at: datetime
    updated_at: datetime


class CadenceFilter(InputDTO):
    """Which cadences a list holds."""

    programme_id: UUID | None = None
    manager_id: UUID | None = None
    rep_id: UUID | None = None
    running_on: date | None = None


class ProgrammeFilter(InputDTO):
    """Which programmes a list holds."""

    name: SearchText | None = None


class CoachingCadenceDTO(SeriesDTO):
    """The series of one manager and one rep; a change from a day on is another of the same `series_id`."""

    id: UUID
    series_id: UUID
    """The same before and after a change."""
    programme_id: UUID
    """The programme that it comes of."""
    manager_id: UUID
    """Who coaches."""
    rep_id: UUID
    """Who is coached."""
    format_id: UUID
    """The version of the format that its sessions follow."""
    from_on: date
    """The first day that it holds."""
    end_reason: CadenceEnd | None
    """Why it ends; null: it runs."""
    created_at: datetime
    updated_at: datetime
