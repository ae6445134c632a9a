"""Tables of booked time, which nobody can book twice, and of calendar feeds with the way from their token."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKeyConstraint, Index, LargeBinary
from sqlmodel import Field, SQLModel

from service.core.tables import TenantRow, timestamp


class BookedSlot(SQLModel, table=True):
    """Five minutes of a person's time: the primary key is the guarantee that no two sessions have them.

    An exclusion constraint would need `btree_gist`, which the embedded server lacks, and could not span a table
    that is distributed; a primary key that begins with `org_id` can.
    """

    __tablename__ = "booked_slot"

    org_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    slot_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    session_id: UUID

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "session_id"], ["coaching_session.org_id", "coaching_session.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index("ix_booked_slot__org_id_session_id", "org_id", "session_id"),
        CheckConstraint("extract(epoch FROM slot_at)::bigint % 300 = 0", name="whole_slot"),
    )


class CalendarFeed(TenantRow, table=True):
    """A subscription of a person's calendar program; whoever has the token reads it, until it is revoked."""

    __tablename__ = "calendar_feed"

    person_id: UUID
    name: str
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_column=timestamp())
    shown_tag: str | None = Field(default=None, description="Of what it showed when it was read last")
    shown_at: datetime | None = Field(
        default=None, sa_column=timestamp(nullable=True), description="Since when, at the latest, it shows that"
    )

    __table_args__ = (
        CheckConstraint("(shown_tag IS NULL) = (shown_at IS NULL)", name="shown"),
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index("ix_calendar_feed__org_id_person_id", "org_id", "person_id"),
    )


class CalendarFeedRoute(SQLModel, table=True):
    """Non-tenant: finds the organization of a feed by the SHA-256 of its token.

    It outlives the feed, so that a program that reads on is told that the feed is gone.
    """

    __tablename__ = "calendar_feed_route"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    org_id: UUID
    feed_id: UUID
