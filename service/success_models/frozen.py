"""What of the process of deals was shown before their outcomes, as it was on record by then; pure, over columns.

A deal is asked for the criteria of the stages that it left behind, and for those to enter the furthest one it reached;
a won deal for all of them. Each is judged once, by the rules of `evidence`, as it stood before the outcome; an open
deal's as it stands. What was recorded only after the outcome was known does not count, whatever time it is given.

Times are microseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from service.activities.mapping import CLOSED_WON
from service.statistics.arrays import Bools, Indices
from service.success_models.evidence import (
    CriterionStatus,
    Evidence,
    EvidenceSource,
    Judgement,
    Value,
    Verdict,
    matches,
    weigh_evidence,
)
from service.success_models.filters import Filter
from service.success_models.process import ActivityNeed, Criterion, SalesProcess

Times = NDArray[np.int64]
Codes = NDArray[np.int8]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
NEVER = 253_370_764_800_000_000
"""The year 9999: of an open deal nothing is recorded too late."""
HISTORY_AFTER, HISTORY_WITHIN = DAY, DAY
"""An outcome that becomes known so long after it came is history, and so is what an import brings with it, up to so
long after: a first import is of several files."""
UNKNOWN, UNMET, MET = -1, 0, 1
"""What a way to meet a criterion says of a deal; of several ways the greatest decides."""
_STATUS = {CriterionStatus.UNKNOWN: UNKNOWN, CriterionStatus.UNMET: UNMET, CriterionStatus.MET: MET}
_VERDICT = {UNMET: Verdict.UNMET, MET: Verdict.MET}


def micros(at: datetime) -> int:
    """An instant as a number."""
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(at: int) -> datetime:
    """The inverse."""
    return EPOCH + timedelta(microseconds=at)


@dataclass(frozen=True, slots=True, eq=False)
class Cutoffs:
    """Of each deal: what counts came to be by `until`, and was recorded by `known`, when the outcome became known."""

    until: Times
    known: Times

    @property
    def history_until(self) -> Times:
        """Up to when imports still bring the history that the outcome is part of; 0 where it came to us live."""
        return np.where(self.known - self.until > HISTORY_AFTER, self.known + HISTORY_WITHIN, 0)

    def only(self, places: Indices) -> "Cutoffs":
        """Those of some of the deals."""
        return Cutoffs(self.until[places], self.known[places])

    def admit(self, use: "FirstUse") -> Bools:
        """Of which deals a use was there and on record: received by then, or, as its own CRM says, written by then.

        Of what an import brings, which has no such word, the history counts.
        """
        on_record = use.received <= self.known
        if use.recorded is not None:
            on_record |= use.recorded <= self.until
        if use.is_imported:
            on_record |= use.received <= self.history_until
        return np.asarray((use.at <= self.until) & on_record)


@dataclass(frozen=True, slots=True)
class FirstUse:
    """One of the earliest uses of a field or a kind of activity: when it was, and how we know (see `Cutoffs.admit`)."""

    at: int
    received: int
    recorded: int | None = None
    is_imported: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What a field of each deal held before its outcome, and since when; `known` where that is known."""

    values: Sequence[Value]
    at: Times
    known: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How many activities of each deal meet a need, and the time of the last (0: there is none)."""

    n: Indices
    last: Times


@dataclass(frozen=True, slots=True, eq=False)
class FrozenFacts:
    """What counts of some deals: readings in the plan's order of conditions, activities in that of its needs.

    `furthest` is the place of the furthest open stage that a deal reached, -1 where none is known. What people said is
    by the deal's place.
    """

    cutoffs: Cutoffs
    is_won: Bools
    furthest: Indices
    readings: Sequence[Readings]
    counts: Sequence[Counts]
    inspections: Mapping[int, Sequence[Judgement]]
    confirmations: Mapping[int, Sequence[Judgement]]


@dataclass(frozen=True, slots=True, eq=False)
class Statuses:
    """How criteria stand, (deals, criteria) in the plan's order: `codes` of all, and which each deal is `asked` for."""

    codes: Codes
    asked: Bools

    @property
    def known(self) -> Bools:
        """Of what a deal is asked for, that of which anything is known."""
        return np.asarray(self.asked & (self.codes != UNKNOWN))

    def only(self, places: Indices) -> "Statuses":
        """Those of some of the deals."""
        return Statuses(self.codes[places], self.asked[places])


@dataclass(frozen=True, slots=True)
class DealProcess:
    """Of the criteria that a deal is asked for: how many, of how many anything is known, and how many are met."""

    asked: int = 0
    known: int = 0
    met: int = 0


