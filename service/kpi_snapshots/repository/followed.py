"""Deals followed over time: what became of those that entered in a period, and how long they stayed in a stage.

What has not happened by `as_of` is undecided, never a failure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Numeric, Select, and_, case, cast, extract, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.repository.conditions import Grain, dated_grain, matching, needs_deal
from service.kpi_snapshots.repository.relations import Facts
from service.kpi_snapshots.repository.rows import rows
from service.kpi_snapshots.repository.totals import between
from service.success_models.filters import Source
from service.success_models.kpis import Stay
from service.success_models.measures import Measure

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """Whose deals, entered on which days (`until` is not one of them), seen from when."""

    org_id: UUID
    people: Sequence[UUID]
    start: date
    until: date
    as_of: datetime


class CohortTotal(NamedTuple):
    """Of a person's deals that entered: how many came where they should, how many are decided, how many are not."""

    person_id: UUID
    reached: int
    decided: int
    undecided: int


class StayLength(NamedTuple):
    """Days that a person's deal stayed; `ended` False: it stays on, or its end is of another kind."""

    person_id: UUID
    days: float
    ended: bool


async def load_cohort(
    session: AsyncSession, facts: Facts, span: Span, entered: Measure, reached: Measure
) -> list[CohortTotal]:
    """Follow the deals whose first entry lies in the span; each counts for its owner at that time."""
    entry, goal = dated_grain(facts, entered.source), dated_grain(facts, reached.source)
    first = _entries(entry, span, entered)
    came = (
        select(literal(1))
        .select_from(_with_deal(goal, reached))
        .where(
            goal.relation.c.org_id == span.org_id,
            _deal_id(goal) == first.c.deal_id,
            goal.at >= first.c.at,
            goal.at <= span.as_of,
            matching(goal, reached.source, reached.filters),
        )
        .correlate(first)
        .exists()
    )
    deal = facts.deal
    followed = (
        select(
            first.c.person_id,
            came.label("came"),
            and_(deal.c.closed_at.is_not(None), deal.c.closed_at <= span.as_of).label("closed"),
        )
        .select_from(first.join(deal, and_(deal.c.org_id == span.org_id, deal.c.id == first.c.deal_id)))
        .subquery()
    )
    decided = or_(followed.c.came, followed.c.closed)
    query = select(
        followed.c.person_id,
        func.count().filter(followed.c.came),
        func.count().filter(decided),
        func.count().filter(~decided),
    ).group_by(followed.c.person_id)
    return [CohortTotal(*row) for row in await rows(session, query)]


async def load_stays(session: AsyncSession, facts: Facts, span: Span, stay: Stay) -> list[StayLength]:
    """How long the deals stayed that came into a stage in the span; each counts for its owner at that time."""
    moves, deal = facts.stage_change, facts.deal
    later = moves.alias("later")
    leaves = later.c.to_stage == stay.to_stage if stay.to_stage is not None else literal(True)
    left_at = (
        select(func.min(later.c.occurred_at))
        .where(
            later.c.org_id == span.org_id,
            later.c.deal_id == moves.c.deal_id,
            later.c.position > moves.c.position,
            later.c.occurred_at <= span.as_of,
            leaves,
        )
        .correlate(moves)
        .scalar_subquery()
    )
    entered = dated_grain(facts, Source.STAGE_CHANGES)
    began = (
        select(moves.c.person_id, moves.c.deal_id, moves.c.occurred_at.label("at"), left_at.label("left_at"))
        .where(
            moves.c.org_id == span.org_id,
            between(span.people, span.start, span.until, span.as_of)(entered),
            moves.c.to_stage == stay.from_stage,
        )
        .subquery()
    )
    closed_at = case((deal.c.closed_at <= span.as_of, deal.c.closed_at))
    # A deal that closes without a move has left its stage, but has not come to the one that is waited for.
    ended_at = began.c.left_at if stay.to_stage is not None else func.coalesce(began.c.left_at, closed_at)
    seen_until = func.coalesce(ended_at, closed_at, literal(span.as_of))
    days = extract("epoch", seen_until - began.c.at) / SECONDS_PER_DAY
    query = (
        select(began.c.person_id, func.greatest(cast(days, Numeric), 0), ended_at.is_not(None))
        .select_from(began.join(deal, and_(deal.c.org_id == span.org_id, deal.c.id == began.c.deal_id)))
        .order_by(began.c.person_id, began.c.at, began.c.deal_id)
    )
    return [StayLength(row[0], float(row[1]), row[2]) for row in await rows(session, query)]


def _entries(entry: Grain, span: Span, entered: Measure) -> Any:
    """Each deal's first entry ever, kept where it lies in the span: a deal enters once."""
    deal_id = _deal_id(entry)
    ranked: Select[Any] = (
        select(entry.person.label("person_id"), deal_id.label("deal_id"), entry.at.label("at"), entry.day.label("day"))
        .select_from(_with_deal(entry, entered))
        .ext(distinct_on(deal_id))
        .where(
            entry.relation.c.org_id == span.org_id,
            entry.at <= span.as_of,
            matching(entry, entered.source, entered.filters),
        )
        .order_by(deal_id, entry.at)
    )
    first = ranked.subquery()
    return (
        select(first)
        .where(first.c.person_id.in_(span.people), first.c.day >= span.start, first.c.day < span.until)
        .subquery()
    )


def _with_deal(grain: Grain, measure: Measure) -> Any:
    if grain.deal is None or not needs_deal(measure.filters, None):
        return grain.relation
    same = and_(grain.deal.c.org_id == grain.relation.c.org_id, grain.deal.c.id == grain.relation.c.deal_id)
    return grain.relation.join(grain.deal, same)


def _deal_id(grain: Grain) -> Any:
    return grain.relation.c.deal_id if grain.source is Source.STAGE_CHANGES else grain.relation.c.id
