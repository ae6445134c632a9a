"""Inputs and outputs of organizations."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import AfterValidator, Field, field_validator

from service.core.dto import Day, InputDTO, OutputDTO, ShortNumber, Text, refuse_null
from service.organizations.dto.fields import Currency, Email, HolidayCalendarName, TimeZoneName

T = TypeVar("T", date, int)


def _once(values: list[T]) -> list[T]:
    return sorted(set(values))


Weekdays = Annotated[
    list[Annotated[int, Field(ge=1, le=7, strict=True)]], Field(min_length=1, max_length=7), AfterValidator(_once)
]
"""ISO weekdays, 1 = Monday; in order, each once."""

Days = Annotated[list[Day], Field(max_length=1000), AfterValidator(_once)]
"""In order, each once."""

StartHour = Annotated[int, Field(ge=0, le=23, strict=True)]
EndHour = Annotated[int, Field(ge=1, le=24, strict=True)]
GraceDays = Annotated[int, Field(ge=0, le=60, strict=True)]
GraceWorkingDays = Annotated[int, Field(ge=0, le=20, strict=True)]
HorizonWeeks = Annotated[int, Field(ge=1, le=26, strict=True)]
GraceHours = Annotated[int, Field(ge=0, le=336, strict=True)]
VerdictProbability = Annotated[
    Decimal, Field(ge=Decimal("0.5"), le=Decimal("0.99"), decimal_places=2, allow_inf_nan=False), ShortNumber()
]
"""From one half on, so that two verdicts can hardly have it at once."""

CoachingStandard = Annotated[
    Decimal, Field(ge=0, le=1, max_digits=3, decimal_places=2, allow_inf_nan=False), ShortNumber()
]
"""A share; 0: nothing is asked for."""


class CreateOrganization(InputDTO):
    """A new customer and its first administrator."""

    name: Text
    time_zone: TimeZoneName = "UTC"
    currency: Currency = "USD"
    week_start: int = Field(default=1, ge=1, le=7, strict=True)
    fiscal_year_start_month: int = Field(default=1, ge=1, le=12, strict=True)
    working_weekdays: Weekdays = Field(default_factory=lambda: [1, 2, 3, 4, 5])
    holiday_calendar: HolidayCalendarName | None = None
    company_holidays: Days = Field(default_factory=list)
    company_working_days: Days = Field(default_factory=list)
    day_starts_hour: StartHour = 8
    day_ends_hour: EndHour = 18
    closing_grace_days: GraceDays = 5
    opportunity_grace_working_days: GraceWorkingDays = 3
    session_horizon_weeks: HorizonWeeks = 8
    session_grace_hours: GraceHours = 24
    verdict_probability: VerdictProbability = Decimal("0.8")
    coaching_standard_models: CoachingStandard = Decimal("0.9")
    coaching_standard_process: CoachingStandard = Decimal("0.5")
    coaching_standard_skills: CoachingStandard = Decimal("0.8")
    coaching_standard_cadence: CoachingStandard = Decimal("0.8")
    admin_email: Email
    admin_name: Text | None = None


class UpdateOrganization(InputDTO):
    """Merge-patch of an organization: absent fields stay."""

    name: Text | None = None
    time_zone: TimeZoneName | None = None
    currency: Currency | None = None
    week_start: int | None = Field(default=None, ge=1, le=7, strict=True)
    fiscal_year_start_month: int | None = Field(default=None, ge=1, le=12, strict=True)
    working_weekdays: Weekdays | None = None
    holiday_calendar: HolidayCalendarName | None = None
    """Null: no public holidays."""
    company_holidays: Days | None = None
    company_working_days: Days | None = None
    day_starts_hour: StartHour | None = None
    day_ends_hour: EndHour | None = None
    closing_grace_days: GraceDays | None = None
    opportunity_grace_working_days: GraceWorkingDays | None = None
    session_horizon_weeks: HorizonWeeks | None = None
    session_grace_hours: GraceHours | None = None
    verdict_probability: VerdictProbability | None = None
    coaching_standard_models: CoachingStandard | None = None
    coaching_standard_process: CoachingStandard | None = None
    coaching_standard_skills: CoachingStandard | None = None
    coaching_standard_cadence: CoachingStandard | None = None

    _required = field_validator(
        "name",
        "time_zone",
        "currency",
        "week_start",
        "fiscal_year_start_month",
        "working_weekdays",
        "company_holidays",
        "company_working_days",
        "day_starts_hour",
        "day_ends_hour",
        "closing_grace_days",
        "opportunity_grace_working_days",
        "session_horizon_weeks",
        "session_grace_hours",
        "verdict_probability",
        "coaching_standard_models",
        "coaching_standard_process",
        "coaching_standard_skills",
        "coaching_standard_cadence",
    )(refuse_null)


class OrganizationDTO(OutputDTO):
    """A customer's calendar and currency."""

    id: UUID
    name: str
    time_zone: str
    """IANA name; days begin and end at its midnight."""
    currency: str
    """ISO 4217 code of every sum."""
    week_start: int
    """ISO weekday, 1 = Monday."""
    fiscal_year_start_month: int
    """1 = January."""
    working_weekdays: list[int]
    """ISO weekdays on which the company works."""
    holiday_calendar: str | None
    """Whose public holidays are kept, `DE` or `US-CA`; null: none."""
    company_holidays: list[date]
    """Days off besides."""
    company_working_days: list[date]
    """Days that are worked whatever weekday or holiday they are."""
    day_starts_hour: int
    """The local hour with which a working day begins."""
    day_ends_hour: int
    """The local hour with which it ends, 24 for midnight."""
    closing_grace_days: int
    """Days after a period's end until its numbers are closed; what changes them later is a revision with a reason."""
    opportunity_grace_working_days: int
    """Working days for which a coaching opportunity is the person's alone; 0: the manager sees it at once."""
    session_horizon_weeks: int
    """How many weeks ahead coaching sessions are laid down."""
    session_grace_hours: int
    """Hours after its end until a session that was never started is missed."""
    verdict_probability: Decimal
    """How probable a quadrant must be to be a person's verdict; below it the answer is that it cannot be told yet."""
    coaching_standard_models: Decimal
    """The share of reps that a success model with targets covers, at least."""
    coaching_standard_process: Decimal
    """The share of what sessions discuss that concerns process rather than outcome, at least."""
    coaching_standard_skills: Decimal
    """The share of reps whose skill gaps are assessed and agreed, at least."""
    coaching_standard_cadence: Decimal
    """The share of owed sessions that are held on time, at least."""
    created_at: datetime
    updated_at: datetime
