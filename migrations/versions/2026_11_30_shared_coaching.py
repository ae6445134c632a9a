"""Sessions of several reps or coaches, and group sessions that take the place of one-to-ones."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "shared_coaching"
down_revision = "coaching_ratings"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SESSION = "coaching_session"
PEOPLE = ("coach_ids", "rep_ids")
NEW: dict[str, Any] = {
    "substitute_id": sa.Uuid(),
    "substituted_from": INSTANT,
    "substituted_until": INSTANT,
    "replaced_by": sa.Uuid(),
}
CHECKS = {
    "everybody_once": (
        "NOT coach_ids && (rep_ids || ARRAY[manager_id, rep_id]) AND NOT rep_ids && ARRAY[manager_id, rep_id]"
    ),
    "substitution": "num_nulls(substitute_id, substituted_from, substituted_until) IN (0, 3)",
}
INDEXES = {
    "shared": (["org_id", "starts_at"], "cardinality(coach_ids) + cardinality(rep_ids) > 0"),
    "substituted": (["org_id", "substitute_id", "starts_at"], "substitute_id IS NOT NULL"),
    "replaced": (["org_id", "replaced_by"], "replaced_by IS NOT NULL"),
}


def upgrade() -> None:
    for name in PEOPLE:
        column: sa.Column[Any] = sa.Column(name, sa.ARRAY(sa.Uuid()), nullable=False, server_default="{}")
        op.add_column(SESSION, column)
        op.alter_column(SESSION, name, server_default=None)
    for name, type_ in NEW.items():
        op.add_column(SESSION, sa.Column(name, type_, nullable=True))
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_{SESSION}__{name}"), SESSION, rule)
    for name, (columns, where) in INDEXES.items():
        op.create_index(f"ix_{SESSION}__{name}", SESSION, columns, postgresql_where=sa.text(where))
    _brief_per_rep()


def _brief_per_rep() -> None:
    """A brief is about a rep of its session: until now about the one there was."""
    op.add_column("session_brief", sa.Column("rep_id", sa.Uuid(), nullable=True))
    connection = op.get_bind()
    for (org_id,) in connection.execute(sa.text("SELECT org_id FROM organization_directory")).all():
        connection.execute(sa.text(f"SET LOCAL app.org_id = '{org_id}'"))
        connection.execute(
            sa.text(
                "UPDATE session_brief AS b SET rep_id = s.rep_id FROM coaching_session AS s"
                " WHERE b.org_id = :org AND s.org_id = :org AND s.id = b.session_id"
            ),
            {"org": org_id},
        )
    op.alter_column("session_brief", "rep_id", nullable=False)
    op.drop_constraint(op.f("pk_session_brief"), "session_brief", type_="primary")
    op.create_primary_key(op.f("pk_session_brief"), "session_brief", ["org_id", "session_id", "rep_id"])
    op.create_foreign_key(
        op.f("fk_session_brief__org_id_rep_id"),
        "session_brief",
        "person",
        ["org_id", "rep_id"],
        ["org_id", "id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_session_brief__org_id_rep_id"), "session_brief", type_="foreignkey")
    op.drop_constraint(op.f("pk_session_brief"), "session_brief", type_="primary")
    op.drop_column("session_brief", "rep_id")
    op.create_primary_key(op.f("pk_session_brief"), "session_brief", ["org_id", "session_id"])
    for name in INDEXES:
        op.drop_index(f"ix_{SESSION}__{name}", table_name=SESSION)
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_{SESSION}__{name}"), SESSION, type_="check")
    for name in (*PEOPLE, *NEW):
        op.drop_column(SESSION, name)
