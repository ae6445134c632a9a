"""Tables of organizations, and of what was known of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, Date, Integer, LargeBinary, Numeric
from sqlmodel import Field, SQLModel

from service.core.tables import INSTANT, timestamp

DAYS: Any = ARRAY(Date)
WEEKDAYS: Any = ARRAY(Integer)


class OrganizationDirectory(SQLModel, table=True):
    """Non-tenant: finds an organization by id or by the hash of its name."""

    __tablename__ = "organization_directory"

    org_id: UUID = Field(primary_key=True)
    name_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))


class OrganizationFields(SQLModel):
    """The settings that numbers depend on, and since when they are known to be so."""

    org_id: UUID = Field(primary_key=True)
    known_from: datetime = Field(sa_type=INSTANT)
    time_zone: str
    currency: str
    week_start: int = Field(description="ISO weekday, 1 = Monday")
    fiscal_year_start_month: int
    working_weekdays: list[int] = Field(sa_type=WEEKDAYS, description="ISO weekdays")
    holiday_calendar: str | None = Field(default=None, description="DE, US-CA; NULL: none")
    company_holidays: list[date] = Field(sa_type=DAYS)
    company_working_days: list[date] = Field(sa_type=DAYS)
    day_starts_hour: int
    day_ends_hour: int


class Organization(OrganizationFields, table=True):
    """A customer: its calendar and currency are those of every number it is shown."""

    __tablename__ = "organization"

    name: str
    closing_grace_days: int = Field(default=5, description="After its end, until a period is closed")
    opportunity_grace_working_days: int = Field(default=3, description="Until a manager sees an opportunity")
    session_horizon_weeks: int = Field(default=8, description="How far ahead sessions are laid down")
    session_grace_hours: int = Field(default=24, description="After its end, until a session not held is missed")
    verdict_probability: Decimal = Field(
        default=Decimal("0.8"), sa_type=Numeric(2, 2), description="Of a quadrant, to be a person's verdict"
    )
    coaching_standard_models: Decimal = Field(
        default=Decimal("0.9"), sa_type=Numeric(3, 2), description="Of the reps, covered by a success model"
    )
    coaching_standard_process: Decimal = Field(
        default=Decimal("0.5"), sa_type=Numeric(3, 2), description="Of what is discussed, about process"
    )
    coaching_standard_skills: Decimal = Field(
        default=Decimal("0.8"), sa_type=Numeric(3, 2), description="Of the reps, with gaps assessed and agreed"
    )
    coaching_standard_cadence: Decimal = Field(
        default=Decimal("0.8"), sa_type=Numeric(3, 2), description="Of the sessions owed, held on time"
    )
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        CheckConstraint("coaching_standard_models BETWEEN 0 AND 1", name="coaching_standard_models"),
        CheckConstraint("coaching_standard_process BETWEEN 0 AND 1", name="coaching_standard_process"),
        CheckConstraint("coaching_standard_skills BETWEEN 0 AND 1", name="coaching_standard_skills"),
        CheckConstraint("coaching_standard_cadence BETWEEN 0 AND 1", name="coaching_standard_cadence"),
        CheckConstraint("verdict_probability BETWEEN 0.5 AND 0.99", name="verdict_probability"),
        CheckConstraint("session_horizon_weeks BETWEEN 1 AND 26", name="session_horizon"),
        CheckConstraint("session_grace_hours BETWEEN 0 AND 336", name="session_grace"),
        CheckConstraint("opportunity_grace_working_days BETWEEN 0 AND 20", name="opportunity_grace"),
        CheckConstraint("week_start BETWEEN 1 AND 7", name="week_start"),
        CheckConstraint("fiscal_year_start_month BETWEEN 1 AND 12", name="fiscal_year_start_month"),
        CheckConstraint("closing_grace_days BETWEEN 0 AND 60", name="closing_grace_days"),
        CheckConstraint(
            "day_starts_hour >= 0 AND day_starts_hour < day_ends_hour AND day_ends_hour <= 24", name="day_hours"
        ),
    )


class OrganizationVersion(OrganizationFields, table=True):
    """Settings as they were known from `known_from` until before `known_until`."""

    __tablename__ = "organization_version"

    known_from: datetime = Field(sa_type=INSTANT, primary_key=True)
    known_until: datetime = Field(sa_type=INSTANT)