@dataclass(frozen=True)
class ProcessPlan:
    """A process, and what its criteria look at."""

    process: SalesProcess

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those that a won deal is asked for."""
        stages = self.process.open_stages
        return self.process.required(stages[0], stages[1:], CLOSED_WON) if stages else ()

    @cached_property
    def conditions(self) -> tuple[Filter, ...]:
        """What fields of the deal are to hold, criterion by criterion."""
        return tuple(condition for criterion in self.criteria for condition in criterion.met_by.crm_fields)

    @cached_property
    def needs(self) -> tuple[ActivityNeed, ...]:
        """The activities that are to take place, criterion by criterion."""
        return tuple(need for criterion in self.criteria for need in criterion.met_by.activities)

    @cached_property
    def ways(self) -> tuple[tuple[range, range], ...]:
        """Of each criterion its places among the conditions and the needs."""
        found, condition, need = [], 0, 0
        for one in self.criteria:
            conditions = range(condition, condition + len(one.met_by.crm_fields))
            needs = range(need, need + len(one.met_by.activities))
            found.append((conditions, needs))
            condition, need = conditions.stop, needs.stop
        return tuple(found)

    @cached_property
    def asked(self) -> Bools:
        """By the furthest stage (rows) whether each criterion is asked for; the last two rows: of won, of unknown."""
        stages = self.process.open_stages
        rows = [{one.key for one in self.process.required(stages[0], stages[1:place], stages[place])}
                if place else set() for place in range(len(stages))]  # fmt: skip
        keys = [one.key for one in self.criteria]
        table = [[key in row for key in keys] for row in (*rows, set(keys), set())]
        return np.array(table, dtype=np.bool_).reshape(len(stages) + 2, len(keys))

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """Of each criterion the place of the stage that a deal has left behind when it is first asked for it."""
        return tuple((self.asked[:-1].argmax(axis=0) - 1).tolist())


def judge_deals(
    plan: ProcessPlan,
    facts: FrozenFacts,
    fields: Mapping[str, Sequence[FirstUse]],
    kinds: Mapping[str, Sequence[FirstUse]],
) -> Statuses:
    """How each deal stands.

    `fields` and `kinds` are the earliest uses of each field and of each kind of activity.
    """
    by_field = {name: _speaks(facts.cutoffs, fields.get(name, ())) for name in {one.field for one in plan.conditions}}
    by_kind = {kind: _speaks(facts.cutoffs, kinds.get(kind, ())) for kind in {one.kind.value for one in plan.needs}}
    said = [
        _field_says(condition, readings, by_field[condition.field])
        for condition, readings in zip(plan.conditions, facts.readings, strict=True)
    ]
    done = [
        np.where(counts.n >= need.at_least, MET, np.where(by_kind[need.kind.value], UNMET, UNKNOWN)).astype(np.int8)
        for need, counts in zip(plan.needs, facts.counts, strict=True)
    ]
    n = facts.is_won.size
    statuses = np.full((n, len(plan.criteria)), UNKNOWN, dtype=np.int8)
    for place, (conditions, needs) in enumerate(plan.ways):
        for code in (*said[conditions.start : conditions.stop], *done[needs.start : needs.stop]):
            np.maximum(statuses[:, place], code, out=statuses[:, place])
    for deal in facts.inspections.keys() | facts.confirmations.keys():
        for place, (conditions, needs) in enumerate(plan.ways):
            pieces = [(said[way][deal], facts.readings[way].at[deal]) for way in conditions]
            pieces += [(done[way][deal], facts.counts[way].last[deal]) for way in needs]
            statuses[deal, place] = _weigh(plan.criteria[place], pieces, facts, deal)
    return Statuses(statuses, plan.asked[np.where(facts.is_won, -2, np.where(facts.furthest < 0, -1, facts.furthest))])


def count_processes(statuses: Statuses) -> list[DealProcess]:
    """Count for each deal what it was asked for, what is known of it, and what was met."""
    met = statuses.asked & (statuses.codes == MET)
    columns = zip(*(one.sum(axis=1).tolist() for one in (statuses.asked, statuses.known, met)), strict=True)
    return [DealProcess(*counts) for counts in columns]


def matching(condition: Filter, values: Sequence[Value]) -> Bools:
    """Which of some values meet a condition; each different one is judged once."""
    found = {value: matches(condition, value) for value in set(values)}
    return np.fromiter((found[value] for value in values), np.bool_, len(values))


def _speaks(cutoffs: Cutoffs, uses: Sequence[FirstUse]) -> Bools:
    """Whether a field or kind was in use by then: only then absence says something."""
    found = np.zeros(cutoffs.until.size, dtype=np.bool_)
    for use in uses:
        found |= cutoffs.admit(use)
        if found.all():
            break
    return found


def _field_says(condition: Filter, readings: Readings, speaks: Bools) -> Codes:
    met = matching(condition, readings.values)
    return np.where(readings.known & met, MET, np.where(readings.known & speaks, UNMET, UNKNOWN)).astype(np.int8)


def _weigh(criterion: Criterion, pieces: Sequence[tuple[np.int8, np.int64]], facts: FrozenFacts, deal: int) -> int:
    """Where people said something, by the rules for one deal."""
    found = [
        Evidence(EvidenceSource.CRM_FIELD, _VERDICT[int(code)], instant(int(at)) if at else None)
        for code, at in pieces
        if code != UNKNOWN
    ]
    by, until = criterion.met_by, instant(int(facts.cutoffs.until[deal]))
    inspection = _latest(facts.inspections.get(deal, ()), criterion.key, until) if by.inspection else None
    word = _latest(facts.confirmations.get(deal, ()), criterion.key, until) if by.confirmation else None
    return _STATUS[weigh_evidence(found, inspection, word)]


def _latest(judgements: Sequence[Judgement], criterion: str, until: datetime) -> Evidence | None:
    said = [one for one in judgements if one.criterion == criterion and one.at <= until]
    return Evidence(EvidenceSource.INSPECTION, said[-1].verdict, said[-1].at) if said else None
