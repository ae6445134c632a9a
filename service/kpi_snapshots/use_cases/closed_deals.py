"""Closed deals as a table of what was there before they closed: criteria, activities and case mix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.drivers.table import Candidate, DealTable, DriverKind
from service.kpi_snapshots.repository.drivers import Closed, ClosedDeal, list_closed_deals
from service.kpi_snapshots.repository.maturity import AMOUNT
from service.statistics.arrays import Floats
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.frozen import DAY, MET, ProcessPlan, Times, micros
from service.success_models.kpis import KpiKind
from service.success_models.measures import Measure
from service.success_models.use_cases.deal_effort import Spells, count_effort, counts_activities
from service.success_models.use_cases.frozen_evidence import FrozenDeals, freeze_deals
from service.success_models.use_cases.owner_models import OwnerModel

MOST_DEALS = 2000
"""The newest ones: more would tell of how things were years ago, and make the answer slow."""
WEEK = 7 * DAY
QUIET = WEEK
"""Before the close, of the second half of a shorter life: calls of those days may be because of the coming outcome."""
SECONDS_A_DAY = 86_400
LEAST_WEEKS = 1.0
"""A deal that lived shorter counts as one week: two calls on its only day are not fourteen a week."""


@dataclass(frozen=True, slots=True)
class LoadedDeals:
    """The table, and what its candidates are called in the model."""

    table: DealTable
    names: Mapping[Candidate, str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a model offers: its measures of activities, and the names of the candidates: theirs, then the criteria's."""

    model: OwnerModel
    measures: Sequence[Measure]
    names: Mapping[Candidate, str]


async def load_deals(
    session: AsyncSession, closed: Closed, model: SuccessModelDTO | None, case_mix: Sequence[str]
) -> LoadedDeals:
    """The newest of the closed deals of people who follow one model; without any model, without candidates."""
    fields = [name for name in case_mix if name != AMOUNT]
    deals = await list_closed_deals(session, closed, fields, MOST_DEALS)
    values = np.empty((len(deals), 0))
    names: Mapping[Candidate, str] = {}
    if model is not None:
        asked = _asked(model)
        values, names = await _values(session, closed, asked, deals), asked.names
    return LoadedDeals(_table(deals, list(names), values, case_mix), names)


def _asked(model: SuccessModelDTO) -> _Asked:
    document = model.document
    plan = ProcessPlan(document.process)
    measures: list[Measure] = []
    names: dict[Candidate, str] = {}
    seen = set()
    for kpi in document.kpis:
        measure = kpi.measure
        if measure is None or kpi.kind is not KpiKind.FLOW or not kpi.level.is_process:
            continue
        if counts_activities(measure) and measure.identity() not in seen:
            seen.add(measure.identity())
            measures.append(measure)
            names[Candidate(DriverKind.ACTIVITY, kpi.key)] = kpi.name
    for criterion, step in zip(plan.criteria, plan.steps, strict=True):
        names[Candidate(DriverKind.CRITERION, criterion.key, step)] = criterion.name
    return _Asked(OwnerModel(model.version, document, document.process), measures, names)


async def _values(session: AsyncSession, closed: Closed, asked: _Asked, deals: Sequence[ClosedDeal]) -> Floats:
    """Deals by candidates: activities per week, criteria as 1 and 0, and nan for what nothing is known of."""
    efforts = np.zeros((len(deals), len(asked.measures)))
    criteria = np.full((len(deals), len(asked.names) - len(asked.measures)), np.nan)
    places = {deal.id: place for place, deal in enumerate(deals)}
    for frozen in await freeze_deals(session, closed.org_id, list(places), lambda _: asked.model, closed.as_of):
        rows = [places[deal_id] for deal_id in frozen.ids]
        spells = _spells(frozen, np.array([micros(deals[row].created_at) for row in rows], dtype=np.int64))
        weeks = np.maximum((spells.end - spells.start) / WEEK, LEAST_WEEKS)
        efforts[rows] = await count_effort(session, closed.org_id, spells, asked.measures) / weeks[:, np.newaxis]
        criteria[rows] = np.where(frozen.statuses.known, frozen.statuses.codes == MET, np.nan)
    return np.hstack([efforts, criteria])


def _spells(frozen: FrozenDeals, created: Times) -> Spells:
    """From the creation up to the quiet days before the outcome."""
    until = frozen.cutoffs.until
    lives = np.maximum(until - created, 0)
    return Spells(frozen.ids, created, until - np.minimum(QUIET, lives // 2), frozen.cutoffs)


def _table(
    deals: Sequence[ClosedDeal], candidates: Sequence[Candidate], values: np.ndarray, case_mix: Sequence[str]
) -> DealTable:
    owners = {owner: place for place, owner in enumerate(sorted({deal.owner_id for deal in deals}))}
    fields = [name for name in case_mix if name != AMOUNT]
    amounts = np.array([np.nan if deal.amount is None else deal.amount for deal in deals], dtype=np.float64)
    lives = [max((deal.closed_at - deal.created_at).total_seconds(), 0.0) / SECONDS_A_DAY for deal in deals]
    return DealTable(
        won=np.array([deal.won for deal in deals], dtype=np.bool_),
        people=np.array([owners[deal.owner_id] for deal in deals], dtype=np.intp),
        days=np.array(lives, dtype=np.float64),
        candidates=candidates,
        values=values,
        amounts=amounts if AMOUNT in case_mix else None,
        mix={
            name: np.array([deal.fields[place] or "" for deal in deals], dtype=np.str_)
            for place, name in enumerate(fields)
        },
        begun=np.array([_quarter(deal.created_at) for deal in deals], dtype=np.intp),
    )


def _quarter(at: datetime) -> int:
    return at.year * 4 + (at.month - 1) // 3
