"""What is said of managers: counts of what became of sessions, comparisons only beyond chance."""

from datetime import UTC, datetime
from random import Random
from uuid import UUID

from service.coaching_sessions.adherence_reasons import Account, find_reasons
from service.coaching_sessions.cadence_adherence import tally
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.ledger import LedgerGap, LedgerSession, Standing, Yield
from service.coaching_sessions.lifecycle import Side

HELD, MISSED, CANCELLED = Standing.HELD, Standing.MISSED, Standing.CANCELLED
REP = UUID(int=99)


def session(
    standing: Standing,
    month: int = 3,
    *,
    side: Side | None = None,
    concerns: tuple[Concern, ...] = (),
    on_time: bool = True,
    rescheduled: bool = False,
) -> LedgerSession:
    due_at = datetime(2026, month, 3, 15, tzinfo=UTC)
    return LedgerSession(
        id=UUID(int=1),
        manager_id=UUID(int=2),
        rep_ids=(REP,),
        assistants=(),
        due_at=due_at,
        due_on=due_at.date(),
        starts_at=due_at,
        standing=standing,
        is_running=False,
        owed=True,
        on_time=on_time and standing is HELD,
        rescheduled=rescheduled,
        minutes=30,
        cancelled_side=side,
        cancel_reason=None,
        statements={},
        outcome=Yield(concerns=concerns),
    )


def account(*sessions: LedgerSession, unscheduled: int = 0) -> Account:
    day = datetime(2026, 3, 3, tzinfo=UTC)
    gaps = [LedgerGap(UUID(int=2), REP, day, day.date(), "no_free_time", owed=True, is_due=True)] * unscheduled
    return Account(tally(sessions, gaps, []), sessions)


def reasons(*accounts: Account) -> list[list[str]]:
    return list(find_reasons({UUID(int=place): one for place, one in enumerate(accounts)}).values())


def test_what_became_of_them_is_counted_out() -> None:
    alone = account(
        *[session(HELD)] * 5,
        session(MISSED),
        session(MISSED, 4),
        session(CANCELLED, side=Side.MANAGER),
        session(CANCELLED, side=Side.REP),
        session(Standing.UNFINISHED),
        unscheduled=1,
    )
    assert reasons(alone) == [
        [
            "2 of 11 owed sessions were missed.",
            "2 of 11 owed sessions were cancelled (1 by the manager, 1 by the rep).",
            "1 of 11 owed sessions was started and never completed.",
            "For 1 of 11 owed sessions no time was found.",
        ]
    ]
    assert reasons(account(*[session(HELD)] * 5)) == [[]]


def test_a_month_and_a_side_stand_out_beyond_chance_only() -> None:
    in_august = [session(MISSED, 8)] * 4 + [session(HELD, month) for month in (5, 6, 7, 9) for _ in range(4)]
    assert reasons(account(*in_august)) == [["4 of 20 owed sessions were missed; 4 of them in August 2026."]]
    spread = [session(MISSED, month) for month in (5, 6)] + [session(HELD, month) for month in (5, 6, 7)]
    assert reasons(account(*spread)) == [["2 of 5 owed sessions were missed."]]
    cancelled = [session(CANCELLED, side=Side.MANAGER)] * 7 + [session(CANCELLED, side=Side.REP)]
    assert reasons(account(*cancelled, *[session(HELD)] * 6)) == [
        ["8 of 14 owed sessions were cancelled, mostly by the manager (7 by the manager, 1 by the rep)."]
    ]


def test_a_manager_who_misses_more_than_the_others_is_told_so() -> None:
    poor = account(*[session(MISSED)] * 6, *[session(HELD)] * 6)
    good = account(session(MISSED), *[session(HELD)] * 29)
    assert reasons(poor, good, good) == [
        ["6 of 12 owed sessions were missed, more often than with the other managers (2 of 60)."],
        ["1 of 30 owed sessions was missed."],
        ["1 of 30 owed sessions was missed."],
    ]


def test_the_other_comparisons() -> None:
    process = (Concern.PROCESS, Concern.OUTCOME)
    good = account(*[session(HELD, concerns=process)] * 30)
    outcome = account(*[session(HELD, concerns=process)] * 2, *[session(HELD, concerns=(Concern.OUTCOME,))] * 8)
    peers = "less often than with the other managers (30 of 30)"
    assert reasons(outcome, good)[0] == [
        f"2 of 10 sessions talked about process, the others about results only, {peers}."
    ]
    assert reasons(outcome) == [["2 of 10 sessions talked about process, the others about results only."]]
    late = account(*[session(HELD, on_time=False, rescheduled=True)] * 10)
    assert reasons(late, good)[0] == [
        "10 of 10 owed sessions were moved, more often than with the other managers (0 of 30).",
        "0 of 10 held sessions began on time, less often than with the other managers (30 of 30).",
    ]
    strict = account(*[session(CANCELLED, side=Side.MANAGER)] * 5, *[session(HELD, concerns=process)] * 5)
    assert reasons(strict, good)[0] == [
        "5 of 10 owed sessions were cancelled by the manager, more often than with the other managers (0 of 30).",
    ]


def test_managers_who_do_not_differ_are_not_compared() -> None:
    """On chance alone at most one family of comparisons in twenty tells of any."""
    rng, told = Random(7), 0
    for _ in range(200):
        accounts = [
            account(
                *(
                    session(
                        rng.choices((HELD, MISSED, CANCELLED), (7, 2, 1))[0],
                        rng.randint(1, 12),
                        side=Side.MANAGER,
                        concerns=(rng.choice((Concern.PROCESS, Concern.OUTCOME)),),
                        on_time=rng.random() < 0.6,
                        rescheduled=rng.random() < 0.3,
                    )
                    for _ in range(30)
                )
            )
            for _ in range(6)
        ]
        told += any("than with the other" in reason for found in reasons(*accounts) for reason in found)
    assert told <= 16  # 5 % of 200 is 10; more than 16 has a probability of 2 %
