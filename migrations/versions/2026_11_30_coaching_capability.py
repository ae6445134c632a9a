"""An organization's own standards of coaching, and how each tree stood against them when it was looked at last."""

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "coaching_capability"
down_revision = "shared_coaching"
branch_labels = None
depends_on = None

STANDARDS = {"models": "0.9", "process": "0.5", "skills": "0.8", "cadence": "0.8"}
TABLES = ("capability_review", "capability_standing")


def upgrade() -> None:
    for key, default in STANDARDS.items():
        name = f"coaching_standard_{key}"
        # With a default while rows are there only: a constant one rewrites no table.
        op.add_column("organization", sa.Column(name, sa.Numeric(3, 2), nullable=False, server_default=default))
        op.alter_column("organization", name, server_default=None)
        op.create_check_constraint(op.f(f"ck_organization__{name}"), "organization", f"{name} BETWEEN 0 AND 1")
    op.create_table(
        "capability_review",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_capability_review")),
    )
    op.create_table(
        "capability_standing",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("is_below", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "key IN ('models', 'process', 'skills', 'cadence')", name=op.f("ck_capability_standing__key")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "manager_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_capability_standing__org_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "manager_id", "key", name=op.f("pk_capability_standing")),
    )
    for table in TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for key in STANDARDS:
        op.drop_column("organization", f"coaching_standard_{key}")
