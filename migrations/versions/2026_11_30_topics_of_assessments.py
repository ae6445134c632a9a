"""Topics that assessments raise: the person and their manager see a skill differently."""

from alembic import op

revision = "topics_of_assessments"
down_revision = "development_plans"
branch_labels = None
depends_on = None

BEFORE = "source IN ('opportunity', 'deal', 'commitment', 'rep', 'manager')"
AFTER = "source IN ('opportunity', 'deal', 'commitment', 'assessment', 'rep', 'manager')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_coaching_topic__source"), "coaching_topic", type_="check")
    op.create_check_constraint(op.f("ck_coaching_topic__source"), "coaching_topic", AFTER)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_coaching_topic__source"), "coaching_topic", type_="check")
    op.create_check_constraint(op.f("ck_coaching_topic__source"), "coaching_topic", BEFORE)
