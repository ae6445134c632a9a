"""One row of every table, made from the metadata, so that a new table is covered the day it appears."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.database import Database
from service.core.ids import new_id
from service.core.tables import metadata
from service.core.tenancy import NON_TENANT_TABLES, tenant_tables

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

Particular = Mapping[str, Mapping[str, Any]]
"""Values of columns, by table."""

VALUES: dict[str, Any] = {
    "person.role": "rep",
    "organization.week_start": 1,
    "organization.fiscal_year_start_month": 1,
    "organization.time_zone": "UTC",
    "organization.day_starts_hour": 8,
    "organization.day_ends_hour": 18,
    "organization.closing_grace_days": 5,
    "organization.opportunity_grace_working_days": 3,
    "organization.session_horizon_weeks": 8,
    "organization.session_grace_hours": 24,
    "organization.verdict_probability": Decimal("0.8"),
    **{f"organization.coaching_standard_{key}": Decimal("0.8") for key in ("models", "process", "skills", "cadence")},
    "capability_standing.key": "models",
    "coaching_opportunity.kind": "behind_target",
    "coaching_opportunity.status": "open",
    **dict.fromkeys(("coaching_opportunity.closed_at", "coaching_opportunity.closed_because"), None),
    **dict.fromkeys(("coaching_opportunity.lead_grade", "coaching_topic.lead_grade"), "predictive"),
    "absence.kind": "vacation",
    "kpi_snapshot_revision.reason": "closed",
    "lead_grade.grade": "predictive",
    "absence.share": Decimal(1),
    "deal.outcome": "open",
    "success_model.status": "draft",
    "inspection.verdict": "met",
    "confirmation.verdict": "met",
    "crm_connection.system": "hubspot",
    "crm_event.status": "applied",
    "manager_period.end_on": None,
    "webhook_endpoint.disabled_reason": "failing",
    "webhook_delivery.state": "pending",
    "operation.status": "queued",
    "session_format.document": {"sections": [{"key": "goal", "title": "Goal", "minutes": 5}]},
    **{
        f"{table}.{column}": value
        for table in ("coaching_programme", "coaching_cadence")
        for column, value in {
            "rule": "FREQ=WEEKLY",
            "minutes": 30,
            "clock_of": "rep",
            "when_away": "move",
            "format_key": "grow",
        }.items()
    },
    "coaching_programme.job_role": None,
    "coaching_programme.ended_at": None,
    "coaching_programme.staggered_start": None,
    "coaching_programme.drawn_starts": None,
    "coaching_cadence.end_reason": None,
    "cadence_gap.reason": "holiday",
    "coaching_session.ends_at": datetime(2026, 3, 4, 5, 36, 7, tzinfo=UTC),
    "coaching_session.time_zone": "UTC",
    "coaching_session.status": "scheduled",
    "coaching_session.answers": {},
    **dict.fromkeys(("coaching_session.cancelled_at", "coaching_session.cancelled_side"), None),
    **dict.fromkeys(("coaching_session.missed_at", "coaching_session.completed_at"), None),
    **dict.fromkeys(
        (f"coaching_session.{name}" for name in ("substitute_id", "substituted_from", "substituted_until")), None
    ),
    "booked_slot.slot_at": datetime(2026, 3, 4, 5, 5, tzinfo=UTC),
    "session_move.side": "rep",
    "rating_group.place": 0,
    "rating_group.manager_id": None,
    "coaching_topic.source": "rep",
    "coaching_topic.status": "open",
    "coaching_topic.concerns": "process",
    "coaching_topic.impact": Decimal("0.5"),
    "coaching_topic.confidence": Decimal("0.5"),
    "coaching_topic.ended_at": None,
    "coaching_commitment.status": "open",
    "coaching_commitment.concerns": "process",
    "coaching_commitment.goal_period": "month",
    "coaching_commitment.settled_at": None,
    "forecast.forecaster": "rep",
    "forecast.probability": Decimal("0.5"),
    **dict.fromkeys(
        (f"forecast.{name}" for name in ("model_version", "period_start", "period_end", "measure", "expected")), None
    ),
    **dict.fromkeys(("forecast.low", "forecast.high"), None),
    "import_row.status": "created",
    "competency_framework.document": {
        "levels": [{"number": 1, "name": "New"}, {"number": 2, "name": "Able"}],
        "skills": [
            {"key": "asking", "name": "Asking", "anchors": [{"level": 1, "text": "."}, {"level": 2, "text": "?"}]}
        ],
    },
    "assessment_template.document": {"items": [{"key": "asks", "kind": "rating", "skill": "asking", "prompt": "How?"}]},
    "skill_assessment.rater_kind": "self",
    "skill_assessment.status": "draft",
    **dict.fromkeys(
        (f"skill_assessment.{name}" for name in ("scorer", "external_id", "revises_id", "submitted_at")), None
    ),
    "assessment_answer.kind": "rating",
    **dict.fromkeys((f"assessment_answer.{name}" for name in ("yes", "deal_id", "activity_id")), None),
    "assessment_review.status": "acknowledged",
    "assessment_review.resolution": "upheld",
    "development_plan.status": "closed",
    "plan_step.kind": "practice",
}
"""What check constraints want; every other column gets a value of its type."""

TWO_PEOPLE = {"manager_period", "coaching_cadence", "coaching_session", "coaching_substitution", "coaching_hand_over"}
"""Tables of a person and their manager, who must be somebody else."""


def manager_of(shared_id: UUID) -> UUID:
    """Who manages the person of a sample row."""
    return UUID(int=shared_id.int ^ 1)


def sample_row(table: sa.Table, org_id: UUID, shared_id: UUID) -> dict[str, Any]:
    """A row of the organization; every id in it is `shared_id`, so that foreign keys meet their rows."""
    row = {}
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        if name in VALUES:
            row[column.name] = VALUES[name]
        elif column.name in {"manager_id", "from_manager_id"} and table.name in TWO_PEOPLE:
            row[column.name] = manager_of(shared_id)
        else:
            row[column.name] = org_id if column.name == "org_id" else _sample(column, shared_id)
    return row


SAMPLES: tuple[tuple[type[Any], Any], ...] = (
    (sa.DateTime, NOW),
    (sa.Time, time(10, 30)),
    (sa.Boolean, False),
    (sa.Date, date(2026, 3, 4)),
    (sa.ARRAY, []),
    (sa.Float, 1.5),
    (sa.Numeric, Decimal("1.50")),
    (sa.Integer, 1),
)
"""A value of each type, the narrower types first."""


def _sample(column: sa.Column[Any], shared_id: UUID) -> Any:
    kind = column.type
    if isinstance(kind, sa.Uuid):
        return shared_id
    if isinstance(kind, sa.JSON):
        return {"of": column.name}
    for known, value in SAMPLES:
        if isinstance(kind, known):
            return value
    text = f"{column.name} {shared_id}"
    return text.encode() if isinstance(kind, sa.LargeBinary) else text


async def plant_rows(
    session: AsyncSession, org_id: UUID, tables: Mapping[str, str], about: Mapping[str, Any], particular: Particular
) -> dict[str, UUID]:
    """Insert a sample row of each table, in this order; the ids by the names that `tables` gives to them.

    `about` are values of columns of any table, `particular` those of the columns of one.
    """
    ids = {name: new_id() for name in tables.values()}
    connection = await session.connection()
    for table_name, id_name in tables.items():
        table = metadata.tables[table_name]
        row = sample_row(table, org_id, new_id()) | {"id": ids[id_name]}
        given = {**ids, **about, **particular.get(table_name, {})}
        await connection.execute(
            sa.insert(table).values(row | {name: given[name] for name in given.keys() & row.keys()})
        )
    return ids


async def fill_organization(database: Database) -> UUID:
    """A new organization with a row in every tenant table and in every table that routes to one."""
    org_id, shared_id = new_id(), new_id()
    routes = [table for name, table in metadata.tables.items() if name in NON_TENANT_TABLES and "org_id" in table.c]
    async with database.tenant(org_id) as session:
        connection = await session.connection()
        for table in (*routes, *tenant_tables(metadata)):
            row = sample_row(table, org_id, shared_id)
            await connection.execute(sa.insert(table).values(row))
            if table.name == "person":
                manager = row | {"id": manager_of(shared_id), "email": f"manager of {shared_id}"}
                await connection.execute(sa.insert(table).values(manager))
    return org_id
