"""The audit log, and the answers that idempotency keys give again."""

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import append_only_ddl, row_security_ddl

revision = "surfaces"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("surface", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("target_id", sa.String(), nullable=True),
        sa.Column("fields", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("trace_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event__org_id_action", "audit_event", ["org_id", "action", "id"])
    op.create_index("ix_audit_event__org_id_target_id", "audit_event", ["org_id", "target_id", "id"])
    op.create_table(
        "idempotency_record",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "key_hash", name=op.f("pk_idempotency_record")),
    )
    op.create_index("ix_idempotency_record__org_id_created_at", "idempotency_record", ["org_id", "created_at"])
    for table in ("audit_event", "idempotency_record"):
        for statement in row_security_ddl(table):
            op.execute(statement)
    op.execute(append_only_ddl("audit_event"))
    op.execute(f"GRANT SELECT, INSERT, DELETE ON audit_event TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_record TO {APP}")


def downgrade() -> None:
    op.drop_table("idempotency_record")
    op.drop_table("audit_event")
