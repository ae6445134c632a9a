"""What sessions are about: topics, commitments and briefs; and the feeds that tell calendars when they are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "coaching_agenda"
down_revision = "coaching_sessions"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("coaching_topic", "coaching_commitment", "session_brief", "calendar_feed")


def upgrade() -> None:
    op.create_table(
        "coaching_topic",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("criterion", sa.String(), nullable=True),
        sa.Column("skill", sa.String(), nullable=True),
        sa.Column("concerns", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("commitment_id", sa.Uuid(), nullable=True),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("impact", sa.Numeric(), nullable=False),
        sa.Column("confidence", sa.Numeric(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("visible_on", sa.Date(), nullable=False),
        sa.Column("dismissal", sa.String(), nullable=True),
        sa.Column("discussed_in", sa.Uuid(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name=op.f("ck_coaching_topic__ended")),
        sa.CheckConstraint("concerns IN ('process', 'outcome', 'other')", name=op.f("ck_coaching_topic__concerns")),
        sa.CheckConstraint(
            "source IN ('opportunity', 'deal', 'commitment', 'rep', 'manager')", name=op.f("ck_coaching_topic__source")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'discussed', 'dismissed', 'resolved')", name=op.f("ck_coaching_topic__status")
        ),
        sa.CheckConstraint(
            "impact BETWEEN 0 AND 1 AND confidence BETWEEN 0 AND 1", name=op.f("ck_coaching_topic__shares")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "rep_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_topic__org_id_rep_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_coaching_topic")),
    )
    op.create_index(
        "ix_coaching_topic__org_id_created_at", "coaching_topic", ["org_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_coaching_topic__org_id_discussed_in", "coaching_topic", ["org_id", "discussed_in"], unique=False
    )
    op.create_index(
        "uq_coaching_topic__open_subject",
        "coaching_topic",
        ["org_id", "rep_id", "subject"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "coaching_commitment",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("criterion", sa.String(), nullable=True),
        sa.Column("skill", sa.String(), nullable=True),
        sa.Column("concerns", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("goal_period", sa.String(), nullable=True),
        sa.Column("goal_value", sa.Numeric(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("result_value", sa.Numeric(), nullable=True),
        sa.Column("settlement", sa.String(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (settled_at IS NULL)", name=op.f("ck_coaching_commitment__settled")),
        sa.CheckConstraint(
            "concerns IN ('process', 'outcome', 'other')", name=op.f("ck_coaching_commitment__concerns")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'done', 'missed', 'dropped')", name=op.f("ck_coaching_commitment__status")
        ),
        sa.CheckConstraint("(goal_value IS NULL) = (goal_period IS NULL)", name=op.f("ck_coaching_commitment__goal")),
        sa.CheckConstraint("goal_value IS NULL OR kpi IS NOT NULL", name=op.f("ck_coaching_commitment__goal_of_a_kpi")),
        sa.ForeignKeyConstraint(
            ["org_id", "owner_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_commitment__org_id_owner_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "rep_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_commitment__org_id_rep_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "session_id"],
            ["coaching_session.org_id", "coaching_session.id"],
            name=op.f("fk_coaching_commitment__org_id_session_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_coaching_commitment")),
    )
    op.create_index(
        "ix_coaching_commitment__org_id_due_on", "coaching_commitment", ["org_id", "due_on", "id"], unique=False
    )
    op.create_index(
        "ix_coaching_commitment__org_id_rep_id", "coaching_commitment", ["org_id", "rep_id", "status"], unique=False
    )
    op.create_index(
        "ix_coaching_commitment__org_id_session_id", "coaching_commitment", ["org_id", "session_id"], unique=False
    )
    op.create_table(
        "session_brief",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("built_at", INSTANT, nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "session_id"],
            ["coaching_session.org_id", "coaching_session.id"],
            name=op.f("fk_session_brief__org_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "session_id", name=op.f("pk_session_brief")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_calendar_feed__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_calendar_feed")),
    )
    op.create_index("ix_calendar_feed__org_id_person_id", "calendar_feed", ["org_id", "person_id"], unique=False)
    op.create_table(
        "calendar_feed_route",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_calendar_feed_route")),
    )
    for table in TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_feed_route TO {APP}")


def downgrade() -> None:
    op.drop_table("calendar_feed_route")
    for table in reversed(TABLES):
        op.drop_table(table)
