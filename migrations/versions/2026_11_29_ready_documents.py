"""Ready snapshots are kept as the text that is read: turning a binary document into text cost a third of each read."""

from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ready_documents"
down_revision = "coaching_opportunities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("kpi_snapshot", "snapshot", type_=postgresql.JSON(), postgresql_using="snapshot::json")


def downgrade() -> None:
    op.alter_column("kpi_snapshot", "snapshot", type_=postgresql.JSONB(), postgresql_using="snapshot::jsonb")
