"""Coaching sessions with their moves, attestations and notes, and the time that each person has booked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import append_only_ddl, row_security_ddl

revision = "coaching_sessions"
down_revision = "coaching_programmes"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("coaching_session", "booked_slot", "session_move", "session_attestation", "private_note", "note_grant")
APPEND_ONLY = ("session_move",)


def upgrade() -> None:
    op.create_table(
        "coaching_session",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=True),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("occurs_on", sa.Date(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("format_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reminder_minutes", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("next_reminder_at", INSTANT, nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("minutes_held", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_by", sa.Uuid(), nullable=True),
        sa.Column("cancelled_side", sa.String(), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=True),
        sa.Column("missed_at", INSTANT, nullable=True),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("shared_notes", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_coaching_session__cancelled")
        ),
        sa.CheckConstraint(
            "(status = 'completed') = (completed_at IS NOT NULL)", name=op.f("ck_coaching_session__completed")
        ),
        sa.CheckConstraint("(status = 'missed') = (missed_at IS NOT NULL)", name=op.f("ck_coaching_session__missed")),
        sa.CheckConstraint(
            "cancelled_side IN ('manager', 'rep', 'other', 'system')", name=op.f("ck_coaching_session__cancelled_side")
        ),
        sa.CheckConstraint(
            "status IN ('scheduled', 'in_progress', 'completed', 'cancelled', 'missed')",
            name=op.f("ck_coaching_session__status"),
        ),
        sa.CheckConstraint("(cadence_id IS NULL) = (occurs_on IS NULL)", name=op.f("ck_coaching_session__of_a_series")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_coaching_session__ends_after_start")),
        sa.CheckConstraint("manager_id <> rep_id", name=op.f("ck_coaching_session__two_people")),
        sa.ForeignKeyConstraint(
            ["org_id", "cadence_id"],
            ["coaching_cadence.org_id", "coaching_cadence.id"],
            name=op.f("fk_coaching_session__org_id_cadence_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "format_id"],
            ["session_format.org_id", "session_format.id"],
            name=op.f("fk_coaching_session__org_id_format_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "manager_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_session__org_id_manager_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "programme_id"],
            ["coaching_programme.org_id", "coaching_programme.id"],
            name=op.f("fk_coaching_session__org_id_programme_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "rep_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_session__org_id_rep_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_coaching_session")),
        sa.UniqueConstraint(
            "org_id", "cadence_id", "occurs_on", name=op.f("uq_coaching_session__org_id_cadence_id_occurs_on")
        ),
    )
    op.create_index("ix_coaching_session__org_id_due_at", "coaching_session", ["org_id", "due_at", "id"], unique=False)
    op.create_index(
        "ix_coaching_session__org_id_manager_id",
        "coaching_session",
        ["org_id", "manager_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        "ix_coaching_session__org_id_next_reminder_at", "coaching_session", ["org_id", "next_reminder_at"], unique=False
    )
    op.create_index(
        "ix_coaching_session__scheduled",
        "coaching_session",
        ["org_id", "ends_at"],
        unique=False,
        postgresql_where=sa.text("status = 'scheduled'"),
    )
    op.create_index(
        "ix_coaching_session__org_id_rep_id", "coaching_session", ["org_id", "rep_id", "starts_at"], unique=False
    )
    op.create_index(
        "ix_coaching_session__org_id_starts_at", "coaching_session", ["org_id", "starts_at", "id"], unique=False
    )
    op.create_table(
        "booked_slot",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("slot_at", INSTANT, nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("extract(epoch FROM slot_at)::bigint % 300 = 0", name=op.f("ck_booked_slot__whole_slot")),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_booked_slot__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "session_id"],
            ["coaching_session.org_id", "coaching_session.id"],
            name=op.f("fk_booked_slot__org_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "person_id", "slot_at", name=op.f("pk_booked_slot")),
    )
    op.create_index("ix_booked_slot__org_id_session_id", "booked_slot", ["org_id", "session_id"], unique=False)
    op.create_table(
        "session_move",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("from_starts_at", INSTANT, nullable=False),
        sa.Column("from_ends_at", INSTANT, nullable=False),
        sa.Column("to_starts_at", INSTANT, nullable=False),
        sa.Column("to_ends_at", INSTANT, nullable=False),
        sa.Column("moved_at", INSTANT, nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("side IN ('manager', 'rep', 'other', 'system')", name=op.f("ck_session_move__side")),
        sa.ForeignKeyConstraint(
            ["org_id", "session_id"],
            ["coaching_session.org_id", "coaching_session.id"],
            name=op.f("fk_session_move__org_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_session_move")),
        sa.UniqueConstraint(
            "org_id", "session_id", "sequence", name=op.f("uq_session_move__org_id_session_id_sequence")
        ),
    )
    op.create_table(
        "session_attestation",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("on_topic", sa.Boolean(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("attested_at", INSTANT, nullable=False),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_session_attestation__minutes")),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_session_attestation__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "session_id"],
            ["coaching_session.org_id", "coaching_session.id"],
            name=op.f("fk_session_attestation__org_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "session_id", "person_id", name=op.f("pk_session_attestation")),
    )
    op.create_table(
        "private_note",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_private_note__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "session_id"],
            ["coaching_session.org_id", "coaching_session.id"],
            name=op.f("fk_private_note__org_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "session_id", "person_id", name=op.f("pk_private_note")),
    )
    op.create_table(
        "note_grant",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "granted_by"],
            ["person.org_id", "person.id"],
            name=op.f("fk_note_grant__org_id_granted_by"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_note_grant__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "session_id"],
            ["coaching_session.org_id", "coaching_session.id"],
            name=op.f("fk_note_grant__org_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "session_id", "person_id", name=op.f("pk_note_grant")),
    )
    for table in TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
        if table in APPEND_ONLY:
            op.execute(append_only_ddl(table))
        rights = "SELECT, INSERT, DELETE" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {rights} ON {table} TO {APP}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
