"""Success models, CRM facts and measure cells."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "success_model",
    "record_source",
    "record",
    "activity",
    "deal",
    "stage_change",
    "dirty_cell",
    "measure",
    "measure_cell",
)
TABLES = (*TENANT_TABLES,)


def upgrade() -> None:
    op.create_table(
        "success_model",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("job_role", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'active', 'retired')", name=op.f("ck_success_model__status")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_success_model")),
        sa.UniqueConstraint("org_id", "key", "version", name=op.f("uq_success_model__org_id_key_version")),
    )
    op.create_index(
        "uq_success_model__active_job_role",
        "success_model",
        ["org_id", "job_role"],
        unique=True,
        postgresql_where="status = 'active'",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "record_source",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_record_source")),
        sa.UniqueConstraint("org_id", "system", "account", name=op.f("uq_record_source__org_id_system_account")),
    )
    op.create_table(
        "record",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("object_type", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("footprint", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("unmapped", sa.ARRAY(sa.String()), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "source_id"],
            ["record_source.org_id", "record_source.id"],
            name=op.f("fk_record__org_id_source_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_record")),
        sa.UniqueConstraint(
            "org_id",
            "source_id",
            "object_type",
            "external_id",
            name=op.f("uq_record__org_id_source_id_object_type_external_id"),
        ),
    )
    op.create_index(
        "ix_record__unmapped", "record", ["org_id", "source_id"], unique=False, postgresql_where="unmapped IS NOT NULL"
    )
    op.create_table(
        "activity",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("duration_seconds", sa.Numeric(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("duration_seconds >= 0", name=op.f("ck_activity__duration_not_negative")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_activity")),
    )
    op.create_index("ix_activity__occurred_at", "activity", ["org_id", "occurred_at"], unique=False)
    op.create_index("ix_activity__person_day", "activity", ["org_id", "person_id", "occurred_on"], unique=False)
    op.create_table(
        "deal",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("pipeline", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("org_amount", sa.Numeric(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("created_owner_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_owner_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("outcome IN ('open', 'won', 'lost')", name=op.f("ck_deal__outcome")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_deal")),
    )
    op.create_index("ix_deal__closed", "deal", ["org_id", "closed_owner_id", "closed_on"], unique=False)
    op.create_index("ix_deal__created", "deal", ["org_id", "created_owner_id", "created_on"], unique=False)
    op.create_index("ix_deal__owner", "deal", ["org_id", "owner_id"], unique=False)
    op.create_table(
        "stage_change",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_stage", sa.String(), nullable=True),
        sa.Column("to_stage", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "deal_id"],
            ["deal.org_id", "deal.id"],
            name=op.f("fk_stage_change__org_id_deal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "deal_id", "position", name=op.f("pk_stage_change")),
    )
    op.create_index("ix_stage_change__person_day", "stage_change", ["org_id", "person_id", "occurred_on"], unique=False)
    op.create_table(
        "dirty_cell",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "person_id", "day", name=op.f("pk_dirty_cell")),
    )
    op.create_table(
        "measure",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_measure")),
    )
    op.create_table(
        "measure_cell",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("measure_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "measure_id"],
            ["measure.org_id", "measure.id"],
            name=op.f("fk_measure_cell__org_id_measure_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "person_id", "measure_id", "day", name=op.f("pk_measure_cell")),
    )
    for table in TENANT_TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in (
        "measure_cell",
        "measure",
        "dirty_cell",
        "stage_change",
        "deal",
        "activity",
        "record",
        "record_source",
        "success_model",
    ):
        op.drop_table(table)
