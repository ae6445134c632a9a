"""What of the process of a deal was shown before its outcome, as it was recorded by then; pure.

A deal is asked for the criteria of the stages that it left behind, and for those to enter the furthest one it reached;
a won deal for all of them. Each is judged once, by the rules of `evidence`, as it stood before the outcome; an open
deal's as it stands. What was recorded only after the outcome was known does not count, whatever time it is given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property

from service.activities.mapping import CLOSED_WON
from service.success_models.evidence import (
    CriterionStatus,
    Evidence,
    EvidenceSource,
    Judgement,
    Reading,
    Value,
    Verdict,
    matches,
    weigh_evidence,
)
from service.success_models.filters import Filter
from service.success_models.process import ActivityNeed, Criterion, SalesProcess

HISTORY_AFTER = timedelta(days=1)
"""An outcome that becomes known so long after it came is history, and so is what an import brings with it …"""
HISTORY_WITHIN = timedelta(days=1)
"""… up to so long after: a first import is of several files."""


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What counts must have come to be by `until`, and have been recorded by `known` (None: nothing is too late)."""

    until: datetime
    known: datetime | None

    @property
    def history_until(self) -> datetime | None:
        """Up to when imports still bring the history that the outcome is part of; None where it came to us live."""
        if self.known is None or self.known - self.until <= HISTORY_AFTER:
            return None
        return self.known + HISTORY_WITHIN

    def admits(self, received: datetime, recorded: datetime | None, *, is_imported: bool) -> bool:
        """Whether something was on record: received by then, or written down by then as its own CRM says.

        Of what an import brings, which has no such word, the history counts.
        """
        if self.known is None or received <= self.known:
            return True
        if recorded is not None:
            return recorded <= self.until
        until = self.history_until
        return is_imported and until is not None and received <= until


@dataclass(frozen=True, slots=True)
class FirstUse:
    """One of the earliest uses of a field or a kind of activity: when, and how we know (as in `Cutoff.admits`)."""

    at: datetime
    received: datetime
    recorded: datetime | None = None
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """Activities that meet a need: how many, and the time of the last."""

    count: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class FrozenFacts:
    """What counts of one deal: readings in the plan's order of conditions, activities in that of its needs.

    `furthest` is the place of the furthest open stage that it reached, -1 where none is known.
    """

    cutoff: Cutoff
    is_won: bool
    furthest: int
    readings: Sequence[Reading | None]
    counted: Sequence[Counted]
    inspections: Sequence[Judgement] = ()
    confirmations: Sequence[Judgement] = ()


@dataclass(frozen=True, slots=True)
class DealProcess:
    """Of the criteria that a deal is asked for: how many, of how many anything is known, and how many are met."""

    asked: int = 0
    known: int = 0
    met: int = 0


@dataclass(frozen=True, slots=True)
class _Ways:
    """A criterion with its places among the plan's conditions and needs."""

    criterion: Criterion
    conditions: tuple[int, ...]
    needs: tuple[int, ...]


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
        """What fields of the deal are to hold."""
        return tuple(condition for criterion in self.criteria for condition in criterion.met_by.crm_fields)

    @cached_property
    def needs(self) -> tuple[ActivityNeed, ...]:
        """The activities that are to take place."""
        return tuple(need for criterion in self.criteria for need in criterion.met_by.activities)

    @cached_property
    def _ways(self) -> dict[str, _Ways]:
        found, condition, need = {}, 0, 0
        for one in self.criteria:
            conditions = tuple(range(condition, condition + len(one.met_by.crm_fields)))
            needs = tuple(range(need, need + len(one.met_by.activities)))
            found[one.key] = _Ways(one, conditions, needs)
            condition, need = condition + len(conditions), need + len(needs)
        return found

    @cached_property
    def _asked(self) -> tuple[tuple[_Ways, ...], ...]:
        """By the furthest stage."""
        stages = self.process.open_stages
        asked = [self.process.required(stages[0], stages[1:place], stages[place]) for place in range(1, len(stages))]
        return ((), *(tuple(self._ways[one.key] for one in criteria) for criteria in asked))

    def asked_of(self, facts: FrozenFacts) -> Sequence[_Ways]:
        """What a deal is asked for."""
        if facts.is_won:
            return tuple(self._ways.values())
        return () if facts.furthest < 0 else self._asked[facts.furthest]

    @cached_property
    def steps(self) -> dict[str, int]:
        """By criterion the place of the stage that a deal has left behind when it is first asked for it."""
        found = {one.key: len(self._asked) - 1 for one in self.criteria}
        for place in range(len(self._asked) - 1, 0, -1):
            found |= {ways.criterion.key: place - 1 for ways in self._asked[place]}
        return found

    def furthest(self, stages: Iterable[str]) -> int:
        """The place of the furthest open stage among some; -1 where there is none."""
        return max((self._order.get(stage, -1) for stage in stages), default=-1)

    @cached_property
    def _order(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.process.open_stages)}


