"""Process apart from outcome: which of the four quadrants somebody is in, or why that cannot be told; pure.

Judging a decision by what came of it is outcome bias (Baron & Hershey 1988, J. Pers. Soc. Psychol. 54); the four cases
are those of Russo & Schoemaker 2002, Winning Decisions. Process and outcome are told by different facts, so that the
probability of both is the product.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt

from scipy.special import ndtri

from service.kpi_snapshots.quadrants.expecting import Expectation, NoExpectation
from service.kpi_snapshots.quadrants.process import INTERVAL, ProcessScore

LEAST_DECIDED = 10
"""Of fewer decided deals nobody is given a verdict, however sure their chances seem."""
FARTHEST = 500
"""More deals, or items, than these nobody waits for."""


class QuadrantVerdict(StrEnum):
    """Of a person: one of four, or why none."""

    EARNED_SUCCESS = "earned_success"
    UNLUCKY = "unlucky"
    LUCKY = "lucky"
    EARNED_FAILURE = "earned_failure"
    TOO_EARLY = "too_early"
    INSUFFICIENT_DATA = "insufficient_data"


class DealVerdict(StrEnum):
    """Of a decided deal."""

    EARNED_WIN = "earned_win"
    LUCKY_WIN = "lucky_win"
    UNLUCKY_LOSS = "unlucky_loss"
    EARNED_LOSS = "earned_loss"
    CANNOT_TELL = "cannot_tell"


class Undecided(StrEnum):
    """Why a person is in none of the four."""

    OPEN_DEALS_DECIDE = "open_deals_decide"
    TOO_FEW_DECIDED = "too_few_decided"
    PROCESS_UNKNOWN = "process_unknown"
    PROCESS_CLOSE = "process_close"
    OUTCOME_CLOSE = "outcome_close"
    BOTH_CLOSE = "both_close"
    NO_DEALS = "no_deals"
    NOBODY_TO_COMPARE = "nobody_to_compare"
    ALL_THE_SAME = "all_the_same"


_NOTHING_EXPECTED = {
    NoExpectation.NO_DEALS: Undecided.NO_DEALS,
    NoExpectation.TOO_FEW_DECIDED: Undecided.TOO_FEW_DECIDED,
    NoExpectation.NOBODY_TO_COMPARE: Undecided.NOBODY_TO_COMPARE,
    NoExpectation.ALL_THE_SAME: Undecided.ALL_THE_SAME,
}


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Of the four quadrants; they add up to 1."""

    earned_success: float
    unlucky: float
    lucky: float
    earned_failure: float


@dataclass(frozen=True, slots=True)
class Settling:
    """What would settle it; each None where it would not help or cannot be told.

    `more_decided` deals and `more_items` of the process, were these as they are now; `in_days` the open deals will
    mostly be decided.
    """

    more_decided: int | None
    more_items: int | None
    in_days: int | None


@dataclass(frozen=True, slots=True)
class Classification:
    """Where somebody stands.

    `probabilities` are None where process or outcome cannot be told at all; `reason` and `settling` are None with one
    of the four verdicts.
    """

    verdict: QuadrantVerdict
    probabilities: Probabilities | None
    reason: Undecided | None
    settling: Settling | None


def classify_quadrant(outcome: Expectation, process: ProcessScore, threshold: float) -> Classification:
    """The quadrant whose probability reaches the threshold (above 0.5), or why none does, and what would settle it."""
    probabilities = None
    if process.good is not None and outcome.good is not None:
        probabilities = _joint(process.good, outcome.good)
        verdict, probability = _likeliest(probabilities)
        if probability >= threshold and outcome.decided >= LEAST_DECIDED:
            return Classification(verdict, probabilities, None, None)
    verdict, reason = _why_none(outcome, process, threshold)
    return Classification(verdict, probabilities, reason, _settling(outcome, process, threshold, reason))


