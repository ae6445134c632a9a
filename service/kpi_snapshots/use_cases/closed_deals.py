"""Closed deals as a table of what was there before they closed: criteria, activities and case mix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.drivers.table import Candidate, DealTable, DriverKind
from service.kpi_snapshots.repository.drivers import Closed, ClosedDeal, list_closed_deals
from service.kpi_snapshots.repository.maturity import AMOUNT
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.evidence import CriterionStatus
from service.success_models.frozen import ProcessPlan, instant
from service.success_models.kpis import KpiKind
from service.success_models.measures import Measure
from service.success_models.use_cases.deal_effort import Spell, count_effort, counts_activities
from service.success_models.use_cases.frozen_evidence import FrozenDeal, freeze_deals
from service.success_models.use_cases.owner_models import OwnerModel

MOST_DEALS = 3000
"""The newest ones: more would tell of how things were years ago, and make the answer slow."""
QUIET = timedelta(days=7)
"""Before the close, of the second half of a shorter life: calls of those days may be because of the coming outcome."""
SECONDS_A_DAY, DAYS_A_WEEK = 86400, 7
LEAST_WEEKS = 1.0
"""A deal that lived shorter counts as one week: two calls on its only day are not fourteen a week."""


@dataclass(frozen=True, slots=True)
class LoadedDeals:
    """The table, and what its candidates are called in the model."""

    table: DealTable
    names: Mapping[Candidate, str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a model offers: its process with the criteria, and measures of activities by the key of their KPI."""

    process: ProcessPlan
    measures: Mapping[str, Measure]
    names: Mapping[Candidate, str]

    @property
    def candidates(self) -> list[Candidate]:
        """Activities first, in the model's order."""
        return list(self.names)


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
        owner_model = OwnerModel(model.version, model.document, asked.process.process)
        ids = [deal.id for deal in deals]
        frozen = await freeze_deals(session, closed.org_id, ids, lambda _: owner_model, closed.as_of)
        spells = {deal.id: _spell(deal, frozen[deal.id]) for deal in deals if deal.id in frozen}
        effort = await count_effort(session, closed.org_id, spells, asked.measures)
        rows = [_values(asked, spells.get(deal.id), frozen.get(deal.id), effort.get(deal.id, {})) for deal in deals]
        values, names = np.array(rows, dtype=np.float64).reshape(len(deals), len(asked.names)), asked.names
    return LoadedDeals(_table(deals, list(names), values, case_mix), names)


def _asked(model: SuccessModelDTO) -> _Asked:
    document = model.document
    plan = ProcessPlan(document.process)
    measures: dict[str, Measure] = {}
    names: dict[Candidate, str] = {}
    seen = set()
    for kpi in document.kpis:
        measure = kpi.measure
        if measure is None or kpi.kind is not KpiKind.FLOW or not kpi.level.is_process:
            continue
        if counts_activities(measure) and measure.identity() not in seen:
            seen.add(measure.identity())
            measures[kpi.key] = measure
            names[Candidate(DriverKind.ACTIVITY, kpi.key)] = kpi.name
    for criterion in plan.criteria:
        step = plan.steps[criterion.key]
        names[Candidate(DriverKind.CRITERION, criterion.key, step)] = criterion.name
    return _Asked(plan, measures, names)


def _spell(deal: ClosedDeal, frozen: FrozenDeal) -> Spell:
    """From the creation up to the quiet days before the outcome."""
    until = instant(frozen.cutoff.until)
    life = max(until - deal.created_at, timedelta(0))
    return Spell(deal.created_at, until - min(QUIET, life / 2), frozen.cutoff)


def _values(asked: _Asked, spell: Spell | None, frozen: FrozenDeal | None, effort: Mapping[str, int]) -> list[float]:
    """A deal's row: activities per week, criteria as 1 and 0, and nan for what nothing is known of."""
    statuses = {} if frozen is None else frozen.statuses
    days = 0.0 if spell is None else (spell.end - spell.start).total_seconds() / SECONDS_A_DAY
    weeks = max(days / DAYS_A_WEEK, LEAST_WEEKS)
    return [
        effort.get(one.key, 0) / weeks if one.kind is DriverKind.ACTIVITY else _status(statuses.get(one.key))
        for one in asked.candidates
    ]


def _status(status: CriterionStatus | None) -> float:
    if status is None or status is CriterionStatus.UNKNOWN:
        return np.nan
    return 1.0 if status is CriterionStatus.MET else 0.0


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
    )