@dataclass(slots=True)
class Bench:
    """Judges deals by one plan; with the earliest uses of each field and of each kind of activity."""

    plan: ProcessPlan
    fields: dict[str, Sequence[FirstUse]]
    kinds: dict[str, Sequence[FirstUse]]
    _matched: dict[tuple[int, Value], bool] = field(default_factory=dict)

    def judge(self, facts: FrozenFacts) -> DealProcess:
        """Count what a deal was asked for, what is known of it, and what was met."""
        statuses = list(self.statuses(facts).values())
        met = statuses.count(CriterionStatus.MET)
        return DealProcess(len(statuses), met + statuses.count(CriterionStatus.UNMET), met)

    def statuses(self, facts: FrozenFacts) -> dict[str, CriterionStatus]:
        """How each criterion stands that a deal was asked for, by its key."""
        return {ways.criterion.key: self._status(ways, facts) for ways in self.plan.asked_of(facts)}

    def _status(self, ways: _Ways, facts: FrozenFacts) -> CriterionStatus:
        said = (
            *(self._field_says(place, facts) for place in ways.conditions),
            *(self._activities_say(place, facts) for place in ways.needs),
        )
        if not facts.inspections and not facts.confirmations:
            return _weigh_facts(said)
        dates = [None if (one := facts.readings[place]) is None else one.at for place in ways.conditions]
        dates += [facts.counted[place].last for place in ways.needs]
        pieces = [
            Evidence(EvidenceSource.CRM_FIELD if place < len(ways.conditions) else EvidenceSource.ACTIVITY, verdict, at)
            for place, (verdict, at) in enumerate(zip(said, dates, strict=True))
            if verdict is not None
        ]
        by, key, until = ways.criterion.met_by, ways.criterion.key, facts.cutoff.until
        inspection = _latest(EvidenceSource.INSPECTION, facts.inspections, key, until) if by.inspection else None
        word = _latest(EvidenceSource.CONFIRMATION, facts.confirmations, key, until) if by.confirmation else None
        return weigh_evidence(pieces, inspection, word)

    def _field_says(self, place: int, facts: FrozenFacts) -> Verdict | None:
        reading, condition = facts.readings[place], self.plan.conditions[place]
        if reading is None:
            return None
        met = self._matched.get((place, reading.value))
        if met is None:
            met = self._matched[place, reading.value] = matches(condition, reading.value)
        return Verdict.MET if met else _unmet(self.fields.get(condition.field, ()), facts.cutoff)

    def _activities_say(self, place: int, facts: FrozenFacts) -> Verdict | None:
        need = self.plan.needs[place]
        if facts.counted[place].count >= need.at_least:
            return Verdict.MET
        return _unmet(self.kinds.get(need.kind.value, ()), facts.cutoff)


@cache
def _weigh_facts(said: tuple[Verdict | None, ...]) -> CriterionStatus:
    pieces = [Evidence(EvidenceSource.CRM_FIELD, verdict, None) for verdict in said if verdict is not None]
    return weigh_evidence(pieces, None, None)


def _unmet(uses: Sequence[FirstUse], cutoff: Cutoff) -> Verdict | None:
    """Absence says something only where the field or kind was in use by then."""
    used = any(
        use.at <= cutoff.until and cutoff.admits(use.received, use.recorded, is_imported=use.is_imported)
        for use in uses
    )
    return Verdict.UNMET if used else None


def _latest(
    source: EvidenceSource, judgements: Sequence[Judgement], criterion: str, until: datetime
) -> Evidence | None:
    said = [one for one in judgements if one.criterion == criterion and one.at <= until]
    return Evidence(source, said[-1].verdict, said[-1].at) if said else None
