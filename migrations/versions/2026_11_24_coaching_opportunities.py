"""Coaching opportunities, when they were reviewed last, and the grace time in which they are the person's alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "coaching_opportunities"
down_revision = "ready_snapshots"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("coaching_opportunity", "opportunity_review")


def upgrade() -> None:
    op.add_column(
        "organization",
        sa.Column("opportunity_grace_working_days", sa.Integer(), nullable=False, server_default=sa.text("3")),
    )
    op.alter_column("organization", "opportunity_grace_working_days", server_default=None)
    op.create_check_constraint(
        op.f("ck_organization__opportunity_grace"), "organization", "opportunity_grace_working_days BETWEEN 0 AND 20"
    )
    op.create_table(
        "coaching_opportunity",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("size", sa.Numeric(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("manager_sees_on", sa.Date(), nullable=False),
        sa.Column("told_manager_at", INSTANT, nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("dismissal", sa.String(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("self_corrected", sa.Boolean(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('behind_target', 'deal_breaks_standard', 'below_benchmark')",
            name=op.f("ck_coaching_opportunity__kind"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'dismissed', 'snoozed', 'closed')",
            name=op.f("ck_coaching_opportunity__status"),
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_coaching_opportunity__closed")
        ),
        sa.CheckConstraint(
            "status <> 'snoozed' OR snoozed_until IS NOT NULL", name=op.f("ck_coaching_opportunity__snoozed")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_opportunity__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_coaching_opportunity")),
    )
    op.create_index(
        "uq_coaching_opportunity__open_subject",
        "coaching_opportunity",
        ["org_id", "person_id", "subject"],
        unique=True,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index(op.f("ix_coaching_opportunity__org_id_raised_at"), "coaching_opportunity", ["org_id", "raised_at"])
    op.create_table(
        "opportunity_review",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_opportunity_review")),
    )
    for table in TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_organization__opportunity_grace"), "organization")
    op.drop_column("organization", "opportunity_grace_working_days")
