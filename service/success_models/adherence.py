"""How the process is kept: moves held against their criteria, and what becomes of the deals in each stage; pure.

A move forward asks for the exit criteria of the stage that it leaves, for all criteria of each stage that it jumps
over, and for the entry criteria of the stage that it enters. It is adherent if all of them that are known are met, and
decidable if any is known: what nobody recorded shows in the completeness, never in the adherence.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from service.activities.derivation import DealOutcome
from service.activities.histories import StageEntry
from service.activities.mapping import CLOSED_LOST, CLOSED_WON
from service.success_models.evidence import CriterionStatus, DealFacts, Voices, assess
from service.success_models.histories import DealHistory, Move, MoveKind
from service.success_models.process import SalesProcess
from service.success_models.standards import GoodFunnel

SECONDS_A_DAY = 86400


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
    """A deal's first time in a stage; `days` from entering to the next move, None while it is still there."""

    entry: StageEntry
    result: Passed
    days: Decimal | None


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What became of the deals that came into a stage; `median_days` is that of those that have left it."""

    stage: str
    entered: int
    advanced: int
    lost: int
    left: int
    median_days: Decimal | None
    benchmark_conversion: Decimal | None
    benchmark_days: Decimal | None

    @property
    def conversion_decided(self) -> Decimal | None:
        """Those that came further among those that came further or were lost; the undecided are in neither."""
        decided = self.advanced + self.lost
        return Decimal(self.advanced) / decided if decided else None


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
            yield Passage(entry, _result(entry, later, history, process, at), _days(entry, later, history, at))
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


def _days(entry: StageEntry, later: Sequence[StageEntry], history: DealHistory, at: datetime) -> Decimal | None:
    if later:
        end: datetime | None = later[0].at
    else:
        end = history.closed_at if history.is_decided(at) else None
    return None if end is None else Decimal(max((end - entry.at).total_seconds(), 0)) / SECONDS_A_DAY


def record_stages(found: Sequence[Passage], process: SalesProcess, standard: GoodFunnel | None) -> list[StageRecord]:
    """The passages by stage, in the order of the process, beside what a good funnel reaches there."""
    held = {one.stage: one for one in standard.stages} if standard is not None else {}
    records = []
    for key in process.open_stages:
        here = [passage for passage in found if passage.entry.stage == key]
        days = [passage.days for passage in here if passage.days is not None]
        own, stage = held.get(key), process.by_key[key]
        conversion, longest = (own.conversion, own.days) if own is not None else (None, None)
        records.append(
            StageRecord(
                key,
                entered=len(here),
                advanced=sum(passage.result is Passed.ADVANCED for passage in here),
                lost=sum(passage.result is Passed.LOST for passage in here),
                left=len(days),
                median_days=statistics.median(days) if days else None,
                benchmark_conversion=stage.benchmark_conversion if conversion is None else conversion,
                benchmark_days=stage.benchmark_days if longest is None else longest,
            )
        )
    return records
