"""Reps' ratings of sessions, shown to nobody else, and what is published of closed periods."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import append_only_ddl, personal_ddl, row_security_ddl

revision = "coaching_ratings"
down_revision = "first_close"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
PUBLISHED = ("rating_period", "rating_group")


def upgrade() -> None:
    op.create_table(
        "coaching_rating",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("rater_id", sa.Uuid(), nullable=False),
        sa.Column("set_key", sa.String(), nullable=False),
        sa.Column("set_version", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "session_id"],
            ["coaching_session.org_id", "coaching_session.id"],
            name=op.f("fk_coaching_rating__org_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "rater_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_coaching_rating__org_id_rater_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "session_id", "rater_id", name=op.f("pk_coaching_rating")),
    )
    op.create_table(
        "rating_period",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("set_key", sa.String(), nullable=False),
        sa.Column("set_version", sa.Integer(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_rating_period__ends_after_start")),
        sa.PrimaryKeyConstraint("org_id", "starts_on", name=op.f("pk_rating_period")),
    )
    op.create_table(
        "rating_group",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("above_id", sa.Uuid(), nullable=True),
        sa.Column("own", postgresql.JSONB(), nullable=True),
        sa.Column("tree", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("(place = 0) = (manager_id IS NULL)", name=op.f("ck_rating_group__of_the_organization")),
        sa.ForeignKeyConstraint(
            ["org_id", "starts_on"],
            ["rating_period.org_id", "rating_period.starts_on"],
            name=op.f("fk_rating_group__org_id_starts_on"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "starts_on", "place", name=op.f("pk_rating_group")),
    )
    for table in ("coaching_rating", *PUBLISHED):
        for statement in row_security_ddl(table):
            op.execute(statement)
    op.execute(personal_ddl("coaching_rating"))
    for table in PUBLISHED:
        op.execute(append_only_ddl(table))
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON coaching_rating TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON {', '.join(PUBLISHED)} TO {APP}")


def downgrade() -> None:
    for table in (*reversed(PUBLISHED), "coaching_rating"):
        op.drop_table(table)
