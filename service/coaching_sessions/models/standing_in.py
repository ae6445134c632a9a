"""Tables of who coaches in whose place: for a time as a substitute, or from a day on for good."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, ForeignKeyConstraint, Index, Uuid
from sqlmodel import Field

from service.core.tables import TenantRow, timestamp

PERSON = ["person.org_id", "person.id"]
PEOPLE: Any = ARRAY(Uuid)


def _of_person(column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["org_id", column], PERSON, ondelete="CASCADE")


class CoachingSubstitution(TenantRow, table=True):
    """Somebody holds a manager's sessions that start in a span; `rep_id` NULL: those with everybody.

    The instants are the midnights of the manager's own days. One that was ended early has an earlier end.
    """

    __tablename__ = "coaching_substitution"

    manager_id: UUID
    substitute_id: UUID
    rep_id: UUID | None = None
    from_on: date
    to_on: date = Field(description="The last day; before the first where it was called off")
    begins_at: datetime = Field(sa_column=timestamp())
    ends_at: datetime = Field(sa_column=timestamp())
    reason: str | None = None
    created_by: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True), description="Ended early")
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        _of_person("manager_id"),
        _of_person("substitute_id"),
        _of_person("rep_id"),
        Index("ix_coaching_substitution__org_id_manager_id", "org_id", "manager_id", "begins_at"),
        Index("ix_coaching_substitution__org_id_created_at", "org_id", "created_at", "id"),
        CheckConstraint("manager_id <> substitute_id", name="two_people"),
        CheckConstraint("ends_at >= begins_at", name="span"),
    )


class CoachingHandOver(TenantRow, table=True):
    """A manager's coaching of some reps is another's from a day on."""

    __tablename__ = "coaching_hand_over"

    from_manager_id: UUID
    to_manager_id: UUID
    hands_over_on: date
    rep_ids: list[UUID] = Field(sa_column=Column(PEOPLE, nullable=False))
    clashing_session_ids: list[UUID] = Field(
        sa_column=Column(PEOPLE, nullable=False),
        description="Arranged by hand, when the new one has no time",
    )
    created_by: UUID | None = None
    passed_on_at: datetime | None = Field(
        default=None, sa_column=timestamp(nullable=True), description="When topics and commitments became the new one's"
    )
    created_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        _of_person("from_manager_id"),
        _of_person("to_manager_id"),
        Index("ix_coaching_hand_over__org_id_created_at", "org_id", "created_at", "id"),
        CheckConstraint("from_manager_id <> to_manager_id", name="two_people"),
    )
