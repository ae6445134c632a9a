"""CRM connections, raw deliveries and their events."""

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP, INGEST
from service.core.tenancy import row_security_ddl

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TENANT_TABLES = ("crm_connection", "delivery", "crm_event")
TABLES = (*TENANT_TABLES, "connection_route", "unclaimed_delivery")


def upgrade() -> None:
    op.create_table(
        "crm_connection",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("app_id", sa.String(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("system IN ('hubspot', 'salesforce')", name=op.f("ck_crm_connection__system")),
        sa.ForeignKeyConstraint(
            ["org_id", "source_id"],
            ["record_source.org_id", "record_source.id"],
            name=op.f("fk_crm_connection__org_id_source_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_crm_connection")),
        sa.UniqueConstraint("org_id", "system", "account_id", name=op.f("uq_crm_connection__org_id_system_account_id")),
    )
    op.create_table(
        "connection_route",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("app_id", sa.String(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("system", "account_id", name=op.f("pk_connection_route")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_connection_route__token_hash")),
    )
    op.create_index(op.f("ix_connection_route__app_id"), "connection_route", ["app_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery__connection", "delivery", ["org_id", "connection_id", "received_at"], unique=False)
    op.create_index(
        "ix_delivery__pending", "delivery", ["org_id", "id"], unique=False, postgresql_where="processed_at IS NULL"
    )
    op.create_table(
        "unclaimed_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("app_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("secret_fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unclaimed_delivery")),
    )
    op.create_index("ix_unclaimed_delivery__account", "unclaimed_delivery", ["system", "account_id"], unique=False)
    op.create_table(
        "crm_event",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("dedup_key", sa.LargeBinary(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("object_type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("status IN ('applied', 'ignored', 'quarantined')", name=op.f("ck_crm_event__status")),
        sa.PrimaryKeyConstraint("org_id", "connection_id", "dedup_key", name=op.f("pk_crm_event")),
    )
    op.create_index(
        "ix_crm_event__quarantined",
        "crm_event",
        ["org_id", "connection_id", "received_at"],
        unique=False,
        postgresql_where="status = 'quarantined'",
    )
    for table in TENANT_TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    op.execute(f"GRANT INSERT ON delivery, unclaimed_delivery TO {INGEST}")
    op.execute(f"CREATE POLICY ingest ON delivery FOR INSERT TO {INGEST} WITH CHECK (true)")


def downgrade() -> None:
    for table in ("crm_event", "unclaimed_delivery", "delivery", "connection_route", "crm_connection"):
        op.drop_table(table)
