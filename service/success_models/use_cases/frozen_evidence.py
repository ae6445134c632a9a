"""The process of deals as it was before their outcomes; a constant number of statements for any number of deals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from msgspec.json import decode
from sqlmodel.ext.asyncio.session import AsyncSession

from service.statistics.arrays import Bools, Indices
from service.success_models.evidence import Value
from service.success_models.filters import Filter
from service.success_models.frozen import (
    DAY,
    NEVER,
    Counts,
    Cutoffs,
    DealProcess,
    FrozenFacts,
    ProcessPlan,
    Readings,
    Statuses,
    Times,
    count_processes,
    judge_deals,
    matching,
    micros,
)
from service.success_models.models import Confirmation, Inspection
from service.success_models.process import CLOSED, ActivityNeed
from service.success_models.repository import frozen as repository
from service.success_models.repository.first_uses import list_first_uses
from service.success_models.repository.frozen import HISTORIES, RecordedActivities, RecordedDeals
from service.success_models.repository.judgements import judgements_of, list_judged_deals
from service.success_models.use_cases.deal_cases import judgements_by_deal
from service.success_models.use_cases.owner_models import OwnerModel

ABOUT_THE_DEAL, KIND = "deal", "kind"
"""Fields of activities that are known without being loaded."""
ModelOf = Callable[[UUID], OwnerModel | None]
"""The model that a deal is held against, by the deal's id."""


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """Deals with what cuts their evidence off; `is_decided` as of the instant that is asked about."""

    deals: RecordedDeals
    is_decided: Bools
    cutoffs: Cutoffs


@dataclass(frozen=True, slots=True, eq=False)
class FrozenDeals:
    """Deals that are held against one model, and what was on record of its process before their outcomes."""

    ids: Sequence[UUID]
    cutoffs: Cutoffs
    statuses: Statuses


async def weigh_deals(
    session: AsyncSession, org_id: UUID, deal_ids: Sequence[UUID], model_of: ModelOf, as_of: datetime
) -> dict[UUID, DealProcess]:
    """What of the process was shown of each deal before its outcome, counted; otherwise as `freeze_deals`."""
    found: dict[UUID, DealProcess] = {}
    for frozen in await freeze_deals(session, org_id, deal_ids, model_of, as_of):
        found |= zip(frozen.ids, count_processes(frozen.statuses), strict=True)
    return found


async def freeze_deals(
    session: AsyncSession, org_id: UUID, deal_ids: Sequence[UUID], model_of: ModelOf, as_of: datetime
) -> list[FrozenDeals]:
    """What was on record of the process of deals before their outcomes, model by model; of open ones up to `as_of`.

    Deals whose owner has no model, or one without stages, are left out.
    """
    plans: dict[int, ProcessPlan] = {}
    wanted: dict[UUID, int] = {}
    for deal_id in deal_ids:
        model = model_of(deal_id)
        if model is not None and model.process.open_stages:
            plans.setdefault(id(model), ProcessPlan(model.process))
            wanted[deal_id] = id(model)
    if not wanted:
        return []
    conditions = [condition for plan in plans.values() for condition in plan.conditions]
    needs = [need for plan in plans.values() for need in plan.needs]
    fields = sorted({condition.field for condition in conditions})
    kinds = sorted({need.kind.value for need in needs})
    looked_at = fields_of(condition for need in needs for condition in need.filters)
    deals = await repository.load_recorded_deals(session, org_id, list(wanted), fields)
    case = _cut(deals, micros(as_of))
    readings = await _readings(session, org_id, case, fields)
    activities = await repository.load_recorded_activities(session, org_id, deals.ids, case.cutoffs, kinds, looked_at)
    places = {deal_id: place for place, deal_id in enumerate(deals.ids)}
    inspected = [*places.keys() & await list_judged_deals(session, Inspection, org_id)]
    inspections = judgements_by_deal(await judgements_of(session, Inspection, org_id, inspected))
    confirmed = [*places.keys() & await list_judged_deals(session, Confirmation, org_id)]
    confirmations = judgements_by_deal(await judgements_of(session, Confirmation, org_id, confirmed))
    uses = await list_first_uses(session, org_id, fields, kinds)
    found = []
    for key, plan in plans.items():
        facts = FrozenFacts(
            cutoffs=case.cutoffs,
            is_won=case.is_decided & deals.won,
            furthest=_furthest(case, plan),
            readings=[readings[condition.field] for condition in plan.conditions],
            counts=[_count(need, activities, case.cutoffs.until) for need in plan.needs],
            inspections={places[deal_id]: judgements for deal_id, judgements in inspections.items()},
            confirmations={places[deal_id]: judgements for deal_id, judgements in confirmations.items()},
        )
        mine = np.array([place for deal_id, place in places.items() if wanted[deal_id] == key], dtype=np.intp)
        ids, statuses = [deals.ids[place] for place in mine], judge_deals(plan, facts, *uses).only(mine)
        found.append(FrozenDeals(ids, case.cutoffs.only(mine), statuses))
    return found


def _cut(deals: RecordedDeals, as_of: int) -> _Case:
    """Up to when things count.

    What came with the first sight of a deal that was decided by then may be dated by its close.
    """
    is_decided = (deals.closed > 0) & (deals.closed <= as_of)
    decided_at = _decided_at(deals)
    until = np.where(is_decided, decided_at - deals.was_open, as_of)
    return _Case(deals, is_decided, Cutoffs(until, np.where(is_decided, deals.known, NEVER)))


