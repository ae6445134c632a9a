"""Process apart from outcome: which of the four quadrants somebody is in, or why that cannot be told; pure."""

from dataclasses import dataclass
from enum import StrEnum

from service.kpi_snapshots.quadrants.expecting import Expectation
from service.kpi_snapshots.quadrants.process import ProcessScore

LEAST_DECIDED = 10


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


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Of the four quadrants; they add up to 1."""

    earned_success: float
    unlucky: float
    lucky: float
    earned_failure: float


@dataclass(frozen=True, slots=True)
class Settling:
    """What would settle it: more decided deals and more process items of the same kind, and in how many days the open
    deals will mostly be decided; each None where it would not help or cannot be told. `words` say it."""

    more_decided: int | None
    more_items: int | None
    in_days: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Classification:
    """Where somebody stands. `probabilities` are None where process or outcome cannot be told at all."""

    verdict: QuadrantVerdict
    probabilities: Probabilities | None
    reason: Undecided | None
    settling: Settling | None
    prescription: str


def classify_quadrant(outcome: Expectation, process: ProcessScore, threshold: float) -> Classification:
    """The quadrant whose probability reaches the threshold (0.5 to 1), or why there is none and what would settle it."""
    raise NotImplementedError


def classify_deal(*, won: bool, met: int, known: int, standard: float) -> DealVerdict:
    """A decided deal by the share of its own known criteria that were met before its outcome."""
    raise NotImplementedError
