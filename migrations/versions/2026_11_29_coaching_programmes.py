"""Session formats, coaching programmes, and the cadences that they cascade to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import append_only_ddl, row_security_ddl

revision = "coaching_programmes"
down_revision = "ready_documents"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("session_format", "coaching_programme", "coaching_cadence", "cadence_gap", "coaching_clock", "uncovered_rep")
APPEND_ONLY = ("session_format",)
SETTINGS = {"session_horizon_weeks": 8, "session_grace_hours": 24}
"""Both are the organization's own."""


def upgrade() -> None:
    for name, default in SETTINGS.items():
        op.add_column(
            "organization", sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text(str(default)))
        )
        op.alter_column("organization", name, server_default=None)
    op.create_check_constraint(
        op.f("ck_organization__session_horizon"), "organization", "session_horizon_weeks BETWEEN 1 AND 26"
    )
    op.create_check_constraint(
        op.f("ck_organization__session_grace"), "organization", "session_grace_hours BETWEEN 0 AND 336"
    )
    op.create_table(
        "session_format",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_session_format__version")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_session_format")),
        sa.UniqueConstraint("org_id", "key", "version", name=op.f("uq_session_format__org_id_key_version")),
    )
    op.create_table(
        "coaching_programme",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("clock_of", sa.String(), nullable=False),
        sa.Column("when_away", sa.String(), nullable=False),
        sa.Column("reminder_minutes", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("job_role", sa.String(), nullable=True),
        sa.Column("format_key", sa.String(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("clock_of IN ('rep', 'manager')", name=op.f("ck_coaching_programme__clock_of")),
        sa.CheckConstraint("when_away IN ('move', 'skip')", name=op.f("ck_coaching_programme__when_away")),
        sa.CheckConstraint(
            "minutes BETWEEN 5 AND 480 AND minutes % 5 = 0", name=op.f("ck_coaching_programme__minutes")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_coaching_programme")),
        sa.UniqueConstraint("org_id", "name", name=op.f("uq_coaching_programme__org_id_name")),
    )
    op.create_table(
        "coaching_cadence",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("clock_of", sa.String(), nullable=False),
        sa.Column("when_away", sa.String(), nullable=False),
        sa.Column("reminder_minutes", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("format_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.CheckConstraint("clock_of IN ('rep', 'manager')", name=op.f("ck_coaching_cadence__clock_of")),
        sa.CheckConstraint(
            "end_reason IN ('left', 'moved', 'not_covered', 'changed', 'programme_ended')",
            name=op.f("ck_coaching_cadence__end_reason"),
        ),
        sa.CheckConstraint("when_away IN ('move', 'skip')", name=op.f("ck_coaching_cadence__when_away")),
        sa.CheckConstraint(
            "end_reason IS NULL OR ends_on IS NOT NULL", name=op.f("ck_coaching_cadence__ended_on_a_day")
        ),
        sa.CheckConstraint("manager_id <> rep_id", name=op.f("ck_coaching_cadence__two_people")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480 AND minutes % 5 = 0", name=op.f("ck_coaching_cadence__minutes")),
        sa.ForeignKeyConstraint(
            ["org_id", "format_id"],
            ["session_format.org_id", "session_format.id"],
            name=op.f("fk_coaching_cadence__org_id_format_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "manager_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_cadence__org_id_manager_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "programme_id"],
            ["coaching_programme.org_id", "coaching_programme.id"],
            name=op.f("fk_coaching_cadence__org_id_programme_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "rep_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_cadence__org_id_rep_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_coaching_cadence")),
    )
    op.create_index(
        "ix_coaching_cadence__org_id_created_at", "coaching_cadence", ["org_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_coaching_cadence__org_id_manager_id", "coaching_cadence", ["org_id", "manager_id", "from_on"], unique=False
    )
    op.create_index(
        "ix_coaching_cadence__org_id_rep_id", "coaching_cadence", ["org_id", "rep_id", "from_on"], unique=False
    )
    op.create_index(
        "uq_coaching_cadence__running",
        "coaching_cadence",
        ["org_id", "programme_id", "rep_id"],
        unique=True,
        postgresql_where=sa.text("end_reason IS NULL"),
    )
    op.create_table(
        "cadence_gap",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("cadence_id", sa.Uuid(), nullable=False),
        sa.Column("occurs_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('holiday', 'rep_away', 'manager_away', 'no_free_time')", name=op.f("ck_cadence_gap__reason")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "cadence_id"],
            ["coaching_cadence.org_id", "coaching_cadence.id"],
            name=op.f("fk_cadence_gap__org_id_cadence_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "cadence_id", "occurs_on", name=op.f("pk_cadence_gap")),
    )
    op.create_table(
        "coaching_clock",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("cascaded_on", sa.Date(), nullable=True),
        sa.Column("wanted_at", INSTANT, nullable=True),
        sa.Column("reviewed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_coaching_clock")),
    )
    op.create_table(
        "uncovered_rep",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_uncovered_rep__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "person_id", name=op.f("pk_uncovered_rep")),
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
    for name in ("session_grace", "session_horizon"):
        op.drop_constraint(op.f(f"ck_organization__{name}"), "organization")
    for name in SETTINGS:
        op.drop_column("organization", name)
