"""What people said about deals: managers' inspections and owners' confirmations, both append-only."""

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import append_only_ddl, row_security_ddl

revision = "evidence"
down_revision = "what_was_known"
branch_labels = None
depends_on = None

TABLES = ("inspection", "confirmation")


def upgrade() -> None:
    for table in TABLES:
        op.create_table(
            table,
            sa.Column("org_id", sa.Uuid(), nullable=False),
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("deal_id", sa.Uuid(), nullable=False),
            sa.Column("criterion", sa.String(), nullable=False),
            sa.Column("verdict", sa.String(), nullable=False),
            sa.Column("note", sa.String(), nullable=True),
            sa.Column("person_id", sa.Uuid(), nullable=True),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.CheckConstraint("verdict IN ('met', 'unmet')", name=op.f(f"ck_{table}__verdict")),
            sa.ForeignKeyConstraint(
                ["org_id", "deal_id"],
                ["record.org_id", "record.id"],
                name=op.f(f"fk_{table}__org_id_deal_id"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("org_id", "id", name=op.f(f"pk_{table}")),
        )
        op.create_index(f"ix_{table}__deal", table, ["org_id", "deal_id", "created_at", "id"])
        for statement in (*row_security_ddl(table), append_only_ddl(table)):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
