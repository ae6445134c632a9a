"""Tables of this slice: how each tree stood when it was looked at last, so that a fall is told of once."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from service.core.tables import timestamp


class CapabilityReview(SQLModel, table=True):
    """The day on which an organization's trees were looked at last."""

    __tablename__ = "capability_review"

    org_id: UUID = Field(primary_key=True)
    reviewed_on: date


class CapabilityStanding(SQLModel, table=True):
    """Whether a key of a tree is below the standard, since it was told of; no row: it never was."""

    __tablename__ = "capability_standing"

    org_id: UUID = Field(primary_key=True)
    manager_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True)
    is_below: bool
    changed_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "manager_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        CheckConstraint("key IN ('models', 'process', 'skills', 'cadence')", name="key"),
    )
