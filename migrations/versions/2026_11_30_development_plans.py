"""Development plans: focus skills, steps and reviews."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "development_plans"
down_revision = "skill_assessments"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("development_plan", "plan_focus", "plan_step", "plan_review")


def upgrade() -> None:
    op.create_table(
        "development_plan",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("rep_agreed_at", INSTANT, nullable=True),
        sa.Column("manager_agreed_at", INSTANT, nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("baseline", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("extended_at", INSTANT, nullable=True),
        sa.Column("extension_reason", sa.String(), nullable=True),
        sa.Column("first_target_on", sa.Date(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("final_progress", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(status IN ('closed', 'dropped')) = (ended_at IS NOT NULL) AND num_nonnulls(ended_at, end_reason) <> 1",
            name=op.f("ck_development_plan__ended"),
        ),
        sa.CheckConstraint(
            "status <> 'extended' OR extended_at IS NOT NULL", name=op.f("ck_development_plan__extended")
        ),
        sa.CheckConstraint(
            "status <> 'proposed' OR num_nonnulls(rep_agreed_at, manager_agreed_at) < 2",
            name=op.f("ck_development_plan__proposed"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'agreed', 'active', 'extended', 'closed', 'dropped')",
            name=op.f("ck_development_plan__status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('active', 'extended', 'closed') OR started_at IS NOT NULL",
            name=op.f("ck_development_plan__started"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('agreed', 'active', 'extended', 'closed') OR num_nonnulls(rep_agreed_at, manager_agreed_at) = 2",
            name=op.f("ck_development_plan__agreed"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(extended_at, extension_reason, first_target_on) IN (0, 3)",
            name=op.f("ck_development_plan__extension"),
        ),
        sa.CheckConstraint(
            "final_progress IS NULL OR ended_at IS NOT NULL", name=op.f("ck_development_plan__final_progress")
        ),
        sa.CheckConstraint("num_nonnulls(lifted_at, lift_reason) IN (0, 2)", name=op.f("ck_development_plan__lifted")),
        sa.CheckConstraint("num_nonnulls(started_at, baseline) IN (0, 2)", name=op.f("ck_development_plan__baseline")),
        sa.ForeignKeyConstraint(
            ["org_id", "framework_id"],
            ["competency_framework.org_id", "competency_framework.id"],
            name=op.f("fk_development_plan__org_id_framework_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_development_plan__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_development_plan")),
    )
    op.create_index("ix_development_plan__org_id_created_at", "development_plan", ["org_id", "created_at", "id"])
    op.create_index("ix_development_plan__org_id_person_id", "development_plan", ["org_id", "person_id", "status"])
    op.create_table(
        "plan_focus",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("target_level", sa.SmallInteger(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=True),
        sa.CheckConstraint("place IN (1, 2)", name=op.f("ck_plan_focus__place")),
        sa.ForeignKeyConstraint(
            ["org_id", "plan_id"],
            ["development_plan.org_id", "development_plan.id"],
            name=op.f("fk_plan_focus__org_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "plan_id", "skill", name=op.f("pk_plan_focus")),
        sa.UniqueConstraint("org_id", "plan_id", "place", name=op.f("uq_plan_focus__org_id_plan_id_place")),
    )
    op.create_table(
        "plan_step",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('practice', 'shadowing', 'reading', 'call_review')", name=op.f("ck_plan_step__kind")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "owner_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_plan_step__org_id_owner_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "plan_id"],
            ["development_plan.org_id", "development_plan.id"],
            name=op.f("fk_plan_step__org_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_plan_step")),
    )
    op.create_index(
        "ix_plan_step__open",
        "plan_step",
        ["org_id", "due_on"],
        postgresql_where=sa.text("done_at IS NULL AND told_at IS NULL"),
    )
    op.create_index("ix_plan_step__org_id_owner_id", "plan_step", ["org_id", "owner_id", "due_on"])
    op.create_index("ix_plan_step__org_id_plan_id", "plan_step", ["org_id", "plan_id", "due_on"])
    op.create_table(
        "plan_review",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("held_at", INSTANT, nullable=True),
        sa.Column("held_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.CheckConstraint("held_at IS NULL OR note IS NOT NULL", name=op.f("ck_plan_review__held")),
        sa.ForeignKeyConstraint(
            ["org_id", "plan_id"],
            ["development_plan.org_id", "development_plan.id"],
            name=op.f("fk_plan_review__org_id_plan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_plan_review")),
        sa.UniqueConstraint("org_id", "plan_id", "review_on", name=op.f("uq_plan_review__org_id_plan_id_review_on")),
    )
    op.create_index(
        "ix_plan_review__open",
        "plan_review",
        ["org_id", "review_on"],
        postgresql_where=sa.text("held_at IS NULL AND told_at IS NULL"),
    )
    for table in TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
