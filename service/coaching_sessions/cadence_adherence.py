"""How cadences were kept: every session that was owed ends in one of five ways, and each is counted once; pure.

owed = held + cancelled + missed + unfinished + unscheduled.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.ledger import LedgerGap, LedgerPromise, LedgerSession, Standing
from service.coaching_sessions.lifecycle import Side
from service.statistics.intervals import wilson, wilson_of_clusters

LEVEL = 0.9
"""Of every interval."""
PLACES = Decimal("0.0001")
MINUTES_APART = 10
"""The two sides agree on how long it took where they differ by no more."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its interval of 90 %; None where there is nothing to divide by."""

    numerator: int
    denominator: int
    rate: Decimal | None = None
    interval_low: Decimal | None = None
    interval_high: Decimal | None = None


def rate_of(numerator: int, denominator: int) -> Rate:
    """A share of what is counted one by one, with Wilson's interval."""
    if not denominator:
        return Rate(numerator, denominator)
    low, high = wilson(numerator, denominator, LEVEL)
    return Rate(numerator, denominator, _rounded(numerator / denominator), _rounded(float(low)), _rounded(float(high)))


def pooled_rate(parts: Sequence[tuple[int, int]]) -> Rate:
    """A share of what comes several to a session, as (numerator, denominator) of each.

    What is said in one session hangs together, so that the interval is that of as many independent items as they are
    worth.
    """
    counted = [part for part in parts if part[1]]
    numerator, denominator = sum(part[0] for part in counted), sum(part[1] for part in counted)
    if not denominator:
        return Rate(0, 0)
    low, high = wilson_of_clusters([part[0] for part in counted], [part[1] for part in counted], LEVEL)
    return Rate(numerator, denominator, _rounded(numerator / denominator), _rounded(low), _rounded(high))


def _rounded(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(PLACES)


@dataclass(frozen=True, slots=True)
class CancelledBy:
    """Cancelled sessions by who did it."""

    manager: int
    rep: int
    other: int


@dataclass(frozen=True, slots=True)
class Disputes:
    """Where the two sides disagree; `session_ids` in the order of when they were due."""

    held_denied: int
    missed_claimed: int
    minutes: int
    on_topic: int
    session_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class AdherenceNumbers:
    """Counts of what was due, or is decided already."""

    owed: int
    held: Rate
    on_time: Rate
    rescheduled: Rate
    cancelled: Rate
    cancelled_by: CancelledBy
    missed: Rate
    unfinished: int
    unscheduled: int
    minutes: int
    format_completeness: Rate
    outcomes_recorded: Rate
    commitments_kept: Rate
    process_share: Rate
    attested: Rate
    disputes: Disputes
    not_due_yet: int
    skipped: int
    substituted: int
    assisted: int
    assisted_minutes: int


def tally(
    sessions: Sequence[LedgerSession],
    gaps: Sequence[LedgerGap],
    promises: Sequence[LedgerPromise],
    assisted: Sequence[LedgerSession] = (),
) -> AdherenceNumbers:
    """Count sessions, occurrences without one, and commitments that were due in a span.

    `assisted` are sessions that nobody of this account owed and in which somebody of it coached: of them the held ones
    are counted apart, so that no hour is in an account twice.
    """
    helped = [session for session in assisted if session.standing is Standing.HELD]
    known = [session for session in sessions if session.owed]
    due = [session for session in known if session.standing is not Standing.AHEAD]
    by_standing = Counter(session.standing for session in due)
    held = [session for session in due if session.standing is Standing.HELD]
    sides = Counter(session.cancelled_side for session in due if session.standing is Standing.CANCELLED)
    owed_gaps = Counter(gap.is_due for gap in gaps if gap.owed)
    owed = len(due) + owed_gaps[True]
    kept = [promise.kept for promise in promises]
    return AdherenceNumbers(
        owed=owed,
        held=rate_of(len(held), owed),
        on_time=rate_of(sum(session.on_time for session in held), len(held)),
        rescheduled=rate_of(sum(session.rescheduled for session in due), owed),
        cancelled=rate_of(by_standing[Standing.CANCELLED], owed),
        cancelled_by=CancelledBy(
            sides[Side.MANAGER], sides[Side.REP], sides.total() - sides[Side.MANAGER] - sides[Side.REP]
        ),
        missed=rate_of(by_standing[Standing.MISSED], owed),
        unfinished=by_standing[Standing.UNFINISHED],
        unscheduled=owed_gaps[True],
        minutes=sum(session.minutes for session in held),
        format_completeness=pooled_rate([(one.outcome.fulfilled, one.outcome.asked) for one in held]),
        outcomes_recorded=rate_of(sum(bool(session.outcome.concerns) for session in held), len(held)),
        commitments_kept=rate_of(sum(kept), len(kept)),
        process_share=pooled_rate([process_of(session) for session in held]),
        attested=rate_of(sum(one.is_attested for one in held), len(held)),
        disputes=find_disputes(due),
        not_due_yet=len(known) - len(due) + owed_gaps[False],
        skipped=sum(gap.is_due and not gap.owed for gap in gaps),
        substituted=sum(session.substitute_id is not None for session in held),
        assisted=len(helped),
        assisted_minutes=sum(session.minutes for session in helped),
    )


def find_disputes(sessions: Iterable[LedgerSession]) -> Disputes:
    """Hold what the two sides say against each other, and against what is recorded."""
    counts: Counter[str] = Counter()
    disputed = []
    for session in sessions:
        found = _disputes_of(session)
        counts.update(found)
        if found:
            disputed.append((session.due_at, session.id))
    return Disputes(
        held_denied=counts["held_denied"],
        missed_claimed=counts["missed_claimed"],
        minutes=counts["minutes"],
        on_topic=counts["on_topic"],
        session_ids=tuple(id_ for _, id_ in sorted(disputed)),
    )


def _disputes_of(session: LedgerSession) -> list[str]:
    said = [one for several in session.statements.values() for one in several]
    found = []
    if session.standing is Standing.HELD and not all(one.held for one in said):
        found.append("held_denied")
    if session.standing is Standing.MISSED and any(one.held for one in said):
        found.append("missed_claimed")
    minutes = [one.minutes for one in said if one.minutes is not None]
    if len(minutes) > 1 and max(minutes) - min(minutes) > MINUTES_APART:
        found.append("minutes")
    if {one.on_topic for one in said} >= {True, False}:
        found.append("on_topic")
    return found


def process_of(session: LedgerSession) -> tuple[int, int]:
    """Of what came out of a session how much is about process, and how much about process or outcome."""
    process = session.outcome.concerns.count(Concern.PROCESS)
    return process, process + session.outcome.concerns.count(Concern.OUTCOME)
