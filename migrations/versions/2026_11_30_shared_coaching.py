"""Sessions of several reps or coaches, substitutes, and hand-overs from one manager to another."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "shared_coaching"
down_revision = "coaching_ratings"
branch_labels = None
depends_on = None

TABLES = ("coaching_substitution", "coaching_hand_over")
ENDS = "'left', 'moved', {}'not_covered', 'changed', 'programme_ended'"
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
    _end_reasons("'handed_over', ")
    op.create_table(
        "coaching_substitution",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=False),
        sa.Column("rep_id", sa.Uuid(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("manager_id <> substitute_id", name=op.f("ck_coaching_substitution__two_people")),
        sa.CheckConstraint("ends_at >= begins_at", name=op.f("ck_coaching_substitution__span")),
        *(_of_person("coaching_substitution", name) for name in ("manager_id", "substitute_id", "rep_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_coaching_substitution")),
    )
    _index("coaching_substitution", "manager_id", "begins_at")
    _index("coaching_substitution", "created_at", "id")
    op.create_table(
        "coaching_hand_over",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_manager_id", sa.Uuid(), nullable=False),
        sa.Column("to_manager_id", sa.Uuid(), nullable=False),
        sa.Column("hands_over_on", sa.Date(), nullable=False),
        sa.Column("rep_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("clashing_session_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("passed_on_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("from_manager_id <> to_manager_id", name=op.f("ck_coaching_hand_over__two_people")),
        *(_of_person("coaching_hand_over", name) for name in ("from_manager_id", "to_manager_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_coaching_hand_over")),
    )
    _index("coaching_hand_over", "created_at", "id")
    for table in TABLES:
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def _of_person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}__org_id_{column}")
    return sa.ForeignKeyConstraint(["org_id", column], ["person.org_id", "person.id"], name=name, ondelete="CASCADE")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}__org_id_{columns[0]}", table, ["org_id", *columns])


def _end_reasons(more: str) -> None:
    name = op.f("ck_coaching_cadence__end_reason")
    op.drop_constraint(name, "coaching_cadence", type_="check")
    op.create_check_constraint(name, "coaching_cadence", f"end_reason IN ({ENDS.format(more)})")


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
    for table in reversed(TABLES):
        op.drop_table(table)
    _end_reasons("")
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
