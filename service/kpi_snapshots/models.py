"""Tables of measures, their cells, ready snapshots, closed periods and grades of leads.

All but what was closed or graded is recomputed.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Numeric
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import TenantRow, timestamp


class Measure(TenantRow, table=True):
    """A measure that some active model uses; `id` is derived from its definition, so versions share it.

    Until `built_at` is set its cells are incomplete and reads go to the facts.
    """

    __tablename__ = "measure"

    definition: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    built_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))


class MeasureCell(SQLModel, table=True):
    """What a measure adds up to for a person on a day; a cell of nothing has no row."""

    __tablename__ = "measure_cell"

    org_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    measure_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    value: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    n: int = Field(description="Facts that went into the value")

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "measure_id"], ["measure.org_id", "measure.id"], ondelete="CASCADE"),
    )


class SnapshotMark(TenantRow, table=True):
    """Whose snapshots are out of date; `first_day` is the earliest day that changed, NULL: all of them.

    A row of its own for each change: who marks a person never waits for who refreshes them.
    """

    __tablename__ = "snapshot_mark"

    person_id: UUID
    first_day: date | None


class ReadySnapshot(SQLModel, table=True):
    """The snapshot of a person and KPI in the period that holds `as_of`, as it is answered.

    `place` is the KPI's in the model of `model_id`; `snapshot` is a `KpiSnapshotDTO`, kept as text: it is only ever
    read as a whole.
    """

    __tablename__ = "kpi_snapshot"

    org_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    period: str = Field(primary_key=True)
    kpi: str = Field(primary_key=True)
    period_start: date
    period_end: date
    model_id: UUID
    place: int
    as_of: datetime = Field(sa_column=timestamp())
    snapshot: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index(None, "org_id", "as_of"),
    )


class PeriodClosing(SQLModel, table=True):
    """A period that is closed: what changes its numbers from then on is a revision."""

    __tablename__ = "period_closing"

    org_id: UUID = Field(primary_key=True)
    period: str = Field(primary_key=True)
    period_start: date = Field(primary_key=True)
    period_end: date
    closed_at: datetime = Field(sa_column=timestamp())


class SnapshotRevision(SQLModel, table=True):
    """What a snapshot of a closed period was from `recorded_at` on; never changed. The first is that of the closing."""

    __tablename__ = "kpi_snapshot_revision"

    org_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    kpi: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    period_start: date = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    recorded_at: datetime = Field(sa_column=timestamp())
    reason: str
    snapshot: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        CheckConstraint("reason IN ('closed', 'late_facts', 'definition', 'target')", name="reason"),
    )


class LeadGradeRow(SQLModel, table=True):
    """How a process KPI of a version of a model was graded as a lead on a day; never changed.

    `document` is a `LeadIndicatorDTO`: what the grade rested on.
    """

    __tablename__ = "lead_grade"

    org_id: UUID = Field(primary_key=True)
    model_id: UUID = Field(primary_key=True)
    kpi: str = Field(primary_key=True)
    graded_on: date = Field(primary_key=True)
    place: int = Field(description="The KPI's in the model")
    grade: str
    graded_at: datetime = Field(sa_column=timestamp())
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))

    __table_args__ = (
        CheckConstraint("grade IN ('predictive', 'unproven', 'gamed', 'expired')", name="grade"),
        Index(None, "org_id", "graded_on"),
    )
