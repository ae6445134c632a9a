"""Closed deals with what they were before anybody did anything, the newest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Double, Select, Text, Uuid, bindparam, case, cast, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.repository.maturity import LONGEST_VALUE
from service.kpi_snapshots.repository.relations import DEAL
from service.kpi_snapshots.repository.rows import rows
from service.success_models.filters import ATTRIBUTE_PREFIX


@dataclass(frozen=True, slots=True)
class Closed:
    """Whose closed deals, of which days of the organization, known at which instant."""

    org_id: UUID
    people: Collection[UUID]
    start: date
    until: date
    as_of: datetime


class ClosedDeal(NamedTuple):
    """A closed deal; `amount` is the first one it had before its close, `fields` the values that are asked for."""

    id: UUID
    owner_id: UUID
    won: bool
    created_at: datetime
    closed_at: datetime
    amount: float | None
    fields: Sequence[str | None]


async def count_closed_deals(session: AsyncSession, asked: Closed) -> dict[UUID, int]:
    """How many deals each of the people closed; who closed none is absent."""
    query = _where(select(DEAL.c.closed_owner_id, func.count().label("deals")), asked).group_by(DEAL.c.closed_owner_id)
    return {row.closed_owner_id: row.deals for row in await rows(session, query)}


async def list_closed_deals(session: AsyncSession, asked: Closed, fields: Sequence[str], most: int) -> list[ClosedDeal]:
    """At most so many, the newest; `fields` are `pipeline` or the customer's own, by the names that filters use."""
    columns = [DEAL.c.id, DEAL.c.closed_owner_id, DEAL.c.outcome == "won", DEAL.c.created_at, DEAL.c.closed_at]
    columns.append(_first_amount())
    query = _where(select(*columns, *(_field(name) for name in fields)), asked)
    query = query.order_by(DEAL.c.closed_at.desc(), DEAL.c.id).limit(most)
    return [ClosedDeal._make([*row[:6], row[6:]]) for row in await rows(session, query)]


def _first_amount() -> Any:
    """Of the dated ones, if it is of a time before the close; without any dated one, the one there is."""
    first = DEAL.c.amount_history[0]
    dated = cast(first["at"].astext, DateTime(timezone=True))
    amount = case(
        (func.jsonb_array_length(DEAL.c.amount_history) == 0, cast(DEAL.c.org_amount, Text)),
        (dated < DEAL.c.closed_at, first["amount"].astext),
    )
    return cast(amount, Double)


def _field(name: str) -> Any:
    if name == "pipeline":
        return func.left(DEAL.c.pipeline, LONGEST_VALUE)
    return func.left(DEAL.c.attributes[name.removeprefix(ATTRIBUTE_PREFIX)].astext, LONGEST_VALUE)


def _where(query: Select[Any], asked: Closed) -> Select[Any]:
    people = bindparam("driver_people", list(asked.people), type_=ARRAY(Uuid))
    return query.where(
        DEAL.c.org_id == asked.org_id,
        DEAL.c.closed_owner_id == func.any(people),
        DEAL.c.closed_on >= asked.start,
        DEAL.c.closed_on < asked.until,
        DEAL.c.closed_at <= asked.as_of,
        DEAL.c.outcome != "open",
    )
