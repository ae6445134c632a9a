"""Forecasts of deals and quarters, append-only, and the weeks in which the model was asked for its own."""

import sqlalchemy as sa
from alembic import op

from service.core.embedded import APP
from service.core.tenancy import append_only_ddl, row_security_ddl

revision = "forecasts"
down_revision = "quadrants"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "forecast",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("forecaster", sa.String(), nullable=False),
        sa.Column("forecaster_id", sa.Uuid(), nullable=True),
        sa.Column("model_version", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("probability", sa.Numeric(), nullable=True),
        sa.Column("expected_close_on", sa.Date(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("whole_tree", sa.Boolean(), nullable=False),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("expected", sa.Numeric(), nullable=True),
        sa.Column("low", sa.Numeric(), nullable=True),
        sa.Column("high", sa.Numeric(), nullable=True),
        sa.CheckConstraint("forecaster IN ('model', 'rep', 'manager')", name=op.f("ck_forecast__forecaster")),
        sa.CheckConstraint(
            "(forecaster = 'model') = (forecaster_id IS NULL) AND (forecaster = 'model') = (model_version IS NOT NULL)",
            name=op.f("ck_forecast__who"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(deal_id, probability) IN (0, 2) AND (deal_id IS NULL) = (period_start IS NOT NULL)"
            " AND num_nonnulls(period_start, period_end, measure, expected, low, high) IN (0, 6)",
            name=op.f("ck_forecast__deal_or_quarter"),
        ),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name=op.f("ck_forecast__probability")),
        sa.CheckConstraint("0 <= low AND low <= expected AND expected <= high", name=op.f("ck_forecast__interval")),
        sa.CheckConstraint("measure IN ('wins', 'amount')", name=op.f("ck_forecast__measure")),
        sa.ForeignKeyConstraint(
            ["org_id", "forecaster_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_forecast__org_id_forecaster_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_forecast")),
    )
    op.create_index("ix_forecast__made", "forecast", ["org_id", "made_at", "id"])
    op.create_index(
        "ix_forecast__deal",
        "forecast",
        ["org_id", "deal_id", "made_at"],
        postgresql_where=sa.text("deal_id IS NOT NULL"),
    )
    op.create_index("ix_forecast__forecaster", "forecast", ["org_id", "forecaster_id", "made_at"])
    op.create_index(
        "ix_forecast__quarter", "forecast", ["org_id", "period_end"], postgresql_where=sa.text("period_end IS NOT NULL")
    )
    op.create_table(
        "forecast_run",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("week_start", sa.Date(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("deals", sa.Integer(), nullable=False),
        sa.Column("quarters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "week_start", name=op.f("pk_forecast_run")),
    )
    for table in ("forecast", "forecast_run"):
        for statement in row_security_ddl(table):
            op.execute(statement)
    op.execute(append_only_ddl("forecast"))
    op.execute(f"GRANT SELECT, INSERT, DELETE ON forecast TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON forecast_run TO {APP}")


def downgrade() -> None:
    op.drop_table("forecast_run")
    op.drop_table("forecast")
