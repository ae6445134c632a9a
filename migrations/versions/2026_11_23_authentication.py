"""API keys with two live secrets, last use and warnings of their end; identity providers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "authentication"
down_revision = "webhooks"
branch_labels = None
depends_on = None

COLUMNS: dict[str, Any] = {
    "last_used_at": sa.DateTime(timezone=True),
    "previous_key_hash": sa.LargeBinary(),
    "previous_expires_at": sa.DateTime(timezone=True),
    "expiry_told_at": sa.DateTime(timezone=True),
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("api_key", sa.Column(name, kind, nullable=True))
    op.create_table(
        "identity_provider",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("claim_name", sa.String(), nullable=True),
        sa.Column("claim_value", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_identity_provider")),
    )
    op.create_table(
        "identity_provider_route",
        sa.Column("issuer_hash", sa.LargeBinary(), nullable=False),
        sa.Column("claim_hash", sa.LargeBinary(), nullable=False),
        sa.Column("claim_name", sa.String(), nullable=True),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("issuer_hash", "claim_hash", name=op.f("pk_identity_provider_route")),
    )
    for statement in row_security_ddl("identity_provider"):
        op.execute(statement)
    for table in ("identity_provider", "identity_provider_route"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    op.drop_table("identity_provider_route")
    op.drop_table("identity_provider")
    for name in COLUMNS:
        op.drop_column("api_key", name)
