"""How the process is kept: moves held against their criteria, and what becomes of the deals in each stage; pure.

A move forward asks for the exit criteria of the stage that it leaves, for all criteria of each stage that it jumps
over, and for the entry criteria of the stage that it enters. It is adherent if all of them that are known are met, and
decidable if any is known: what nobody recorded shows in the completeness, never in the adherence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import numpy as np

from service.activities.derivation import DealOutcome
from service.activities.histories import StageEntry
from service.activities.mapping import CLOSED_LOST, CLOSED_WON
from service.statistics.intervals import wilson
from service.statistics.survival import kaplan_meier
from service.success_models.evidence import CriterionStatus, DealFacts, Voices, assess
from service.success_models.histories import DealHistory, Move, MoveKind
from service.success_models.process import SalesProcess
from service.success_models.standards import GoodFunnel

SECONDS_A_DAY = 86400
LEVEL = 0.9
"""Of every interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 90 % interval; None: nothing to say it from, or not reached."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


def estimate_share(successes: int, trials: int) -> Estimate:
    """A share with Wilson's interval."""
    if not trials:
        return Estimate()
    low, high = wilson(successes, trials, LEVEL)
    return Estimate(successes / trials, float(low), float(high))


def estimate_median(days: Sequence[float], ended: Sequence[bool]) -> Estimate:
    """The Kaplan-Meier median of durations, of which some go on, with the interval of Brookmeyer and Crowley."""
    curve = kaplan_meier(np.array(days), np.array(ended))
    low, high = curve.quantile_interval(0.5, LEVEL)
    return Estimate(*(float(day) if np.isfinite(day) else None for day in (curve.quantile(0.5), low, high)))


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of moves; the ones of several people add up."""

    moves: int = 0
    decidable: int = 0
    adherent: int = 0
    skipping: int = 0
    stages_skipped: int = 0
    moves_back: int = 0
    criteria: int = 0
    criteria_known: int = 0
    criteria_unmapped: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))


class Passed(StrEnum):
    """What became of a deal that came into a stage."""

    ADVANCED = "advanced"
    LOST = "lost"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Passage:
    """A deal's first time in a stage: how long it was there, or, where it has not `left`, has been there so far."""

    entry: StageEntry
    result: Passed
    days: float
    left: bool


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What became of the deals that came into a stage, and how long they stay: the Kaplan-Meier median.

    `conversion_decided` is of those that came further among those that came further or were lost; the undecided are in
    neither. Those still in the stage count for as long as they have been there. An end of an interval is None where the
    data do not reach it.
    """

    stage: str
    entered: int
    advanced: int
    lost: int
    left: int
    conversion_decided: Estimate
    median_days: Estimate
    benchmark_conversion: Decimal | None
    benchmark_days: Decimal | None


def tally_move(move: Move, process: SalesProcess, facts: DealFacts, voices: Voices) -> Tally:
    """One move as counts; a loss and a move from or to a stage that the model does not have count as none."""
    if move.kind is MoveKind.BACK:
        return Tally(moves_back=1)
    if move.kind is not MoveKind.FORWARD:
        return Tally()
    required = process.required(move.from_stage, move.skipped, move.entry.stage)
    statuses = [assess(criterion, facts, voices, move.entry.at).status for criterion in required]
    known = [status for status in statuses if status is not CriterionStatus.UNKNOWN]
    return Tally(
        moves=1,
        decidable=int(bool(known)),
        adherent=int(bool(known) and all(status is CriterionStatus.MET for status in known)),
        skipping=int(bool(move.skipped)),
        stages_skipped=len(move.skipped),
        criteria=len(statuses),
        criteria_known=len(known),
        criteria_unmapped=sum(not criterion.met_by.is_mapped for criterion in required),
    )


def passages(history: DealHistory, process: SalesProcess, at: datetime) -> Iterable[Passage]:
    """A deal's first time in each open stage that it came into by `at`, with what had become of it by then."""
    entries = [entry for entry in history.stages if entry.at <= at]
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if entry.stage in process.open_stages and entry.stage not in seen:
            later = entries[place + 1 :]
            end = _end(later, history, at)
            days = max(((end or at) - entry.at).total_seconds(), 0) / SECONDS_A_DAY
            yield Passage(entry, _result(entry, later, history, process, at), days, end is not None)
        seen.add(entry.stage)


def _result(
    entry: StageEntry, later: Sequence[StageEntry], history: DealHistory, process: SalesProcess, at: datetime
) -> Passed:
    further = {*process.open_stages[process.open_stages.index(entry.stage) + 1 :], CLOSED_WON}
    decided = history.outcome if history.is_decided(at) else DealOutcome.OPEN
    if decided == DealOutcome.WON or any(one.stage in further for one in later):
        return Passed.ADVANCED
    if decided == DealOutcome.LOST or (later and later[-1].stage == CLOSED_LOST):
        return Passed.LOST
    return Passed.UNDECIDED


def _end(later: Sequence[StageEntry], history: DealHistory, at: datetime) -> datetime | None:
    """When it left: with the next move, or when it was decided without one."""
    if later:
        return later[0].at
    return history.closed_at if history.is_decided(at) else None


def record_stages(found: Sequence[Passage], process: SalesProcess, standard: GoodFunnel | None) -> list[StageRecord]:
    """The passages by stage, in the order of the process, beside what a good funnel reaches there."""
    held = {one.stage: one for one in standard.stages} if standard is not None else {}
    records = []
    for key in process.open_stages:
        here = [passage for passage in found if passage.entry.stage == key]
        advanced, lost = (sum(one.result is result for one in here) for result in (Passed.ADVANCED, Passed.LOST))
        ended = [passage.left for passage in here]
        own, stage = held.get(key), process.by_key[key]
        conversion, longest = (own.conversion, own.days) if own is not None else (None, None)
        records.append(
            StageRecord(
                key,
                entered=len(here),
                advanced=advanced,
                lost=lost,
                left=sum(ended),
                conversion_decided=estimate_share(advanced, advanced + lost),
                median_days=estimate_median([passage.days for passage in here], ended),
                benchmark_conversion=stage.benchmark_conversion if conversion is None else conversion,
                benchmark_days=stage.benchmark_days if longest is None else longest,
            )
        )
    return records
