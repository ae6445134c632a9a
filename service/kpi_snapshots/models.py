"""Tables of measures and their cells: sums per person, measure and local day, recomputed from the facts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Numeric
from sqlalchemy.dialects.postgresql import JSONB
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