def _decided_at(deals: RecordedDeals) -> Times:
    """When a deal came into the closed stage it is in, if that was on the day of its close, which may have no time."""
    last = np.flatnonzero(np.append(deals.move_deals[1:] != deals.move_deals[:-1], True)[: deals.move_deals.size])
    closing = last[[deals.move_stages[place] in CLOSED for place in last.tolist()]] if last.size else last
    found = deals.closed.copy()
    places, entered = deals.move_deals[closing], deals.move_times[closing]
    closed = deals.closed[places]
    same_day = (entered >= closed) & (entered - closed < DAY)
    found[places] = np.where(same_day, entered, np.minimum(entered, closed))
    return found


def _furthest(case: _Case, plan: ProcessPlan) -> Indices:
    order = {stage: place for place, stage in enumerate(plan.process.open_stages)}
    deals = case.deals
    ranks = np.fromiter((order.get(stage, -1) for stage in deals.move_stages), np.intp, len(deals.move_stages))
    in_time = deals.move_times <= case.cutoffs.until[deals.move_deals]
    found = np.full(len(deals.ids), -1, dtype=np.intp)
    np.maximum.at(found, deals.move_deals[in_time], ranks[in_time])
    return found


async def _readings(session: AsyncSession, org_id: UUID, case: _Case, fields: Sequence[str]) -> dict[str, Readings]:
    """What each field held before the outcome: its value of now, else that of a state that was known in time."""
    deals, until = case.deals, case.cutoffs.until
    plain = [name for name in fields if name not in HISTORIES]
    found, at, usable = {}, {}, {}
    for name in plain:
        field = deals.fields[name]
        same = np.fromiter((a == b for a, b in zip(field.present, field.kept, strict=True)), np.bool_, until.size)
        # A field that was never written has been empty since the deal was created.
        at[name] = np.where(field.written > 0, field.written, deals.created)
        usable[name] = (deals.is_told | ~case.is_decided | same) & (at[name] <= until)
    unsure = np.zeros(until.size, dtype=np.bool_)
    for name in plain:
        unsure |= case.is_decided & ~usable[name]
    asked = np.flatnonzero(unsure)
    then, before = await repository.load_states_then(
        session, org_id, [deals.ids[place] for place in asked.tolist()], case.cutoffs.only(asked), plain
    )
    for name in plain:
        values: list[Value] = [*deals.fields[name].present]
        for number, place in enumerate(asked.tolist()):
            if not usable[name][place]:
                one = _earlier(case, name, place, then.get(number), before.get(number))
                if one is not None:
                    at[name][place], values[place] = one
                    usable[name][place] = True
        found[name] = Readings(values, at[name], usable[name])
    return found | {name: _dated(case, name) for name in fields if name in HISTORIES}


def _earlier(
    case: _Case,
    name: str,
    place: int,
    then: tuple[int, dict[str, str | None]] | None,
    before: dict[str, str | None] | None,
) -> tuple[int, str | None] | None:
    """Since when a field of a decided deal held which value before the outcome; None where that is not known."""
    if then is not None:
        return then[0], then[1][name]
    field, until = case.deals.fields[name], int(case.cutoffs.until[place])
    if field.present[place] == field.kept[place]:
        return None
    # It was written again since, and with that the time of the value that was there is lost.
    if before is not None:
        return until, before[name]
    return None if case.deals.was_open[place] else (until, field.kept[place])


def _dated(case: _Case, name: str) -> Readings:
    """A field with a history; of one that never had a value, that it is empty."""
    deals, until = case.deals, case.cutoffs.until
    field, key = deals.fields[name], "amount" if name == "amount" else "close_on"
    live = (deals.is_told | ~case.is_decided).tolist()
    at = np.where(field.written > 0, field.written, deals.created)
    known, values = at <= until, [None] * until.size
    for place, limit in enumerate(until.tolist()):
        entries: list[dict[str, Any]] = decode((field.present if live[place] else field.kept)[place] or "[]")
        past = [(micros(datetime.fromisoformat(entry["at"])), entry[key]) for entry in entries]
        past = [entry for entry in past if entry[0] <= limit]
        if entries:
            known[place] = bool(past)
        if past:
            at[place], values[place] = past[-1]
    return Readings(values, at, known)


def _count(need: ActivityNeed, activities: RecordedActivities, until: Times) -> Counts:
    """Of each deal the activities that meet a need."""
    kind = need.kind.value
    fits = np.fromiter((one == kind for one in activities.kinds), np.bool_, len(activities.kinds))
    fits &= meeting(need.filters, activities)
    if need.within_days is not None:
        fits &= activities.times > until[activities.deals] - need.within_days * DAY
    last = np.zeros(until.size, dtype=np.int64)
    np.maximum.at(last, activities.deals[fits], activities.times[fits])
    return Counts(np.bincount(activities.deals[fits], minlength=until.size), last)


def fields_of(filters: Iterable[Filter]) -> list[str]:
    """What is to be loaded of activities for `meeting`."""
    return sorted({condition.field for condition in filters} - {ABOUT_THE_DEAL, KIND})


def meeting(filters: Iterable[Filter], activities: RecordedActivities) -> Bools:
    """Which activities meet every condition; that they are about a deal holds of all of them."""
    found = np.ones(len(activities.kinds), dtype=np.bool_)
    for condition in filters:
        if condition.field == ABOUT_THE_DEAL:
            found &= condition.value is True
        else:
            found &= matching(
                condition, activities.kinds if condition.field == KIND else activities.fields[condition.field]
            )
    return found
