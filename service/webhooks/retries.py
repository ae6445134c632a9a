"""What follows from an attempt, decided as data: delivered, tried again and when, given up, endpoint disabled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Pauses before the second, third, … attempt: about three days in all."""

JITTER = 0.1
"""A pause is lengthened by up to this share, so that what failed together does not return together."""

DISABLE_AFTER = timedelta(days=5)
LONGEST_SILENCE = timedelta(hours=48)
"""Failures further apart than this are not one lasting failure: nothing was tried in between."""

GONE = 410


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisabledReason(StrEnum):
    """Why an endpoint receives nothing."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Health:
    """An endpoint's failures since its last success: the first and the latest; None where there are none."""

    failing_since: datetime | None = None
    last_failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write; `next_attempt_at` only while the delivery is pending."""

    state: State
    next_attempt_at: datetime | None
    health: Health
    disable: DisabledReason | None = None


def decide(status: int | None, step: int, health: Health, now: datetime, random: float) -> Decision:
    """What follows from the attempt at `step` (0: the first) that ended with `status` (None: without an answer).

    `random` in [0, 1) places the next attempt within its jitter. Redirects are failures: they are not followed.
    """
    if status is not None and 200 <= status < 300:
        return Decision(State.SUCCEEDED, None, Health())
    health = _failed(health, now)
    if status == GONE:
        return Decision(State.FAILED, None, health, DisabledReason.GONE)
    if health.failing_since is not None and now - health.failing_since >= DISABLE_AFTER:
        return Decision(State.FAILED, None, health, DisabledReason.FAILING)
    if step >= len(SCHEDULE):
        return Decision(State.FAILED, None, health)
    return Decision(State.PENDING, now + SCHEDULE[step] * (1 + JITTER * random), health)


def _failed(health: Health, now: datetime) -> Health:
    """The run of failures goes on, or begins after a success or a long silence."""
    since, last = health.failing_since, health.last_failed_at
    goes_on = since is not None and last is not None and now - last <= LONGEST_SILENCE
    return Health(since if goes_on else now, now)
