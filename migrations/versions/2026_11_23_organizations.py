"""Organizations, people, reporting lines and API keys."""

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANT_TABLES = ("organization", "person", "manager_period", "external_identity", "api_key")
TABLES = (*TENANT_TABLES, "organization_directory", "api_key_route")


def upgrade() -> None:
    op.create_table(
        "organization_directory",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_organization_directory")),
        sa.UniqueConstraint("name_hash", name=op.f("uq_organization_directory__name_hash")),
    )
    op.create_table(
        "organization",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("week_start", sa.Integer(), nullable=False),
        sa.Column("fiscal_year_start_month", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "fiscal_year_start_month BETWEEN 1 AND 12", name=op.f("ck_organization__fiscal_year_start_month")
        ),
        sa.CheckConstraint("week_start BETWEEN 1 AND 7", name=op.f("ck_organization__week_start")),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_organization")),
    )
    op.create_table(
        "person",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("job_role", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("hired_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'enablement', 'manager', 'rep')", name=op.f("ck_person__role")),
        sa.CheckConstraint(
            "left_on IS NULL OR hired_on IS NULL OR left_on >= hired_on", name=op.f("ck_person__left_after_hired")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("org_id", "email", name=op.f("uq_person__org_id_email")),
    )
    op.create_index("ix_person__org_id_name", "person", ["org_id", "name", "id"], unique=False)
    op.create_table(
        "manager_period",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.CheckConstraint("end_on IS NULL OR end_on > start_on", name=op.f("ck_manager_period__end_after_start")),
        sa.CheckConstraint("person_id <> manager_id", name=op.f("ck_manager_period__not_own_manager")),
        sa.ForeignKeyConstraint(
            ["org_id", "manager_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_manager_period__org_id_manager_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_manager_period__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_manager_period")),
        sa.UniqueConstraint(
            "org_id", "person_id", "start_on", name=op.f("uq_manager_period__org_id_person_id_start_on")
        ),
    )
    op.create_index("ix_manager_period__org_id_manager_id", "manager_period", ["org_id", "manager_id"], unique=False)
    op.create_table(
        "external_identity",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_external_identity__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "system", "external_id", name=op.f("pk_external_identity")),
    )
    op.create_index(
        "ix_external_identity__org_id_person_id", "external_identity", ["org_id", "person_id"], unique=False
    )
    op.create_table(
        "api_key_route",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_api_key_route")),
    )
    op.create_table(
        "api_key",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("scopes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_api_key__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("org_id", "key_hash", name=op.f("uq_api_key__org_id_key_hash")),
    )
    for table in TENANT_TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in (
        "api_key",
        "api_key_route",
        "external_identity",
        "manager_period",
        "person",
        "organization",
        "organization_directory",
    ):
        op.drop_table(table)
