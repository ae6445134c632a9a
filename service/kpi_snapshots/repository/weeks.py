"""Measures by person and week as arrays, packed by the database; and how long it takes from one fact to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Double,
    Integer,
    LargeBinary,
    Uuid,
    and_,
    bindparam,
    cast,
    column,
    extract,
    func,
    literal,
    select,
    union_all,
)
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.leads.panels import Sums
from service.kpi_snapshots.repository.conditions import Grain, dated_grain, matching, needs_deal
from service.kpi_snapshots.repository.relations import NOW
from service.kpi_snapshots.repository.rows import rows
from service.kpi_snapshots.repository.statements import CELL
from service.kpi_snapshots.repository.totals import totals_of
from service.success_models.filters import Source
from service.success_models.measures import Measure

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Weeks:
    """Whose weeks: the first day of the first, and how many of seven days."""

    org_id: UUID
    people: Sequence[UUID]
    first: date
    count: int

    @property
    def until(self) -> date:
        """The day after the last."""
        return self.first + timedelta(days=7 * self.count)


class Delay(NamedTuple):
    """The median of days from one fact of a deal to another, over `n` pairs; None without any."""

    days: float | None
    n: int


async def load_weeks(
    session: AsyncSession, weeks: Weeks, measures: tuple[Sequence[Measure], Sequence[Measure]]
) -> dict[UUID, Sums]:
    """Each measure (those with cells, those without) by person and week, in one statement; none without facts."""
    built, unbuilt = measures
    ids = bindparam("week_people", list(weeks.people), type_=ARRAY(Uuid))
    parts: list[Any] = []
    if built:
        keys = (CELL.c.person_id, CELL.c.measure_id, CELL.c.day, CELL.c.value, CELL.c.n)
        parts.append(
            select(*keys).where(
                CELL.c.org_id == weeks.org_id,
                CELL.c.person_id == func.any(ids),
                CELL.c.measure_id.in_([measure.identity() for measure in built]),
                CELL.c.day >= weeks.first,
                CELL.c.day < weeks.until,
            )
        )
    if unbuilt:

        def within(grain: Grain) -> Any:
            return and_(grain.person == func.any(ids), grain.day >= weeks.first, grain.day < weeks.until)

        parts.append(select(totals_of(weeks.org_id, unbuilt, within, by_day=True).subquery()))
    if not parts:
        return {}
    days = union_all(*parts).subquery()
    people = (
        func.unnest(ids)
        .table_valued(column("person_id", Uuid), with_ordinality="place", joins_implicitly=True)
        .render_derived(name="asked")
    )
    week = cast(days.c.day - literal(weeks.first, Date), Integer) // 7
    totals = (
        select(
            days.c.measure_id,
            people.c.place,
            week.label("week"),
            func.sum(days.c.value).label("value"),
            func.sum(days.c.n).label("n"),
        )
        .select_from(days)
        .where(days.c.person_id == people.c.person_id)
        .group_by(days.c.measure_id, people.c.place, week)
        .subquery()
    )
    packed = (
        _packed(func.int4send(cast(totals.c.place, Integer))),
        _packed(func.int4send(cast(totals.c.week, Integer))),
        _packed(func.float8send(cast(totals.c.value, Double))),
        _packed(func.int8send(cast(totals.c.n, BigInteger))),
    )
    query = select(totals.c.measure_id, *packed).group_by(totals.c.measure_id)
    found = {}
    for measure_id, places, numbers, values, counts in await rows(session, query):
        at = np.frombuffer(places, ">i4") - 1, np.frombuffer(numbers, ">i4")
        value, n = np.zeros((len(weeks.people), weeks.count)), np.zeros((len(weeks.people), weeks.count))
        value[at], n[at] = np.frombuffer(values, ">f8"), np.frombuffer(counts, ">i8")
        found[measure_id] = Sums(value, n)
    return found


async def load_delays(
    session: AsyncSession, weeks: Weeks, until: datetime, pairs: Mapping[str, tuple[Measure, Measure]]
) -> dict[str, Delay]:
    """By name, how long it takes from facts of one measure to later ones of another of the same deal, in one statement.

    The first lie in the weeks, the others by `until`. What nobody waited for to the end is not in it: of the last
    deals only the fast ones are.
    """
    if not pairs:
        return {}
    parts = [_delay(weeks, until, name, *measures) for name, measures in pairs.items()]
    return {
        name: Delay(None if days is None else float(days), n)
        for name, days, n in await rows(session, union_all(*parts))
    }


def _delay(weeks: Weeks, until: datetime, name: str, begun: Measure, came: Measure) -> Any:
    ids = bindparam("delay_people", list(weeks.people), type_=ARRAY(Uuid))
    start, end = dated_grain(NOW, begun.source), dated_grain(NOW, came.source)
    first = (
        _facts(weeks.org_id, start, begun)
        .where(start.person == func.any(ids), start.day >= weeks.first, start.day < weeks.until, start.at <= until)
        .subquery()
    )
    second = _facts(weeks.org_id, end, came).where(end.day >= weeks.first, end.at <= until).subquery()
    days = extract("epoch", second.c.at - first.c.at) / SECONDS_PER_DAY
    joined = first.join(second, and_(second.c.deal_id == first.c.deal_id, second.c.at >= first.c.at))
    median = func.percentile_cont(literal(0.5)).within_group(cast(days, Double))
    return select(literal(name), median, func.count()).select_from(joined)


def _facts(org_id: UUID, grain: Grain, measure: Measure) -> Any:
    relation: Any = grain.relation
    deal_id = relation.c.id if grain.source in _DEALS else relation.c.deal_id
    if grain.deal is not None and needs_deal(measure.filters, None):
        same = and_(grain.deal.c.org_id == relation.c.org_id, grain.deal.c.id == relation.c.deal_id)
        relation = relation.join(grain.deal, same)
    return (
        select(deal_id.label("deal_id"), grain.at.label("at"))
        .select_from(relation)
        .where(
            grain.relation.c.org_id == org_id,
            deal_id.is_not(None),
            matching(grain, measure.source, measure.filters),
        )
    )


_DEALS = frozenset({Source.DEALS_CREATED, Source.DEALS_WON, Source.DEALS_LOST, Source.DEALS_CLOSED})


def _packed(value: Any) -> Any:
    return func.string_agg(value, cast(b"", LargeBinary))
