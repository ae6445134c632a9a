"""How process KPIs are graded as leads, day by day; append-only. Opportunities and topics show the grade."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import append_only_ddl, row_security_ddl

revision = "lead_grades"
down_revision = "forecasts"
branch_labels = None
depends_on = None


SHOWING = ("coaching_opportunity", "coaching_topic")
"""What is about a KPI shows the grade that it had at the last review."""
IS_GRADE = "lead_grade IN ('predictive', 'unproven', 'gamed', 'expired')"


def upgrade() -> None:
    op.create_table(
        "lead_grade",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("kpi", sa.String(), nullable=False),
        sa.Column("graded_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "grade IN ('predictive', 'unproven', 'gamed', 'expired')", name=op.f("ck_lead_grade__grade")
        ),
        sa.PrimaryKeyConstraint("org_id", "model_id", "kpi", "graded_on", name=op.f("pk_lead_grade")),
    )
    op.create_index("ix_lead_grade__org_id_graded_on", "lead_grade", ["org_id", "graded_on"])
    for statement in (*row_security_ddl("lead_grade"), append_only_ddl("lead_grade")):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, DELETE ON lead_grade TO {APP}")
    op.add_column("coaching_opportunity", sa.Column("closed_because", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_coaching_opportunity__closed_because"),
        "coaching_opportunity",
        "closed_because IN ('gap_closed', 'no_longer_judged', 'kpi_gamed', 'kpi_expired')",
    )
    for table in SHOWING:
        op.add_column(table, sa.Column("lead_grade", sa.String(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}__lead_grade"), table, IS_GRADE)


def downgrade() -> None:
    for table in SHOWING:
        op.drop_column(table, "lead_grade")
    op.drop_column("coaching_opportunity", "closed_because")
    op.drop_table("lead_grade")
