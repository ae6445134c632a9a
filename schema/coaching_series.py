"""What programmes and cadences have in common on this surface: their enums, their inputs, and the clock's time."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import describe_enum
from service.coaching_sessions.laying import ClockOf, WhenAway
from service.coaching_sessions.roster import CadenceEnd

if TYPE_CHECKING:
    from schema.people.types import Person

describe_enum(
    ClockOf,
    "Whose time zone the wall clock of a series is in.",
    name="CoachingClockOf",
    rep="The rep's.",
    manager="The manager's.",
)
describe_enum(
    WhenAway,
    "What becomes of a session on a holiday, or on which one of the two is away.",
    name="CoachingWhenAway",
    move="It moves to the next of five working days that suits both.",
    skip="There is none this time, and none is owed.",
)
describe_enum(
    CadenceEnd,
    "Why a cadence ends.",
    name="CoachingCadenceEnd",
    left="One of the two leaves the company.",
    handed_over="The coaching was handed over to somebody else.",
    moved="The rep reports to somebody else.",
    not_covered="The programme no longer covers the rep.",
    changed="The series goes on otherwise.",
    programme_ended="The programme ends.",
)


@strawberry.input(description="What changes and from which day on; what is absent stays.")
class SeriesChanges:
    """What the inputs of both mutations have."""

    id: strawberry.ID
    from_on: dt.date
    rule: str | None = UNSET
    starts_at: dt.time | None = UNSET
    minutes: int | None = UNSET
    format_key: str | None = UNSET
    clock_of: ClockOf | None = UNSET
    when_away: WhenAway | None = UNSET
    reminder_minutes: list[int] | None = UNSET
    if_match: str | None = None
    idempotency_key: str | None = None


async def person_of(
    info: Info, person_id: UUID | None
) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
    """Through the loader; null for somebody whom the caller may not see."""
    from schema.people.types import to_person  # noqa: PLC0415 - the types refer to each other

    found = None if person_id is None else await info.context.loaders.people.load(person_id)
    return None if found is None else to_person(found)
