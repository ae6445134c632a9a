"""What a feed showed when it was read last, so that a reader who has it is told so without the file being made."""

import sqlalchemy as sa
from alembic import op

revision = "calendar_feeds"
down_revision = "coaching_capability"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_feed", sa.Column("shown_tag", sa.String(), nullable=True))
    op.add_column("calendar_feed", sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_calendar_feed__shown"), "calendar_feed", "(shown_tag IS NULL) = (shown_at IS NULL)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_calendar_feed__shown"), "calendar_feed", type_="check")
    op.drop_column("calendar_feed", "shown_at")
    op.drop_column("calendar_feed", "shown_tag")
