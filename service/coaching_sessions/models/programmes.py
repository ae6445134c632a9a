"""Tables of session formats, and of the programmes that cascade to a cadence per manager and rep."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import INSTANT, TenantRow, timestamp

MINUTES: Any = ARRAY(Integer)


class SessionFormat(TenantRow, table=True):
    """One version of a format; never changed, so that a past session keeps the format it was held by."""

    __tablename__ = "session_format"

    key: str
    version: int
    name: str
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False), description="A `FormatDocument`")
    created_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        UniqueConstraint("org_id", "key", "version"),
        CheckConstraint("version >= 1", name="version"),
    )


class Series(TenantRow):
    """What a programme lays down and each of its cadences carries on: when, how long and by which format."""

    rule: str = Field(description="RFC 5545 RRULE without its name")
    starts_on: date = Field(description="Local day of DTSTART: every other week is counted from it")
    ends_on: date | None = Field(default=None, description="The last day, before the first where it is called off")
    starts_at: time = Field(description="Wall-clock time of whoever `clock_of` names")
    minutes: int
    clock_of: str = Field(description="Whose time zone the wall clock is in: the rep's or the manager's")
    when_away: str = Field(description="What becomes of a session on a day off: it moves or is skipped")
    reminder_minutes: list[int] = Field(sa_type=MINUTES, description="Before the start, each a reminder")
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT)


def _series_checks() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("minutes BETWEEN 5 AND 480 AND minutes % 5 = 0", name="minutes"),
        CheckConstraint("clock_of IN ('rep', 'manager')", name="clock_of"),
        CheckConstraint("when_away IN ('move', 'skip')", name="when_away"),
    )


class CoachingProgramme(Series, table=True):
    """Who coaches whom, how often and how: everybody it covers gets a cadence, those who join later too.

    Of `manager_id` (whoever is in the tree below), `team_id` and `job_role` all that are given must fit. The two ids
    are no foreign keys: a programme of a team that is gone covers nobody any more, and its sessions stay.
    """

    __tablename__ = "coaching_programme"

    name: str
    description: str | None = None
    manager_id: UUID | None = None
    team_id: UUID | None = None
    job_role: str | None = None
    format_key: str
    staggered_start: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True), description="A `StaggeredStart`"
    )
    drawn_starts: dict[str, str] | None = Field(
        default=None,
        sa_column=Column(JSONB(none_as_null=True), nullable=True),
        description="What was drawn by it, once and for all: by rep their first day",
    )
    ended_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))

    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        CheckConstraint("(staggered_start IS NULL) = (drawn_starts IS NULL)", name="drawn"),
        *_series_checks(),
    )


class CoachingCadence(Series, table=True):
    """The series of one manager and one rep; `ends_on` is set when anything but a single session changes.

    A change from a day on ends the row and begins another of the same `series_id`.
    """

    __tablename__ = "coaching_cadence"

    series_id: UUID
    programme_id: UUID
    manager_id: UUID
    rep_id: UUID
    format_id: UUID
    from_on: date = Field(description="The first day it holds; the rule may begin earlier")
    end_reason: str | None = None

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "programme_id"], ["coaching_programme.org_id", "coaching_programme.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["org_id", "manager_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "rep_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "format_id"], ["session_format.org_id", "session_format.id"]),
        Index("ix_coaching_cadence__org_id_rep_id", "org_id", "rep_id", "from_on"),
        Index("ix_coaching_cadence__org_id_manager_id", "org_id", "manager_id", "from_on"),
        Index("ix_coaching_cadence__org_id_created_at", "org_id", "created_at", "id"),
        Index(
            "uq_coaching_cadence__running",
            "org_id",
            "programme_id",
            "rep_id",
            unique=True,
            postgresql_where=text("end_reason IS NULL"),
        ),
        CheckConstraint("manager_id <> rep_id", name="two_people"),
        CheckConstraint(
            "end_reason IN ('left', 'moved', 'handed_over', 'not_covered', 'changed', 'programme_ended')",
            name="end_reason",
        ),
        CheckConstraint("end_reason IS NULL OR ends_on IS NOT NULL", name="ended_on_a_day"),
        *_series_checks(),
    )


class CadenceGap(SQLModel, table=True):
    """An occurrence of a cadence for which there is no session, and why; `owed` where it should have taken place."""

    __tablename__ = "cadence_gap"

    org_id: UUID = Field(primary_key=True)
    cadence_id: UUID = Field(primary_key=True)
    occurs_on: date = Field(primary_key=True)
    reason: str
    owed: bool

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "cadence_id"], ["coaching_cadence.org_id", "coaching_cadence.id"], ondelete="CASCADE"
        ),
        CheckConstraint("reason IN ('holiday', 'rep_away', 'manager_away', 'no_free_time')", name="reason"),
    )


class CoachingClock(SQLModel, table=True):
    """What the worker did last for an organization's sessions, so that it does each once and no more."""

    __tablename__ = "coaching_clock"

    org_id: UUID = Field(primary_key=True)
    cascaded_on: date | None = Field(default=None, description="Sessions were laid down ahead on this day")
    wanted_at: datetime | None = Field(
        default=None, sa_column=timestamp(nullable=True), description="Something changed since: lay them down again"
    )
    reviewed_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))


class UncoveredRep(SQLModel, table=True):
    """A rep of whom it was told that they have no session planned; gone as soon as they have one."""

    __tablename__ = "uncovered_rep"

    org_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    told_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
    )
