"""What was known when: dated entries of deals, the deal an activity is about, and superseded facts.

What is there already gets its histories when its records are derived anew (`touchline rederive`).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "what_was_known"
down_revision = "operations"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
HISTORIES = ("stage_history", "owner_history", "close_date_history", "amount_history")
EPOCH = sa.text("'1970-01-01T00:00:00Z'")


def jsonb() -> "postgresql.JSONB":
    return postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    for table in ("record", "activity", "deal"):
        _add(table, sa.Column("known_from", INSTANT, nullable=False, server_default=EPOCH))
    for table in ("activity", "deal"):
        _add(table, sa.Column("fingerprint", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    op.add_column("activity", sa.Column("deal_id", sa.Uuid(), nullable=True))
    op.add_column("deal", sa.Column("expected_close_on", sa.Date(), nullable=True))
    _add("deal", sa.Column("slips", sa.Integer(), nullable=False, server_default=sa.text("0")))
    for name in HISTORIES:
        _add("deal", sa.Column(name, jsonb(), nullable=False, server_default=sa.text("'[]'")))
    op.create_index(
        "ix_activity__deal", "activity", ["org_id", "deal_id"], postgresql_where=sa.text("deal_id IS NOT NULL")
    )
    op.create_table(
        "activity_version",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("known_from", INSTANT, nullable=False),
        sa.Column("known_until", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("duration_seconds", sa.Numeric(), nullable=True),
        sa.Column("attributes", jsonb(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", "known_from", name=op.f("pk_activity_version")),
    )
    op.create_index(
        "ix_activity_version__person_day", "activity_version", ["org_id", "person_id", "occurred_on"], unique=False
    )
    op.create_table(
        "deal_version",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("known_from", INSTANT, nullable=False),
        sa.Column("known_until", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("pipeline", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("org_amount", sa.Numeric(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("created_owner_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_owner_id", sa.Uuid(), nullable=True),
        sa.Column("expected_close_on", sa.Date(), nullable=True),
        sa.Column("slips", sa.Integer(), nullable=False),
        *(sa.Column(name, jsonb(), nullable=False) for name in HISTORIES),
        sa.Column("attributes", jsonb(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", "known_from", name=op.f("pk_deal_version")),
    )
    for table in ("activity_version", "deal_version"):
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def _add(table: str, column: "sa.Column[object]") -> None:
    """A column that is never null: existing rows take the default, new ones must bring a value."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def downgrade() -> None:
    op.drop_table("deal_version")
    op.drop_table("activity_version")
    op.drop_index("ix_activity__deal", "activity")
    for name in ("slips", "expected_close_on", *HISTORIES):
        op.drop_column("deal", name)
    op.drop_column("activity", "deal_id")
    for table in ("activity", "deal"):
        op.drop_column(table, "fingerprint")
    for table in ("record", "activity", "deal"):
        op.drop_column(table, "known_from")
