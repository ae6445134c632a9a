"""How probable a quadrant must be to be a verdict, and activities as they were known, by the deal they are about."""

import sqlalchemy as sa
from alembic import op

revision = "quadrants"
down_revision = "coaching_agenda"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "organization",
        sa.Column("verdict_probability", sa.Numeric(2, 2), nullable=False, server_default=sa.text("0.8")),
    )
    op.alter_column("organization", "verdict_probability", server_default=None)
    op.create_check_constraint(
        op.f("ck_organization__verdict_probability"),
        "organization",
        "verdict_probability BETWEEN 0.5 AND 0.99",
    )
    op.create_index(
        "ix_activity_version__deal",
        "activity_version",
        ["org_id", "deal_id"],
        postgresql_where="deal_id IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_index("ix_activity_version__deal", "activity_version")
    op.drop_constraint(op.f("ck_organization__verdict_probability"), "organization")
    op.drop_column("organization", "verdict_probability")
