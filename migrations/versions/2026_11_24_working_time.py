"""Working time: weekdays, holidays, hours and absences, and what was known of them and of people when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import row_security_ddl

revision = "working_time"
down_revision = "evidence"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
EPOCH = sa.text("'1970-01-01T00:00:00Z'")
PERSON = (["org_id", "person_id"], ["person.org_id", "person.id"])
VERSIONS = ("organization_version", "person_version", "absence_version", "team_version")


def days() -> "postgresql.ARRAY[object]":
    return postgresql.ARRAY(sa.Date())


def working_time() -> "list[sa.Column[object]]":
    """What an organization gains, with the values that those who are there begin with."""
    return [
        sa.Column(
            "working_weekdays", postgresql.ARRAY(sa.Integer()), nullable=False, server_default=sa.text("'{1,2,3,4,5}'")
        ),
        sa.Column("company_holidays", days(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("company_working_days", days(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("day_starts_hour", sa.Integer(), nullable=False, server_default=sa.text("8")),
        sa.Column("day_ends_hour", sa.Integer(), nullable=False, server_default=sa.text("18")),
    ]


def version(*columns: "sa.Column[object]") -> "list[sa.Column[object]]":
    return [
        sa.Column("org_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("known_from", INSTANT, nullable=False),
        sa.Column("known_until", INSTANT, nullable=False),
    ]


def absence() -> "list[sa.Column[object]]":
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("share", sa.Numeric(), nullable=False),
    ]


def upgrade() -> None:
    for column in working_time():
        _add("organization", column)
    op.add_column("organization", sa.Column("holiday_calendar", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_organization__day_hours"),
        "organization",
        "day_starts_hour >= 0 AND day_starts_hour < day_ends_hour AND day_ends_hour <= 24",
    )
    op.add_column("person", sa.Column("holiday_calendar", sa.String(), nullable=True))
    for table in ("organization", "person", "team"):
        _add(table, sa.Column("known_from", INSTANT, nullable=False, server_default=EPOCH))
    op.create_table(
        "organization_version",
        *version(
            sa.Column("time_zone", sa.String(), nullable=False),
            sa.Column("currency", sa.String(), nullable=False),
            sa.Column("week_start", sa.Integer(), nullable=False),
            sa.Column("fiscal_year_start_month", sa.Integer(), nullable=False),
            sa.Column("working_weekdays", postgresql.ARRAY(sa.Integer()), nullable=False),
            sa.Column("holiday_calendar", sa.String(), nullable=True),
            sa.Column("company_holidays", days(), nullable=False),
            sa.Column("company_working_days", days(), nullable=False),
            sa.Column("day_starts_hour", sa.Integer(), nullable=False),
            sa.Column("day_ends_hour", sa.Integer(), nullable=False),
        ),
        sa.PrimaryKeyConstraint("org_id", "known_from", name=op.f("pk_organization_version")),
    )
    op.create_table(
        "person_version",
        *version(
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("email", sa.String(), nullable=False),
            sa.Column("job_role", sa.String(), nullable=True),
            sa.Column("hired_on", sa.Date(), nullable=True),
            sa.Column("left_on", sa.Date(), nullable=True),
            sa.Column("holiday_calendar", sa.String(), nullable=True),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "id"], PERSON[1], name=op.f("fk_person_version__org_id_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("org_id", "id", "known_from", name=op.f("pk_person_version")),
    )
    op.create_table(
        "absence",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        *absence(),
        sa.Column("known_from", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('vacation', 'sick', 'parental', 'other')", name=op.f("ck_absence__kind")),
        sa.CheckConstraint("share IN (0.5, 1)", name=op.f("ck_absence__share")),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_absence__end_not_before_start")),
        sa.ForeignKeyConstraint(*PERSON, name=op.f("fk_absence__org_id_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence__org_id_person_id", "absence", ["org_id", "person_id", "start_on"])
    op.create_index("ix_absence__org_id_start_on", "absence", ["org_id", "start_on", "id"])
    op.create_table(
        "absence_version",
        *version(*absence()),
        sa.ForeignKeyConstraint(*PERSON, name=op.f("fk_absence_version__org_id_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("org_id", "id", "known_from", name=op.f("pk_absence_version")),
    )
    op.create_index("ix_absence_version__org_id_person_id", "absence_version", ["org_id", "person_id"])
    op.create_table(
        "team_version",
        *version(
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("name", sa.String(), nullable=False),
            sa.Column("member_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", "known_from", name=op.f("pk_team_version")),
    )
    for table in ("absence", *VERSIONS):
        for statement in row_security_ddl(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def _add(table: str, column: "sa.Column[object]") -> None:
    """A column that is never null: existing rows take the default, new ones must bring a value."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def downgrade() -> None:
    for table in (*VERSIONS, "absence"):
        op.drop_table(table)
    for table in ("team", "person", "organization"):
        op.drop_column(table, "known_from")
    op.drop_column("person", "holiday_calendar")
    op.drop_constraint(op.f("ck_organization__day_hours"), "organization")
    for name in ("holiday_calendar", *(column.name for column in working_time())):
        op.drop_column("organization", name)
