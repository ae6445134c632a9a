"""Rate limits: what is left of each allowance."""

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "rate_limits"
down_revision = "authentication"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_limit_bucket",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("granted", sa.Double(), nullable=False),
        sa.Column("refilled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "subject", name=op.f("pk_rate_limit_bucket")),
    )
    for statement in row_security_ddl("rate_limit_bucket"):
        op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit_bucket TO {APP}")


def downgrade() -> None:
    op.drop_table("rate_limit_bucket")
