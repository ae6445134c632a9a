"""The process of deals as it was before their outcomes; a constant number of statements for any number of deals."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from msgspec.json import decode
from sqlmodel.ext.asyncio.session import AsyncSession

from service.success_models.evidence import Reading, Value, matches
from service.success_models.filters import ATTRIBUTE_PREFIX, Filter
from service.success_models.frozen import Bench, Counted, Cutoff, DealProcess, FrozenFacts, ProcessPlan
from service.success_models.models import Confirmation, Inspection
from service.success_models.process import CLOSE_DATE, CLOSED, ActivityNeed
from service.success_models.readings import record_field
from service.success_models.repository import frozen as repository
from service.success_models.repository.frozen import KnownFields, RecordedActivity, RecordedDeal
from service.success_models.repository.judgements import judgements_of
from service.success_models.use_cases.deal_cases import judgements_by_deal
from service.success_models.use_cases.owner_models import OwnerModel

MOMENT = timedelta(microseconds=1)
Values = Mapping[str, str | None]
ModelOf = Callable[[UUID], OwnerModel | None]
"""The model that a deal is held against, by the deal's id."""


class _Judged(NamedTuple):
    """A deal under its plan; `is_decided` as of the instant that is asked about.

    Its fields as they are, and as they were when its outcome became known: the same where nothing changed since.
    """

    deal: RecordedDeal
    plan: ProcessPlan
    is_decided: bool
    cutoff: Cutoff
    furthest: int
    present: Values
    kept: Values


class FrozenDeal(NamedTuple):
    """What counts of a deal, and the bench that judges by it."""

    bench: Bench
    facts: FrozenFacts


async def weigh_deals(
    session: AsyncSession, org_id: UUID, deal_ids: Sequence[UUID], model_of: ModelOf, as_of: datetime
) -> dict[UUID, DealProcess]:
    """What of the process was shown of each deal before its outcome, counted; otherwise as `freeze_deals`."""
    frozen = await freeze_deals(session, org_id, deal_ids, model_of, as_of)
    return {deal_id: bench.judge(facts) for deal_id, (bench, facts) in frozen.items()}


async def freeze_deals(
    session: AsyncSession, org_id: UUID, deal_ids: Sequence[UUID], model_of: ModelOf, as_of: datetime
) -> dict[UUID, FrozenDeal]:
    """What was on record of each deal's process before its outcome; of an open one up to `as_of`.

    Deals whose owner has no model, or one without stages, are left out.
    """
    models: dict[int, ProcessPlan] = {}
    wanted: dict[UUID, ProcessPlan] = {}
    for deal_id in deal_ids:
        model = model_of(deal_id)
        if model is not None and model.process.open_stages:
            wanted[deal_id] = models.setdefault(id(model), ProcessPlan(model.process))
    plans = list(models.values())
    fields = {condition.field for plan in plans for condition in plan.conditions}
    needs = [need for plan in plans for need in plan.needs]
    rows = await repository.list_recorded_deals(session, org_id, list(wanted), fields)
    judged = [_cut(row, wanted[row.id], as_of) for row in rows]
    cutoffs = [(one.deal.id, one.cutoff) for one in judged]
    unsure = [(one.deal.id, one.cutoff) for one in judged if one.is_decided and _is_unsure(one)]
    then, before = await repository.list_states_then(session, org_id, unsure)
    kinds = sorted({need.kind.value for need in needs})
    looked_at = {condition.field for need in needs for condition in need.filters}
    about: dict[UUID, list[RecordedActivity]] = {}
    for activity in await repository.list_recorded_activities(session, org_id, cutoffs, kinds, looked_at):
        about.setdefault(activity.deal_id, []).append(activity)
    ids = list(wanted)
    inspections = judgements_by_deal(await judgements_of(session, Inspection, org_id, ids))
    confirmations = judgements_by_deal(await judgements_of(session, Confirmation, org_id, ids))
    by_field, by_kind = await repository.list_first_uses(session, org_id, fields, kinds)
    benches = {id(plan): Bench(plan, {**by_field}, {**by_kind}) for plan in plans}
    counters = {id(plan): [_Counter(need) for need in plan.needs] for plan in plans}
    found = {}
    for one in judged:
        deal_id = one.deal.id
        states = (then.get(deal_id), before.get(deal_id))
        facts = FrozenFacts(
            cutoff=one.cutoff,
            is_won=one.is_decided and one.deal.outcome == "won",
            furthest=one.furthest,
            readings=_readings(one, states),
            counted=[counter.count(about.get(deal_id, ()), one.cutoff.until) for counter in counters[id(one.plan)]],
            inspections=inspections.get(deal_id, ()),
            confirmations=confirmations.get(deal_id, ()),
        )
        found[deal_id] = FrozenDeal(benches[id(one.plan)], facts)
    return found


