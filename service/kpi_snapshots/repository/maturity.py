"""Deals as columns: packed by the database into one value per segment, so that no row becomes an object."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from math import nan
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ARRAY,
    Date,
    Double,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.maturity.estimating import DealColumns
from service.kpi_snapshots.repository.relations import DEAL
from service.kpi_snapshots.repository.rows import rows
from service.statistics.arrays import Indices
from service.statistics.competing_risks import Ending
from service.success_models.filters import ATTRIBUTE_PREFIX

EPOCH = date(1970, 1, 1)
LONGEST_VALUE = 100
AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose deals (None: everybody's, and nobody's), told apart by which field, at which instant and local day."""

    org_id: UUID
    people: Collection[UUID] | None
    segment: str | None
    as_of: datetime
    today: date


class OpenDealAge(NamedTuple):
    """A deal that is open."""

    id: UUID
    person_id: UUID | None
    name: str | None
    segment: str | None
    days: int
    amount: float | None


async def earliest_close(session: AsyncSession, org_id: UUID, as_of: datetime) -> date | None:
    """The day of the organization's first close; None where nothing closed by then."""
    query = select(func.min(DEAL.c.closed_on)).where(
        DEAL.c.org_id == org_id, DEAL.c.outcome != "open", DEAL.c.closed_at <= as_of
    )
    found: date | None = (await rows(session, query))[0][0]
    return found


async def load_columns(session: AsyncSession, asked: Asked, most: int) -> dict[str | None, DealColumns]:
    """The deals of each segment, of at most `most` + 1 of these; by amount they come as one."""
    day_one = literal(EPOCH, Date)
    packed = [_packed(func.int4send(DEAL.c.created_on - day_one)), _packed(func.int4send(_age(asked)))]
    packed.append(_packed(func.int4send(_ending(asked))))
    if asked.segment == AMOUNT:
        packed.append(_packed(func.float8send(func.coalesce(_amount(), literal(nan, Double)))))
    first: Any = literal_column("1")
    query = select(_segment(asked), *packed).where(_counts(asked)).group_by(first).order_by(first).limit(most + 1)
    found: dict[str | None, DealColumns] = {}
    for value, begun, ages, endings, *amounts in await rows(session, query):
        known = np.frombuffer(amounts[0], ">f8").astype(np.float64) if amounts else None
        found[value] = DealColumns(_unpacked(begun), _unpacked(ages), _unpacked(endings), known)
    return found


async def load_open_deals(session: AsyncSession, asked: Asked) -> list[OpenDealAge]:
    """Those open at the instant, the oldest first."""
    amount = _amount() if asked.segment == AMOUNT else cast(null(), Double)
    age = _age(asked)
    query = (
        select(DEAL.c.id, _owner(asked), DEAL.c.name, _segment(asked), age, amount)
        .where(_counts(asked), ~_is_closed(asked))
        .order_by(age.desc(), DEAL.c.id)
    )
    return [OpenDealAge(*row) for row in await rows(session, query)]


def _packed(value: Any) -> Any:
    return func.string_agg(value, cast(b"", LargeBinary))


def _unpacked(column: bytes) -> Indices:
    return np.frombuffer(column, ">i4").astype(np.intp)


def _is_closed(asked: Asked) -> Any:
    return and_(DEAL.c.outcome != "open", DEAL.c.closed_at.is_not(None), DEAL.c.closed_at <= asked.as_of)


def _owner(asked: Asked) -> Any:
    return case((_is_closed(asked), DEAL.c.closed_owner_id), else_=DEAL.c.owner_id)


def _age(asked: Asked) -> Any:
    """In whole days; a close that is dated before the beginning is one on the same day."""
    end = case((_is_closed(asked), DEAL.c.closed_on), else_=literal(asked.today, Date))
    return func.greatest(end - DEAL.c.created_on, literal(0, Integer), type_=Integer)


def _ending(asked: Asked) -> Any:
    won = and_(_is_closed(asked), DEAL.c.outcome == "won")
    return cast(case((won, int(Ending.WON)), (_is_closed(asked), int(Ending.LOST)), else_=int(Ending.OPEN)), Integer)


def _amount() -> Any:
    """The first on record: what a deal is worth in the end is known of decided ones only."""
    return cast(func.coalesce(DEAL.c.amount_history[0]["amount"].astext, cast(DEAL.c.org_amount, Text)), Double)


def _segment(asked: Asked) -> Any:
    if asked.segment is None or asked.segment == AMOUNT:
        return cast(null(), Text)
    if asked.segment == "pipeline":
        return func.left(DEAL.c.pipeline, LONGEST_VALUE)
    return func.left(DEAL.c.attributes[asked.segment.removeprefix(ATTRIBUTE_PREFIX)].astext, LONGEST_VALUE)


def _counts(asked: Asked) -> Any:
    conditions = [DEAL.c.org_id == asked.org_id, DEAL.c.created_at <= asked.as_of]
    if asked.people is not None:
        people = bindparam("maturity_people", list(asked.people), type_=ARRAY(Uuid))
        mine = or_(DEAL.c.owner_id == func.any(people), DEAL.c.closed_owner_id == func.any(people))
        conditions += [mine, _owner(asked) == func.any(people)]
    return and_(*conditions)
