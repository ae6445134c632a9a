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


class Forecast(TenantRow, table=True):
    """What somebody, or the model, said at an instant of a deal or of a quarter; never changed.

    `person_id` is the deal's owner at that instant, or whose quarter it is: theirs alone, or with `whole_tree` that of
    everybody below them. Amounts are in the organization's currency.
    """

    __tablename__ = "forecast"

    made_at: datetime = Field(sa_column=timestamp())
    forecaster: str
    forecaster_id: UUID | None = Field(default=None, description="NULL: the model")
    model_version: str | None = None
    person_id: UUID | None = None
    deal_id: UUID | None = None
    probability: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    expected_close_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    whole_tree: bool = False
    measure: str | None = None
    expected: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    low: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    high: Decimal | None = Field(default=None, sa_column=Column(Numeric))

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "forecaster_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        CheckConstraint("forecaster IN ('model', 'rep', 'manager')", name="forecaster"),
        CheckConstraint(
            "(forecaster = 'model') = (forecaster_id IS NULL) AND (forecaster = 'model') = (model_version IS NOT NULL)",
            name="who",
        ),
        CheckConstraint(
            "num_nonnulls(deal_id, probability) IN (0, 2) AND (deal_id IS NULL) = (period_start IS NOT NULL)"
            " AND num_nonnulls(period_start, period_end, measure, expected, low, high) IN (0, 6)",
            name="deal_or_quarter",
        ),
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
        CheckConstraint("0 <= low AND low <= expected AND expected <= high", name="interval"),
        CheckConstraint("measure IN ('wins', 'amount')", name="measure"),
        Index("ix_forecast__made", "org_id", "made_at", "id"),
        Index("ix_forecast__deal", "org_id", "deal_id", "made_at", postgresql_where="deal_id IS NOT NULL"),
        Index("ix_forecast__forecaster", "org_id", "forecaster_id", "made_at"),
        Index("ix_forecast__quarter", "org_id", "period_end", postgresql_where="period_end IS NOT NULL"),
    )


class ForecastRun(SQLModel, table=True):
    """That the model was asked in a week, and how many forecasts it made."""

    __tablename__ = "forecast_run"

    org_id: UUID = Field(primary_key=True)
    week_start: date = Field(primary_key=True)
    made_at: datetime = Field(sa_column=timestamp())
    deals: int
    quarters: int
