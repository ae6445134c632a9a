"""Receivers of JSON events: connections of any other CRM, and routes found by a connection's id."""

from alembic import op

revision = "receivers"
down_revision = "teams"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_crm_connection__system"), "crm_connection", type_="check")
    op.create_check_constraint(
        op.f("ck_crm_connection__system"), "crm_connection", "system IN ('hubspot', 'salesforce', 'other')"
    )
    op.create_unique_constraint(op.f("uq_connection_route__connection_id"), "connection_route", ["connection_id"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_connection_route__connection_id"), "connection_route", type_="unique")
    op.drop_constraint(op.f("ck_crm_connection__system"), "crm_connection", type_="check")
    op.create_check_constraint(
        op.f("ck_crm_connection__system"), "crm_connection", "system IN ('hubspot', 'salesforce')"
    )
