"""Tables of coaching sessions: their moves, what both sides attest, and notes with who may read them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import PRIVATE, TenantRow, timestamp

MINUTES: Any = ARRAY(Integer)
PEOPLE: Any = ARRAY(Uuid)
SESSION = ("coaching_session.org_id", "coaching_session.id")
PERSON = ("person.org_id", "person.id")


def _of_session() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["org_id", "session_id"], list(SESSION), ondelete="CASCADE")


def _of_person(column: str = "person_id") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["org_id", column], list(PERSON), ondelete="CASCADE")


class CoachingSession(TenantRow, table=True):
    """A session of a manager and a rep, and of those beside them; `cadence_id` NULL: arranged by hand.

    `manager_id` owes it. `coach_ids` and `rep_ids` are the others of both sides, and `substitute_id` holds it for the
    manager, with a coach's rights from `substituted_from` until `substituted_until`. `uninvited_ids` were to come and
    are not any more. They are no foreign keys: whoever is removed is taken out by the next cascade, and the session
    stays.

    `due_at` is when it was to start at first: adherence counts it there, wherever it was moved. `owed` is false for
    what nobody owes any more, as the series itself was changed or ended.
    """

    __tablename__ = "coaching_session"

    cadence_id: UUID | None = None
    programme_id: UUID | None = None
    occurs_on: date | None = Field(default=None, description="The day in the series that it is of")
    manager_id: UUID
    rep_id: UUID
    coach_ids: list[UUID] = Field(default_factory=list, sa_column=Column(PEOPLE, nullable=False))
    rep_ids: list[UUID] = Field(default_factory=list, sa_column=Column(PEOPLE, nullable=False))
    substitute_id: UUID | None = None
    substituted_from: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    substituted_until: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    uninvited_ids: list[UUID] = Field(default_factory=list, sa_column=Column(PEOPLE, nullable=False))
    replaced_by: UUID | None = Field(default=None, description="The group session that took its place")
    format_id: UUID
    time_zone: str
    due_at: datetime = Field(sa_column=timestamp())
    starts_at: datetime = Field(sa_column=timestamp())
    ends_at: datetime = Field(sa_column=timestamp())
    status: str
    owed: bool = True
    sequence: int = 0
    reminder_minutes: list[int] = Field(sa_type=MINUTES)
    next_reminder_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    started_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    completed_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    minutes_held: int | None = None
    cancelled_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    cancelled_by: UUID | None = None
    cancelled_side: str | None = None
    cancel_reason: str | None = None
    missed_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    answers: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False), description="By section, by question")
    shared_notes: str | None = None
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "cadence_id"], ["coaching_cadence.org_id", "coaching_cadence.id"]),
        ForeignKeyConstraint(["org_id", "programme_id"], ["coaching_programme.org_id", "coaching_programme.id"]),
        ForeignKeyConstraint(["org_id", "format_id"], ["session_format.org_id", "session_format.id"]),
        _of_person("manager_id"),
        _of_person("rep_id"),
        UniqueConstraint("org_id", "cadence_id", "occurs_on"),
        Index("ix_coaching_session__org_id_rep_id", "org_id", "rep_id", "starts_at"),
        Index("ix_coaching_session__org_id_manager_id", "org_id", "manager_id", "starts_at"),
        Index("ix_coaching_session__org_id_starts_at", "org_id", "starts_at", "id"),
        Index("ix_coaching_session__org_id_due_at", "org_id", "due_at", "id"),
        Index("ix_coaching_session__org_id_next_reminder_at", "org_id", "next_reminder_at"),
        Index(
            "ix_coaching_session__shared",
            "org_id",
            "starts_at",
            postgresql_where=text("cardinality(coach_ids) + cardinality(rep_ids) > 0"),
        ),
        Index(
            "ix_coaching_session__substituted",
            "org_id",
            "substitute_id",
            "starts_at",
            postgresql_where=text("substitute_id IS NOT NULL"),
        ),
        Index(
            "ix_coaching_session__uninvited",
            "org_id",
            "starts_at",
            postgresql_where=text("cardinality(uninvited_ids) > 0"),
        ),
        Index(
            "ix_coaching_session__replaced",
            "org_id",
            "replaced_by",
            postgresql_where=text("replaced_by IS NOT NULL"),
        ),
        Index("ix_coaching_session__scheduled", "org_id", "ends_at", postgresql_where=text("status = 'scheduled'")),
        CheckConstraint("manager_id <> rep_id", name="two_people"),
        CheckConstraint(
            "NOT coach_ids && (rep_ids || ARRAY[manager_id, rep_id]) AND NOT rep_ids && ARRAY[manager_id, rep_id]",
            name="everybody_once",
        ),
        CheckConstraint("num_nulls(substitute_id, substituted_from, substituted_until) IN (0, 3)", name="substitution"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("status IN ('scheduled', 'in_progress', 'completed', 'cancelled', 'missed')", name="status"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("(status = 'missed') = (missed_at IS NOT NULL)", name="missed"),
        CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed"),
        CheckConstraint("cancelled_side IN ('manager', 'rep', 'other', 'system')", name="cancelled_side"),
        CheckConstraint("(cadence_id IS NULL) = (occurs_on IS NULL)", name="of_a_series"),
    )


class SessionMove(TenantRow, table=True):
    """A session was put at another time; never changed."""

    __tablename__ = "session_move"

    session_id: UUID
    sequence: int
    from_starts_at: datetime = Field(sa_column=timestamp())
    from_ends_at: datetime = Field(sa_column=timestamp())
    to_starts_at: datetime = Field(sa_column=timestamp())
    to_ends_at: datetime = Field(sa_column=timestamp())
    moved_at: datetime = Field(sa_column=timestamp())
    moved_by: UUID | None = Field(default=None, description="NULL: by a key of the organization, or by the series")
    side: str
    reason: str
    notice_minutes: int = Field(description="How long before the old time; below 0: after it")

    __table_args__ = (
        _of_session(),
        UniqueConstraint("org_id", "session_id", "sequence"),
        CheckConstraint("side IN ('manager', 'rep', 'other', 'system')", name="side"),
    )


class SessionAttestation(SQLModel, table=True):
    """What one side says of how a session went; the two are shown beside each other and never averaged."""

    __tablename__ = "session_attestation"

    org_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    held: bool
    minutes: int | None = None
    on_topic: bool | None = None
    comment: str | None = None
    attested_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (_of_session(), _of_person(), CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes"))


class PrivateNote(SQLModel, table=True):
    """What one participant wrote for themself; nobody else ever sees it."""

    __tablename__ = "private_note"

    org_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    text: str
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (_of_session(), _of_person(), PRIVATE)


class NoteGrant(SQLModel, table=True):
    """Somebody beyond the two may read a session's shared notes, as one of the two said."""

    __tablename__ = "note_grant"

    org_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    granted_by: UUID
    granted_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (_of_session(), _of_person(), _of_person("granted_by"))