def classify_deal(*, won: bool, met: int, known: int, standard: float) -> DealVerdict:
    """A decided deal by the share of its own known criteria that were met before its outcome."""
    if not known:
        return DealVerdict.CANNOT_TELL
    if met >= standard * known - 1e-9:
        return DealVerdict.EARNED_WIN if won else DealVerdict.UNLUCKY_LOSS
    return DealVerdict.LUCKY_WIN if won else DealVerdict.EARNED_LOSS


def _joint(process: float, outcome: float) -> Probabilities:
    return Probabilities(
        earned_success=process * outcome,
        unlucky=process * (1 - outcome),
        lucky=(1 - process) * outcome,
        earned_failure=(1 - process) * (1 - outcome),
    )


def _likeliest(probabilities: Probabilities) -> tuple[QuadrantVerdict, float]:
    named = {
        QuadrantVerdict.EARNED_SUCCESS: probabilities.earned_success,
        QuadrantVerdict.UNLUCKY: probabilities.unlucky,
        QuadrantVerdict.LUCKY: probabilities.lucky,
        QuadrantVerdict.EARNED_FAILURE: probabilities.earned_failure,
    }
    return max(named.items(), key=lambda item: item[1])


def _why_none(outcome: Expectation, process: ProcessScore, threshold: float) -> tuple[QuadrantVerdict, Undecided]:
    if outcome.decided < LEAST_DECIDED:
        if outcome.n >= LEAST_DECIDED:
            return QuadrantVerdict.TOO_EARLY, Undecided.OPEN_DEALS_DECIDE
        return QuadrantVerdict.INSUFFICIENT_DATA, Undecided.TOO_FEW_DECIDED if outcome.n else Undecided.NO_DEALS
    if outcome.cannot_tell is not None:
        return QuadrantVerdict.INSUFFICIENT_DATA, _NOTHING_EXPECTED[outcome.cannot_tell]
    if process.good is None:
        return QuadrantVerdict.INSUFFICIENT_DATA, Undecided.PROCESS_UNKNOWN
    if _open_deals_decide(outcome, process.good, threshold):
        return QuadrantVerdict.TOO_EARLY, Undecided.OPEN_DEALS_DECIDE
    return QuadrantVerdict.INSUFFICIENT_DATA, _what_is_close(process.good, outcome.good or 0.0, threshold)


def _open_deals_decide(outcome: Expectation, process: float, threshold: float) -> bool:
    """With few or with many of them won there would be a verdict; or so many are open that the period is young."""
    if outcome.open > outcome.decided:
        return True
    ends = (outcome.good_at_worst, outcome.good_at_best) if outcome.open else ()
    return any(end is not None and _likeliest(_joint(process, end))[1] >= threshold for end in ends)


def _what_is_close(process: float, outcome: float, threshold: float) -> Undecided:
    """Both have to be as sure as the root of the threshold, or one of them surer still."""
    unsure_process, unsure_outcome = (max(one, 1 - one) < sqrt(threshold) for one in (process, outcome))
    if unsure_process and unsure_outcome:
        return Undecided.BOTH_CLOSE
    return Undecided.PROCESS_CLOSE if unsure_process else Undecided.OUTCOME_CLOSE


def _settling(outcome: Expectation, process: ProcessScore, threshold: float, reason: Undecided) -> Settling:
    sure = float(ndtri(sqrt(threshold)))
    decided, items = None, None
    if outcome.decided < LEAST_DECIDED:
        decided = LEAST_DECIDED - outcome.decided
    elif reason in {Undecided.OUTCOME_CLOSE, Undecided.BOTH_CLOSE} and outcome.residual is not None:
        residual = outcome.residual
        decided = _more(outcome.decided, residual.value, (residual.high - residual.low) / INTERVAL, sure)
    if reason in {Undecided.PROCESS_CLOSE, Undecided.BOTH_CLOSE}:
        items = _more(process.n, process.distance, process.spread, sure)
    return Settling(decided, items, outcome.settled_in_days)


def _more(n: int, distance: float, spread: float, sure: float) -> int | None:
    """How many more of the same until the distance from the line is as many standard deviations as it takes."""
    if not distance:
        return None
    more = max(ceil(n * ((sure * spread / distance) ** 2 - 1)), 1)
    return more if more <= FARTHEST else None
