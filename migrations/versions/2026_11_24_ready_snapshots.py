"""Ready snapshots, closed periods with their revisions, and the grace time until a period is closed."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "ready_snapshots"
down_revision = "working_time"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLES = ("snapshot_mark", "kpi_snapshot", "period_closing", "kpi_snapshot_revision")


def column(name: str, kind: "sa.types.TypeEngine[Any]", *, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, kind, nullable=nullable)


def person(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}__org_id_person_id")
    return sa.ForeignKeyConstraint(
        ["org_id", "person_id"], ["person.org_id", "person.id"], name=name, ondelete="CASCADE"
    )


def upgrade() -> None:
    op.add_column(
        "organization", sa.Column("closing_grace_days", sa.Integer(), nullable=False, server_default=sa.text("5"))
    )
    op.alter_column("organization", "closing_grace_days", server_default=None)
    op.create_check_constraint(
        op.f("ck_organization__closing_grace_days"), "organization", "closing_grace_days BETWEEN 0 AND 60"
    )
    op.create_table(
        "snapshot_mark",
        column("org_id", sa.Uuid()),
        column("id", sa.Uuid()),
        column("person_id", sa.Uuid()),
        column("first_day", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_snapshot_mark")),
    )
    op.create_table(
        "kpi_snapshot",
        column("org_id", sa.Uuid()),
        column("person_id", sa.Uuid()),
        column("period", sa.String()),
        column("kpi", sa.String()),
        column("period_start", sa.Date()),
        column("period_end", sa.Date()),
        column("model_id", sa.Uuid()),
        column("place", sa.Integer()),
        column("as_of", INSTANT),
        column("snapshot", postgresql.JSONB()),
        person("kpi_snapshot"),
        sa.PrimaryKeyConstraint("org_id", "person_id", "period", "kpi", name=op.f("pk_kpi_snapshot")),
    )
    op.create_index(op.f("ix_kpi_snapshot__org_id_as_of"), "kpi_snapshot", ["org_id", "as_of"])
    op.create_table(
        "period_closing",
        column("org_id", sa.Uuid()),
        column("period", sa.String()),
        column("period_start", sa.Date()),
        column("period_end", sa.Date()),
        column("closed_at", INSTANT),
        sa.PrimaryKeyConstraint("org_id", "period", "period_start", name=op.f("pk_period_closing")),
    )
    op.create_table(
        "kpi_snapshot_revision",
        column("org_id", sa.Uuid()),
        column("person_id", sa.Uuid()),
        column("kpi", sa.String()),
        column("period", sa.String()),
        column("period_start", sa.Date()),
        column("revision", sa.Integer()),
        column("recorded_at", INSTANT),
        column("reason", sa.String()),
        column("snapshot", postgresql.JSONB()),
        sa.CheckConstraint(
            "reason IN ('closed', 'late_facts', 'definition', 'target')",
            name=op.f("ck_kpi_snapshot_revision__reason"),
        ),
        person("kpi_snapshot_revision"),
        sa.PrimaryKeyConstraint(
            "org_id", "person_id", "kpi", "period", "period_start", "revision", name=op.f("pk_kpi_snapshot_revision")
        ),
    )
    for table in TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_organization__closing_grace_days"), "organization")
    op.drop_column("organization", "closing_grace_days")
