"""The facts that numbers are computed from: as they are known now, or as they were known at an instant.

What was known at an instant is the present rows that were there by then and the superseded versions that
span it; stage changes as known are the dated entries of the deals as known.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, FromClause, Numeric, String, Table, Uuid, bindparam, text, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from service.activities.models import Activity, ActivityVersion, Deal, DealVersion, StageChange

INSTANT = DateTime(timezone=True)


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


ACTIVITY, ACTIVITY_VERSION = _table(Activity), _table(ActivityVersion)
DEAL, DEAL_VERSION = _table(Deal), _table(DealVersion)
STAGE_CHANGE = _table(StageChange)


@dataclass(frozen=True, slots=True)
class Facts:
    """The three relations of facts, each with the columns of its table that numbers need."""

    activity: FromClause
    deal: FromClause
    stage_change: FromClause


NOW = Facts(ACTIVITY, DEAL, STAGE_CHANGE)
"""The facts as they are known now."""


def facts_known(org_id: UUID, known_at: datetime | None) -> Facts:
    """The facts as they were known at an instant; None is now."""
    if known_at is None:
        return NOW
    return Facts(
        _known(ACTIVITY, ACTIVITY_VERSION, org_id, known_at),
        _known(DEAL, DEAL_VERSION, org_id, known_at),
        _known_moves(org_id, known_at),
    )


def _known(table: Table, versions: Table, org_id: UUID, known_at: datetime) -> FromClause:
    names = [column.name for column in table.columns]
    present = table.select().where(table.c.org_id == org_id, table.c.known_from <= known_at)
    past = (
        versions.select()
        .with_only_columns(*(versions.c[name] for name in names))
        .where(versions.c.org_id == org_id, versions.c.known_from <= known_at, versions.c.known_until > known_at)
    )
    return union_all(present, past).subquery(f"{table.name}_known")


_MOVES = """
SELECT d.org_id, d.id AS deal_id, entry.position::int - 1 AS position,
       CASE WHEN entry.position > 1 THEN d.stage_history -> (entry.position::int - 2) ->> 'stage' END AS from_stage,
       entry.value ->> 'stage' AS to_stage,
       (entry.value ->> 'person_id')::uuid AS person_id,
       (entry.value ->> 'at')::timestamptz AS occurred_at,
       (entry.value ->> 'on')::date AS occurred_on
FROM (SELECT org_id, id, stage_history FROM deal WHERE org_id = :known_org AND known_from <= :known_at
      UNION ALL
      SELECT org_id, id, stage_history FROM deal_version
      WHERE org_id = :known_org AND known_from <= :known_at AND known_until > :known_at) AS d
CROSS JOIN LATERAL jsonb_array_elements(d.stage_history) WITH ORDINALITY AS entry(value, position)
"""


def _known_moves(org_id: UUID, known_at: datetime) -> FromClause:
    columns: dict[str, Any] = {
        "org_id": Uuid, "deal_id": Uuid, "position": STAGE_CHANGE.c.position.type, "from_stage": String,
        "to_stage": String, "person_id": Uuid, "occurred_at": INSTANT, "occurred_on": Date,
    }  # fmt: skip
    bound = text(_MOVES).bindparams(
        bindparam("known_org", org_id, type_=Uuid), bindparam("known_at", known_at, type_=INSTANT)
    )
    return bound.columns(**columns).subquery("stage_change_known")


_OPEN = """
SELECT d.org_id, d.id, d.name, d.pipeline, d.currency, d.attributes, 'open' AS outcome, d.created_at, d.created_on,
       coalesce(stage.last ->> 'stage', d.stage_history -> 0 ->> 'stage', d.stage) AS stage,
       (coalesce(owner.last, d.owner_history -> 0) ->> 'person_id')::uuid AS person_id,
       (coalesce(worth.last, d.amount_history -> 0) ->> 'amount')::numeric AS org_amount,
       (coalesce(due.last, d.close_date_history -> 0) ->> 'close_on')::date AS close_on,
       coalesce((due.last ->> 'slips')::int, 0) AS slips,
       coalesce((stage.last ->> 'on')::date, d.created_on) AS stage_on
FROM {deals} AS d
LEFT JOIN LATERAL ({last}) AS stage(last) ON true
LEFT JOIN LATERAL ({last}) AS owner(last) ON true
LEFT JOIN LATERAL ({last}) AS worth(last) ON true
LEFT JOIN LATERAL ({last}) AS due(last) ON true
WHERE d.created_at <= :open_at AND (d.closed_at IS NULL OR d.closed_at > :open_at)
"""
_LAST = (
    "SELECT e.value FROM jsonb_array_elements(d.{history}) WITH ORDINALITY AS e(value, position)"
    " WHERE (e.value ->> 'at')::timestamptz <= :open_at ORDER BY e.position DESC LIMIT 1"
)
_DEALS_NOW = "(SELECT * FROM deal WHERE org_id = :open_org)"
_DEAL_NAMES = ", ".join(column.name for column in DEAL.columns)
_DEALS_KNOWN = f"""(
    SELECT {_DEAL_NAMES} FROM deal WHERE org_id = :open_org AND known_from <= :known_at
    UNION ALL
    SELECT {_DEAL_NAMES} FROM deal_version
    WHERE org_id = :open_org AND known_from <= :known_at AND known_until > :known_at
)"""  # noqa: S608 - names of columns


def open_deals(org_id: UUID, at: datetime, known_at: datetime | None) -> FromClause:
    """The deals that were open at an instant, each with its stage, owner, amount and close date of then.

    What was written first holds for the time before it too: an import may date it later than the deal.
    """
    statement = _OPEN
    for history in ("stage_history", "owner_history", "amount_history", "close_date_history"):
        statement = statement.replace("{last}", _LAST.replace("{history}", history), 1)
    statement = statement.replace("{deals}", _DEALS_NOW if known_at is None else _DEALS_KNOWN)
    values = [bindparam("open_org", org_id, type_=Uuid), bindparam("open_at", at, type_=INSTANT)]
    if known_at is not None:
        values.append(bindparam("known_at", known_at, type_=INSTANT))
    columns: dict[str, Any] = {
        "org_id": Uuid, "id": Uuid, "name": String, "pipeline": String, "currency": String, "attributes": JSONB,
        "outcome": String, "created_at": INSTANT, "created_on": Date, "stage": String, "person_id": Uuid,
        "org_amount": Numeric, "close_on": Date, "slips": DEAL.c.slips.type, "stage_on": Date,
    }  # fmt: skip
    return text(statement).bindparams(*values).columns(**columns).subquery("open_deal")
