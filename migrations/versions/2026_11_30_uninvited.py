"""Who was to come to a coaching session and is not any more, so that their calendars can be told."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "uninvited"
down_revision = "staggered_start"
branch_labels = None
depends_on = None

SESSION, COLUMN, INDEX = "coaching_session", "uninvited_ids", "ix_coaching_session__uninvited"


def upgrade() -> None:
    column: sa.Column[Any] = sa.Column(COLUMN, sa.ARRAY(sa.Uuid()), nullable=False, server_default="{}")
    op.add_column(SESSION, column)
    op.alter_column(SESSION, COLUMN, server_default=None)
    op.create_index(INDEX, SESSION, ["org_id", "starts_at"], postgresql_where=sa.text("cardinality(uninvited_ids) > 0"))


def downgrade() -> None:
    op.drop_index(INDEX, table_name=SESSION)
    op.drop_column(SESSION, COLUMN)
