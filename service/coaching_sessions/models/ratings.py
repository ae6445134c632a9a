"""Tables of reps' ratings: each one's own, which nobody ever reads, and what was published of closed periods."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import PRIVATE, timestamp


class CoachingRating(SQLModel, table=True):
    """What one rep says of one session; without an id and without a time, as either would tell when it was given.

    Row-level security shows it to its rater's next write of it, and to the publication of a period.
    """

    __tablename__ = "coaching_rating"

    org_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    rater_id: UUID = Field(primary_key=True)
    set_key: str
    set_version: int
    answers: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False), description="Steps by question")

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "session_id"], ["coaching_session.org_id", "coaching_session.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["org_id", "rater_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        PRIVATE,
    )


class RatingPeriod(SQLModel, table=True):
    """A period that was published: sessions completed from one instant until before another; never changed."""

    __tablename__ = "rating_period"

    org_id: UUID = Field(primary_key=True)
    starts_on: date = Field(primary_key=True)
    ends_on: date
    until: datetime = Field(sa_column=timestamp(), description="Where the next period begins, whatever the calendar")
    set_key: str
    set_version: int
    published_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)


class RatingGroup(SQLModel, table=True):
    """What was published of one manager in a period; the organization's row has place 0 and no manager.

    Numbers are NULL where they are withheld, and nothing tells how many ratings there were. The ids are no foreign
    keys: what was published stays as it was, whoever is deleted.
    """

    __tablename__ = "rating_group"

    org_id: UUID = Field(primary_key=True)
    starts_on: date = Field(primary_key=True)
    place: int = Field(primary_key=True)
    manager_id: UUID | None = None
    above_id: UUID | None = Field(default=None, description="Whom they reported to when the period ended")
    own: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    tree: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "starts_on"], ["rating_period.org_id", "rating_period.starts_on"], ondelete="CASCADE"
        ),
        CheckConstraint("(place = 0) = (manager_id IS NULL)", name="of_the_organization"),
    )
