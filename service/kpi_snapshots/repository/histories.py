"""What people did in the months before: the sums that rates are learned from, and the sizes of single amounts."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Uuid, and_, bindparam, cast, func, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.repository.conditions import Grain, dated_grain, matching, number_column
from service.kpi_snapshots.repository.relations import Facts
from service.kpi_snapshots.repository.rows import rows
from service.kpi_snapshots.repository.statements import CELL
from service.kpi_snapshots.repository.totals import totals_of
from service.success_models.measures import Measure


class MonthTotal(NamedTuple):
    """How many facts a measure had for a person in a calendar month (or the part asked for), and since which day."""

    person_id: UUID
    measure_id: UUID
    month: date
    n: int
    first_day: date


class SizeMoments(NamedTuple):
    """How many amounts a person had, their mean and their variance (None: of fewer than two)."""

    person_id: UUID
    n: int
    mean: float
    variance: float | None


async def load_months(
    session: AsyncSession,
    org_id: UUID,
    people: Sequence[UUID],
    measures: tuple[Sequence[Measure], Sequence[Measure]],
    span: tuple[date, date],
    facts: Facts,
) -> list[MonthTotal]:
    """Add up measures (those with cells, those without) by calendar month; the second day of the span is not in it."""
    built, unbuilt = measures
    ids = bindparam("month_people", list(people), type_=ARRAY(Uuid))
    parts: list[Any] = []
    if built:
        kept = [measure.identity() for measure in built]
        parts.append(
            select(CELL.c.person_id, CELL.c.measure_id, CELL.c.day, CELL.c.n).where(
                CELL.c.org_id == org_id,
                CELL.c.person_id == func.any(ids),
                CELL.c.measure_id.in_(kept),
                CELL.c.day >= span[0],
                CELL.c.day < span[1],
            )
        )
    if unbuilt:

        def within(grain: Grain) -> Any:
            return and_(grain.person == func.any(ids), grain.day >= span[0], grain.day < span[1])

        parts.append(totals_of(org_id, unbuilt, within, by_day=True, facts=facts))
    if not parts:
        return []
    days = union_all(*(_in_order(part) for part in parts)).subquery()
    month = cast(func.date_trunc("month", days.c.day), Date)
    keys = (days.c.person_id, days.c.measure_id, month)
    query = select(*keys, func.sum(days.c.n), func.min(days.c.day)).group_by(*keys)
    return [MonthTotal(row[0], row[1], row[2], int(row[3]), row[4]) for row in await rows(session, query)]


def _in_order(part: Any) -> Select[Any]:
    """Days come third in cells and third in totals by day: one order for both."""
    inner = part.subquery()
    return select(inner.c.person_id, inner.c.measure_id, inner.c.day, inner.c.n)


async def load_sizes(
    session: AsyncSession, org_id: UUID, people: Sequence[UUID], measure: Measure, span: tuple[date, date], facts: Facts
) -> list[SizeMoments]:
    """The single amounts of a sum by person; the second day of the span is not in it."""
    grain = dated_grain(facts, measure.source)
    number = number_column(grain, measure.source, str(measure.field))
    ids = bindparam("size_people", list(people), type_=ARRAY(Uuid))
    query = (
        select(grain.person, func.count(number), func.avg(number), func.var_samp(number))
        .select_from(grain.relation)
        .where(
            grain.relation.c.org_id == org_id,
            grain.person == func.any(ids),
            grain.day >= span[0],
            grain.day < span[1],
            matching(grain, measure.source, measure.filters),
        )
        .group_by(grain.person)
        .having(func.count(number) > 0)
    )
    found = await rows(session, query)
    return [SizeMoments(row[0], row[1], float(row[2]), None if row[3] is None else float(row[3])) for row in found]
