"""A rep's account by hand: what they were owed and received, what is ahead, and when somebody should act."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.coaching_sessions.entitlement import account_for, alert_of
from service.coaching_sessions.ledger import LedgerGap, LedgerSession, Moment, Record, Yield, as_it_was
from service.coaching_sessions.lifecycle import Side

MOMENT = Moment(datetime(2026, 3, 20, 12, tzinfo=UTC), 24, ZoneInfo("America/New_York"))
ONE, OTHER, REP = UUID(int=1), UUID(int=2), UUID(int=3)


def session(number: int, day: int, manager: UUID = ONE, **fields: Any) -> LedgerSession:
    due_at = datetime(2026, 3, day, 15, tzinfo=UTC)
    kept = {"starts_at": due_at, "ends_at": due_at + timedelta(minutes=30), "owed": True, **fields}
    return as_it_was(Record(UUID(int=100 + number), manager, REP, due_at, **kept), (), {}, Yield(), MOMENT)


def gap(day: int, reason: str, *, owed: bool) -> LedgerGap:
    due_at = datetime(2026, 3, day, 15, tzinfo=UTC)
    return LedgerGap(ONE, REP, due_at, due_at.date(), reason, owed=owed, is_due=MOMENT.is_over(due_at))


def test_an_account() -> None:
    at = MOMENT.at
    sessions = [
        session(1, 2, completed_at=at - timedelta(days=17), started_at=at - timedelta(days=18)),
        session(2, 4, OTHER, missed_at=at - timedelta(days=15)),
        session(3, 6, cancelled_at=at - timedelta(days=15), cancelled_side=Side.REP, cancel_reason="A fair"),
        session(4, 9, started_at=at - timedelta(days=10)),
        session(5, 20, starts_at=at - timedelta(minutes=5), started_at=at - timedelta(minutes=5)),
        session(6, 25),
        session(7, 27, owed=False, cancelled_at=at, cancelled_side=Side.SYSTEM, cancel_reason="Moved"),
    ]
    gaps = [gap(11, "holiday", owed=False), gap(12, "no_free_time", owed=True)]
    found = account_for(sessions, gaps, [*sessions, session(8, 31)], MOMENT, 14)
    assert (found.owed, found.received.numerator, found.received.denominator) == (5, 1, 5)
    assert (found.ahead, found.next_session_at, found.alert) == (2, datetime(2026, 3, 25, 15, tzinfo=UTC), None)
    assert [(one.due_at.day, one.status, one.owed, one.reason) for one in found.sessions] == [
        (2, "completed", True, None),
        (4, "missed", True, None),
        (6, "cancelled", True, "A fair"),
        (9, "in_progress", True, None),
        (11, "skipped", False, "holiday"),
        (12, "unscheduled", True, "no_free_time"),
        (20, "in_progress", True, None),
        (25, "scheduled", True, None),
        (27, "cancelled", False, "Moved"),
    ]
    assert [one.manager_id for one in found.sessions[:2]] == [ONE, OTHER]
    assert (found.sessions[4].session_id, found.sessions[4].starts_at) == (None, None)


@pytest.mark.parametrize(
    ("days", "alert"),
    [
        (None, "No session is planned at all."),
        (timedelta(days=14), None),
        (timedelta(days=14, minutes=5), "No session is planned in the next 14 days; the next one is on 2026-04-03."),
    ],
)
def test_an_alert(days: timedelta | None, alert: str | None) -> None:
    assert alert_of(None if days is None else MOMENT.at + days, MOMENT, 14) == alert
