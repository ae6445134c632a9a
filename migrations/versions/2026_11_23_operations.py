"""Operations, and imports over the API; deals in the order of their creation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "operations"
down_revision = "rate_limits"
branch_labels = None
depends_on = None

IMPORT = (["org_id", "import_id"], ["data_import.org_id", "data_import.id"])


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name=op.f("ck_operation__status")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_operation")),
    )
    op.create_index("ix_operation__org_id_created_at", "operation", ["org_id", "created_at", "id"])
    op.create_table(
        "data_import",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "id"],
            ["operation.org_id", "operation.id"],
            name=op.f("fk_data_import__org_id_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_data_import")),
    )
    op.create_index("ix_data_import__org_id_created_at", "data_import", ["org_id", "created_at", "id"])
    op.create_table(
        "import_chunk",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(*IMPORT, name=op.f("fk_import_chunk__org_id_import_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("org_id", "import_id", "position", name=op.f("pk_import_chunk")),
    )
    op.create_table(
        "import_row",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("faults", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "status IN ('created', 'updated', 'unchanged', 'failed')", name=op.f("ck_import_row__status")
        ),
        sa.ForeignKeyConstraint(*IMPORT, name=op.f("fk_import_row__org_id_import_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("org_id", "import_id", "line", name=op.f("uq_import_row__org_id_import_id_line")),
    )
    for table in ("operation", "data_import", "import_chunk", "import_row"):
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    op.create_index("ix_deal__created_at", "deal", ["org_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_deal__created_at", "deal")
    for table in ("import_row", "import_chunk", "data_import", "operation"):
        op.drop_table(table)
