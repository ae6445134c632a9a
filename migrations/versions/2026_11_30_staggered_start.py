"""A programme may begin wave by wave, in an order that is drawn; what was drawn is kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "staggered_start"
down_revision = "calendar_feeds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("coaching_programme", sa.Column("staggered_start", postgresql.JSONB(), nullable=True))
    op.add_column("coaching_programme", sa.Column("drawn_starts", postgresql.JSONB(), nullable=True))
    op.create_check_constraint(
        op.f("ck_coaching_programme__drawn"),
        "coaching_programme",
        "(staggered_start IS NULL) = (drawn_starts IS NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_coaching_programme__drawn"), "coaching_programme", type_="check")
    op.drop_column("coaching_programme", "drawn_starts")
    op.drop_column("coaching_programme", "staggered_start")
