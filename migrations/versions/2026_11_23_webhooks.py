"""The outbox of domain events, webhook endpoints, and every delivery with its attempts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "webhooks"
down_revision = "receivers"
branch_labels = None
depends_on = None

TABLES = ("outbox_event", "outbox_position", "webhook_endpoint", "webhook_delivery", "webhook_attempt")


def upgrade() -> None:
    _create_outbox()
    _create_endpoints()
    _create_deliveries()
    for table in TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_outbox() -> None:
    op.create_table(
        "outbox_event",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("traceparent", sa.String(), nullable=True),
        sa.Column("endpoint_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_outbox_event")),
        sa.UniqueConstraint("org_id", "sequence", name=op.f("uq_outbox_event__org_id_sequence")),
    )
    op.create_index(
        "ix_outbox_event__unpublished", "outbox_event", ["org_id", "id"], postgresql_where="sequence IS NULL"
    )
    op.create_index(
        "ix_outbox_event__type",
        "outbox_event",
        ["org_id", "type", "sequence"],
        postgresql_where="sequence IS NOT NULL",
    )
    op.create_table(
        "outbox_position",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("purged_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_outbox_position")),
    )


def _create_endpoints() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("event_types", sa.ARRAY(sa.String()), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.String(), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(disabled_at IS NULL) = (disabled_reason IS NULL)", name=op.f("ck_webhook_endpoint__disabled")
        ),
        sa.CheckConstraint(
            "disabled_reason IN ('by_hand', 'gone', 'failing')", name=op.f("ck_webhook_endpoint__disabled_reason")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_index("ix_webhook_endpoint__org_id_created_at", "webhook_endpoint", ["org_id", "created_at", "id"])


def _create_deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'succeeded', 'failed')", name=op.f("ck_webhook_delivery__state")),
        sa.CheckConstraint(
            "(state = 'pending') = (next_attempt_at IS NOT NULL)", name=op.f("ck_webhook_delivery__next_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "endpoint_id"],
            ["webhook_endpoint.org_id", "webhook_endpoint.id"],
            name=op.f("fk_webhook_delivery__org_id_endpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "event_id"],
            ["outbox_event.org_id", "outbox_event.id"],
            name=op.f("fk_webhook_delivery__org_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint(
            "org_id", "event_id", "endpoint_id", name=op.f("uq_webhook_delivery__org_id_event_id_endpoint_id")
        ),
    )
    op.create_index(
        "ix_webhook_delivery__due",
        "webhook_delivery",
        ["org_id", "endpoint_id", "next_attempt_at"],
        postgresql_where="state = 'pending'",
    )
    op.create_index("ix_webhook_delivery__org_id_created_at", "webhook_delivery", ["org_id", "created_at", "id"])
    op.create_index("ix_webhook_delivery__endpoint", "webhook_delivery", ["org_id", "endpoint_id", "created_at", "id"])
    op.create_table(
        "webhook_attempt",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "delivery_id"],
            ["webhook_delivery.org_id", "webhook_delivery.id"],
            name=op.f("fk_webhook_attempt__org_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "delivery_id", "number", name=op.f("pk_webhook_attempt")),
    )
