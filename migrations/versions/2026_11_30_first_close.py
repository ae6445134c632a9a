"""The day of an organization's first close, from which its records are complete, is found without reading its deals."""

from alembic import op

revision = "first_close"
down_revision = "topics_of_assessments"
branch_labels = None
depends_on = None

NAME = "ix_deal__first_close"


def upgrade() -> None:
    op.create_index(NAME, "deal", ["org_id", "closed_on"], postgresql_where="closed_on IS NOT NULL")


def downgrade() -> None:
    op.drop_index(NAME, "deal")
