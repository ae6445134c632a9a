"""Teams and their members."""

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "teams"
down_revision = "surfaces"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_team")),
        sa.UniqueConstraint("org_id", "name", name=op.f("uq_team__org_id_name")),
    )
    op.create_index("ix_team__org_id_created_at", "team", ["org_id", "created_at", "id"])
    op.create_table(
        "team_member",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_team_member__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "team_id"],
            ["team.org_id", "team.id"],
            name=op.f("fk_team_member__org_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "team_id", "person_id", name=op.f("pk_team_member")),
    )
    op.create_index("ix_team_member__org_id_person_id", "team_member", ["org_id", "person_id"])
    for table in ("team", "team_member"):
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    op.drop_table("team_member")
    op.drop_table("team")
