"""A small case counted by hand: every number of an account, literal by literal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.coaching_sessions.cadence_adherence import CancelledBy, Disputes, Rate, pooled_rate, rate_of, tally
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.ledger import (
    LedgerGap,
    LedgerPromise,
    LedgerSession,
    Moment,
    Record,
    RecordedMove,
    Standing,
    Statement,
    Yield,
    as_it_was,
)
from service.coaching_sessions.lifecycle import Side

NOW = Moment(datetime(2026, 3, 20, 12, tzinfo=UTC), 24, ZoneInfo("America/New_York"))
MANAGER, REP = UUID(int=1), UUID(int=2)
PROCESS, OUTCOME, OTHER = Concern.PROCESS, Concern.OUTCOME, Concern.OTHER
HALF = timedelta(minutes=30)


def at(day: int, hour: int = 15, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def record(number: int, due_at: datetime, **fields: Any) -> Record:
    fixed = {"id": UUID(int=100 + number), "manager_id": MANAGER, "rep_id": REP, "due_at": due_at, "owed": True}
    return Record(**{**fixed, "starts_at": due_at, "ends_at": due_at + HALF, **fields})


def held(number: int, due_at: datetime, late: int = 0, minutes: int = 30, **fields: Any) -> Record:
    started_at = due_at + timedelta(minutes=late)
    over = {"completed_at": started_at + timedelta(minutes=minutes), "minutes_held": minutes}
    return record(number, due_at, **{"started_at": started_at, **over, **fields})


def move(when: datetime, start: datetime, to: datetime, side: Side = Side.MANAGER) -> RecordedMove:
    return RecordedMove(when, side, start, start + HALF, to)


def seen(
    kept: Record,
    *moves: RecordedMove,
    said: Mapping[Side, Sequence[Statement]] | None = None,
    outcome: Yield | None = None,
    moment: Moment = NOW,
) -> LedgerSession:
    return as_it_was(kept, moves, said or {}, outcome or Yield(), moment)


def both(
    one: tuple[bool, int | None, bool | None], other: tuple[bool, int | None, bool | None]
) -> dict[Side, Sequence[Statement]]:
    return {Side.MANAGER: [Statement(*one)], Side.REP: [Statement(*other)]}


def small_case() -> list[LedgerSession]:
    return [
        # Held on time, both agree; two topics of process and one of outcome.
        seen(
            held(1, at(2), late=10),
            said=both((True, 30, True), (True, 40, True)),
            outcome=Yield(5, 6, (PROCESS, PROCESS, OUTCOME)),
        ),
        # Held eleven minutes late; the rep says it was not held, and they differ on how long it took.
        seen(
            held(2, at(3), late=11, minutes=20),
            said=both((True, 31, True), (False, 20, None)),
            outcome=Yield(3, 6, (OUTCOME, OUTCOME)),
        ),
        # Moved by the rep from March to April and back, held: on time, as it was when it was due at first.
        seen(
            held(3, at(4)),
            move(at(2), at(4), at(4) + timedelta(days=30), Side.REP),
            move(at(3), at(4) + timedelta(days=30), at(4), Side.REP),
            outcome=Yield(0, 6, ()),
        ),
        # Moved by the manager with good notice and held at its new time: rescheduled, and not on time.
        seen(held(4, at(5), late=1440, starts_at=at(6)), move(at(1), at(5), at(6)), outcome=Yield(2, 6, (OTHER,))),
        # Moved by its series around a day off: nobody's doing, and on time.
        seen(
            held(5, at(6), late=2880, starts_at=at(8)),
            move(at(1), at(6), at(8), Side.SYSTEM),
            said={Side.REP: [Statement(held=True, minutes=30, on_topic=False)]},
            outcome=Yield(6, 6, (PROCESS,)),
        ),
        *(seen(record(10 + n, at(9), cancelled_at=at(8), cancelled_side=side)) for n, side in enumerate(Side)),
        # Missed, and the manager says that it was held.
        seen(
            record(20, at(10), missed_at=at(11, 16)),
            said=both((True, 30, True), (False, 30, False)),
        ),
        # Its grace time is over, whether the clock has come by or not.
        seen(record(21, at(10))),
        seen(record(22, at(11), started_at=at(11))),
        # Within its grace time, to come, and under way: not due yet. Decided early: due.
        seen(record(30, at(19, 16))),
        seen(record(31, at(25))),
        seen(record(32, at(20, 11, 45), started_at=at(20, 11, 45))),
        seen(record(33, at(26), cancelled_at=at(19), cancelled_side=Side.MANAGER)),
        seen(
            held(34, at(27), starts_at=at(18), started_at=at(18), completed_at=at(18, 16)), move(at(17), at(27), at(18))
        ),
        # Given up by its series: it counts nowhere.
        seen(record(40, at(12), owed=False, cancelled_at=at(10), cancelled_side=Side.SYSTEM)),
    ]


def gap(day: int, reason: str, *, owed: bool, is_due: bool = True) -> LedgerGap:
    return LedgerGap(MANAGER, REP, at(day), at(day).date(), reason, owed, is_due)


GAPS = [
    gap(12, "no_free_time", owed=True),
    gap(28, "no_free_time", owed=True, is_due=False),
    gap(13, "holiday", owed=False),
    gap(14, "rep_away", owed=False),
    gap(29, "holiday", owed=False, is_due=False),
]
PROMISES = [LedgerPromise(MANAGER, at(9).date(), kept=kept) for kept in (True, True, False)]


def counts(rate: Rate) -> tuple[int, int]:
    return rate.numerator, rate.denominator


def test_the_small_case() -> None:
    found = tally(small_case(), GAPS, PROMISES)
    assert found.owed == 15  # 6 held, 5 cancelled, 2 missed, 1 unfinished, 1 without a time
    assert counts(found.held) == (6, 15)
    # By hand: z = 1.6449, centre (6 + z²/2) / (15 + z²) = 0.4153, half a width 0.1921.
    assert (found.held.rate, found.held.interval_low, found.held.interval_high) == (
        Decimal("0.4000"),
        Decimal("0.2232"),
        Decimal("0.6074"),
    )
    assert counts(found.on_time) == (3, 6)  # 1, 3 and 5
    assert counts(found.rescheduled) == (3, 15)  # 3, 4 and 34
    assert counts(found.cancelled) == (5, 15)
    assert found.cancelled_by == CancelledBy(manager=2, rep=1, other=2)
    assert counts(found.missed) == (2, 15)
    assert (found.unfinished, found.unscheduled, found.skipped) == (1, 1, 2)
    assert found.minutes == 5 * 30 + 20
    assert counts(found.format_completeness) == (16, 30)  # 5 + 3 + 0 + 2 + 6, of five; of the sixth nothing is asked
    assert counts(found.outcomes_recorded) == (4, 6)
    assert counts(found.commitments_kept) == (2, 3)
    assert counts(found.process_share) == (3, 6)  # 2 of 3, 0 of 2, 1 of 1
    assert found.process_share.rate == Decimal("0.5000")
    assert counts(found.attested) == (2, 6)  # 1 and 2; of 5 the rep alone
    assert found.disputes == Disputes(
        held_denied=1, missed_claimed=1, minutes=1, on_topic=1, session_ids=(UUID(int=102), UUID(int=120))
    )
    assert found.not_due_yet == 4


def test_nothing_is_no_share() -> None:
    found = tally([], [], [])
    assert (found.owed, found.held, found.process_share) == (0, Rate(0, 0), Rate(0, 0))


BEFORE = replace(NOW, at=at(8, 12))


@pytest.mark.parametrize(
    ("session", "standing"),
    [
        (seen(record(1, at(9), cancelled_at=at(8, 13), cancelled_side=Side.REP), moment=BEFORE), Standing.AHEAD),
        (seen(record(1, at(9), cancelled_at=at(8, 12), cancelled_side=Side.REP), moment=BEFORE), Standing.CANCELLED),
        (seen(held(1, at(8, 11, 45)), moment=BEFORE), Standing.AHEAD),
        (seen(held(1, at(8, 11, 30)), moment=BEFORE), Standing.HELD),
        (seen(record(1, at(7, 11, 30)), moment=BEFORE), Standing.MISSED),
        (seen(record(1, at(7, 11, 31)), moment=BEFORE), Standing.AHEAD),
        (seen(record(1, at(6), missed_at=at(7, 15, 31)), moment=BEFORE), Standing.MISSED),
        (seen(record(1, at(7, 9), started_at=at(7, 9)), moment=BEFORE), Standing.UNFINISHED),
    ],
)
def test_what_comes_later_was_not_so_yet(session: LedgerSession, standing: Standing) -> None:
    assert session.standing is standing
    assert session.cancelled_side is (Side.REP if standing is Standing.CANCELLED else None)
    assert session.minutes == (30 if standing is Standing.HELD else 0)


def test_a_later_move_has_not_moved_it_yet() -> None:
    kept = record(1, at(6), starts_at=at(12), ends_at=at(12) + HALF)
    moves = move(at(2), at(6), at(7), Side.SYSTEM), move(at(8, 13), at(7), at(12))
    then, now = seen(kept, *moves, moment=BEFORE), seen(kept, *moves)
    assert (then.starts_at, then.rescheduled, then.standing) == (at(7), False, Standing.AHEAD)
    assert (now.starts_at, now.rescheduled, now.standing) == (at(12), True, Standing.MISSED)


def test_what_a_series_took_up_again_is_due_where_it_is_since() -> None:
    before = move(at(1), at(2), at(3), Side.SYSTEM)
    again = held(1, at(9), started_at=at(10), starts_at=at(10)), move(at(8), at(9), at(10), Side.SYSTEM)
    assert seen(again[0], before, again[1]).on_time
    assert seen(held(1, at(9)), before).on_time


def test_what_a_series_gave_up_later_was_still_owed() -> None:
    kept = record(1, at(9), owed=False, cancelled_at=at(8, 13), cancelled_side=Side.SYSTEM)
    assert (seen(kept, moment=BEFORE).owed, seen(kept).owed) == (True, False)


def test_a_day_is_the_organizations() -> None:
    assert str(seen(record(1, datetime(2026, 4, 1, 3, 59, tzinfo=UTC))).due_on) == "2026-03-31"


def test_what_hangs_together_is_worth_less() -> None:
    alike, mixed, single = pooled_rate([(3, 3), (0, 3)] * 6), pooled_rate([(1, 2)] * 18), rate_of(18, 36)
    assert alike.rate == mixed.rate == single.rate == Decimal("0.5000")
    assert mixed == single
    assert alike.interval_low is not None
    assert single.interval_low is not None
    assert alike.interval_low < single.interval_low