def _cut(deal: RecordedDeal, plan: ProcessPlan, as_of: datetime) -> _Judged:
    """Up to when things count, and how far the deal had come by then."""
    stages = [(datetime.fromisoformat(entry["at"]), entry["stage"]) for entry in decode(deal.stages)]
    is_decided = deal.closed_at is not None and deal.closed_at <= as_of
    cutoff = Cutoff(as_of, None)
    if deal.closed_at is not None and is_decided:
        until = _decided_at(deal.closed_at, stages)
        # What came with the first sight of a deal that was decided by then may be dated by its close.
        cutoff = Cutoff(until - MOMENT if deal.was_open else until, deal.known)
    furthest = plan.furthest(stage for at, stage in stages if at <= cutoff.until)
    present = deal.present.values()
    kept = present if deal.kept is deal.present else deal.kept.values()
    return _Judged(deal, plan, is_decided, cutoff, furthest, present, kept)


def _decided_at(closed_at: datetime, stages: Sequence[tuple[datetime, str]]) -> datetime:
    """When it came into the closed stage it is in, if that was on the day of its close, which may have no time."""
    last = stages[-1] if stages else None
    if last is None or last[1] not in CLOSED:
        return closed_at
    same_day = timedelta(0) <= last[0] - closed_at < timedelta(days=1)
    return last[0] if same_day else min(closed_at, last[0])


def _is_unsure(one: _Judged) -> bool:
    """Whether the present value of some field may not be the one that was there before the outcome."""
    return any(_usable(one, condition.field) is None for condition in one.plan.conditions if not _is_dated(condition))


def _is_dated(condition: Filter) -> bool:
    return condition.field in {"amount", CLOSE_DATE}


def _usable(one: _Judged, field: str) -> Reading | None:
    """The present value, if it was written in time and on record in time."""
    at, present = _written(one.deal, field), one.present.get(field)
    on_record = one.deal.is_told or not one.is_decided or present == one.kept.get(field)
    return Reading(at, present) if on_record and at <= one.cutoff.until else None


def _written(deal: RecordedDeal, field: str) -> datetime:
    """A field that was never written has been empty since the deal was created."""
    written = deal.written.get(record_field(field))
    return deal.created_at if written is None else datetime.fromtimestamp(written / 1000, UTC)


def _readings(one: _Judged, states: tuple[KnownFields | None, KnownFields | None]) -> list[Reading | None]:
    return [
        _dated(one, condition.field) if _is_dated(condition) else _reading(one, condition.field, states)
        for condition in one.plan.conditions
    ]


def _reading(one: _Judged, field: str, states: tuple[KnownFields | None, KnownFields | None]) -> Reading | None:
    """What a field held before the outcome: its value of now, else that of a state that was known in time."""
    usable = _usable(one, field)
    if usable is not None or not one.is_decided:
        return usable
    then, before = states
    if then is not None:
        return Reading(then.at, then.values().get(field))
    if one.present.get(field) == one.kept.get(field):
        return None
    # It was written again since, and with that the time of the value that was there is lost.
    if before is not None:
        return Reading(one.cutoff.until, before.values().get(field))
    return None if one.deal.was_open else Reading(one.cutoff.until, one.kept.get(field))


def _dated(one: _Judged, field: str) -> Reading | None:
    """A field with a history; of one that never had a value, that it is empty."""
    deal = one.deal
    fields = deal.present if deal.is_told or not one.is_decided else deal.kept
    entries: list[dict[str, Any]] = decode(fields.amounts if field == "amount" else fields.close_dates)
    name = "amount" if field == "amount" else "close_on"
    if not entries:
        at = _written(deal, field)
        return Reading(at, None) if at <= one.cutoff.until else None
    past = [entry for entry in entries if datetime.fromisoformat(entry["at"]) <= one.cutoff.until]
    return Reading(datetime.fromisoformat(past[-1]["at"]), past[-1][name]) if past else None


class _Counter:
    """Counts the activities that meet a need."""

    def __init__(self, need: ActivityNeed) -> None:
        self._need = need
        self._within = None if need.within_days is None else timedelta(days=need.within_days)
        self._matched: dict[tuple[Value, ...], bool] = {}

    def count(self, activities: Sequence[RecordedActivity], until: datetime) -> Counted:
        """Of one deal's activities, the earliest first."""
        kind = self._need.kind.value
        found = [
            one.occurred_at
            for one in activities
            if one.kind == kind
            and (self._within is None or one.occurred_at > until - self._within)
            and self._matches(one)
        ]
        return Counted(len(found), found[-1] if found else None)

    def _matches(self, activity: RecordedActivity) -> bool:
        values = tuple(activity_value(activity, condition.field) for condition in self._need.filters)
        found = self._matched.get(values)
        if found is None:
            pairs = zip(self._need.filters, values, strict=True)
            found = self._matched[values] = all(matches(condition, value) for condition, value in pairs)
        return found


def activity_value(activity: RecordedActivity, field: str) -> Value:
    """What a field of an activity holds, by the name that filters use."""
    if field.startswith(ATTRIBUTE_PREFIX):
        found: Value = decode(activity.attributes).get(field.removeprefix(ATTRIBUTE_PREFIX))
        return found
    value: Value = getattr(activity, field)
    return value
