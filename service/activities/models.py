"""Tables of CRM facts: where records come from, their assembled state, and the facts derived from it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import INSTANT, TenantRow, timestamp


class RecordSource(TenantRow, table=True):
    """Where records come from (`system` and the account in it) and how their values map to the model's."""

    __tablename__ = "record_source"

    system: str
    account: str
    mapping: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))

    __table_args__ = (UniqueConstraint("org_id", "system", "account"),)


class Record(TenantRow, table=True):
    """One CRM record, assembled: per field the last write wins, and the history of the fields that need one.

    `state` is the whole truth about the record (a join-semilattice: any order of events ends in the
    same state); facts are derived from it. `footprint` lists the (person, day) cells that the derived
    facts touch, `unmapped` what could not be resolved yet (`owner:123`, `stage:abc`).
    """

    __tablename__ = "record"

    source_id: UUID
    object_type: str
    external_id: str
    state: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    footprint: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    unmapped: list[str] | None = Field(default=None, sa_column=Column(ARRAY(String), nullable=True))
    received_at: datetime = Field(sa_column=timestamp())
    known_from: datetime = Field(sa_column=timestamp(), description="When its facts became what they are")

    __table_args__ = (
        UniqueConstraint("org_id", "source_id", "object_type", "external_id"),
        ForeignKeyConstraint(["org_id", "source_id"], ["record_source.org_id", "record_source.id"]),
        Index("ix_record__unmapped", "org_id", "source_id", postgresql_where="unmapped IS NOT NULL"),
    )


class FactRow(TenantRow):
    """What every fact has: when it reached us, since when we know it so, and a hash of what it says."""

    received_at: datetime = Field(sa_type=INSTANT)
    known_from: datetime = Field(sa_type=INSTANT)
    fingerprint: bytes


class ActivityFields(FactRow):
    """A call, meeting, e-mail or task; `id` is its record's id, `person_id` the owner at the time."""

    kind: str
    person_id: UUID | None = None
    deal_id: UUID | None = Field(default=None, description="The deal it is about; its row may be hidden or not there")
    occurred_at: datetime = Field(sa_type=INSTANT)
    occurred_on: date = Field(description="Day of `occurred_at` in the organization's time zone")
    direction: str | None = None
    outcome: str | None = None
    status: str | None = None
    duration_seconds: Decimal | None = Field(default=None, sa_type=Numeric)
    attributes: dict[str, Any] = Field(sa_type=JSONB)


class Activity(ActivityFields, table=True):
    """An activity as it is known now."""

    __tablename__ = "activity"

    __table_args__ = (
        Index("ix_activity__person_day", "org_id", "person_id", "occurred_on"),
        Index("ix_activity__occurred_at", "org_id", "occurred_at"),
        Index("ix_activity__deal", "org_id", "deal_id", postgresql_where="deal_id IS NOT NULL"),
        CheckConstraint("duration_seconds >= 0", name="duration_not_negative"),
    )


class ActivityVersion(ActivityFields, table=True):
    """An activity as it was known from `known_from` until before `known_until`."""

    __tablename__ = "activity_version"

    known_from: datetime = Field(sa_type=INSTANT, primary_key=True)
    known_until: datetime = Field(sa_type=INSTANT)

    __table_args__ = (
        Index("ix_activity_version__person_day", "org_id", "person_id", "occurred_on"),
        Index("ix_activity_version__deal", "org_id", "deal_id", postgresql_where="deal_id IS NOT NULL"),
    )


class DealFields(FactRow):
    """A deal; `id` is its record's id. Owners are those at the time of creation and of closing.

    The histories are lists of dated entries in order of time, as `histories.py` makes them.
    """

    name: str | None = None
    pipeline: str | None = None
    stage: str | None = None
    outcome: str = Field(description="open, won or lost")
    amount: Decimal | None = Field(default=None, sa_type=Numeric)
    currency: str | None = None
    org_amount: Decimal | None = Field(
        default=None,
        sa_type=Numeric,
        description="`amount` in the organization's currency; NULL where that is not known",
    )
    owner_id: UUID | None = None
    created_at: datetime = Field(sa_type=INSTANT)
    created_on: date
    created_owner_id: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    closed_on: date | None = None
    closed_owner_id: UUID | None = None
    expected_close_on: date | None = Field(default=None, description="Of an open deal")
    slips: int = Field(description="How often the close date became later while it was open")
    stage_history: list[dict[str, Any]] = Field(sa_type=JSONB)
    owner_history: list[dict[str, Any]] = Field(sa_type=JSONB)
    close_date_history: list[dict[str, Any]] = Field(sa_type=JSONB)
    amount_history: list[dict[str, Any]] = Field(sa_type=JSONB)
    attributes: dict[str, Any] = Field(sa_type=JSONB)


class Deal(DealFields, table=True):
    """A deal as it is known now."""

    __tablename__ = "deal"

    __table_args__ = (
        Index("ix_deal__created", "org_id", "created_owner_id", "created_on"),
        Index("ix_deal__closed", "org_id", "closed_owner_id", "closed_on"),
        Index("ix_deal__owner", "org_id", "owner_id"),
        Index("ix_deal__created_at", "org_id", "created_at"),
        Index("ix_deal__first_close", "org_id", "closed_on", postgresql_where="closed_on IS NOT NULL"),
        CheckConstraint("outcome IN ('open', 'won', 'lost')", name="outcome"),
    )


class DealVersion(DealFields, table=True):
    """A deal as it was known from `known_from` until before `known_until`."""

    __tablename__ = "deal_version"

    known_from: datetime = Field(sa_type=INSTANT, primary_key=True)
    known_until: datetime = Field(sa_type=INSTANT)


class StageChange(SQLModel, table=True):
    """A deal's move into a stage; rewritten as a whole with its deal, so `position` is its identity."""

    __tablename__ = "stage_change"

    org_id: UUID = Field(primary_key=True)
    deal_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    from_stage: str | None = None
    to_stage: str
    person_id: UUID | None = None
    occurred_at: datetime = Field(sa_column=timestamp())
    occurred_on: date
    received_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "deal_id"], ["deal.org_id", "deal.id"], ondelete="CASCADE"),
        Index("ix_stage_change__person_day", "org_id", "person_id", "occurred_on"),
    )


class DirtyCell(SQLModel, table=True):
    """A (person, day) whose measures must be computed again from the facts."""

    __tablename__ = "dirty_cell"

    org_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    marked_at: datetime = Field(sa_column=timestamp())
