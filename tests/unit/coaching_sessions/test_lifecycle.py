"""The state machine's own rules: what ends, what is overdue, and when to remind."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from service.coaching_sessions.lifecycle import (
    RULES,
    Move,
    Participants,
    SessionState,
    Side,
    allowed_moves,
    is_overdue,
    next_reminder,
)

TEN = datetime(2030, 3, 5, 10, tzinfo=UTC)


def test_what_is_over_stays_over() -> None:
    for state in (SessionState.COMPLETED, SessionState.CANCELLED, SessionState.MISSED):
        for side in Side:
            assert all(RULES[move].to is None for move in allowed_moves(state, side)), (state, side)
    assert all(allowed_moves(SessionState.CANCELLED, side) == () for side in Side)


def test_the_clock_alone_misses() -> None:
    assert [side for side in Side if Move.MISS in allowed_moves(SessionState.SCHEDULED, side)] == [Side.SYSTEM]


def test_a_key_of_the_organization_is_another() -> None:
    between = Participants(UUID(int=1), UUID(int=2))
    assert [between.side_of(one) for one in (UUID(int=1), UUID(int=2), UUID(int=3), None)] == [
        Side.MANAGER,
        Side.REP,
        Side.OTHER,
        Side.OTHER,
    ]


@pytest.mark.parametrize(("after", "overdue"), [(23, False), (24, True), (25, True)])
def test_overdue_from_the_end_of_the_grace_time_on(after: int, overdue: bool) -> None:
    assert is_overdue(TEN, 24, TEN + timedelta(hours=after)) is overdue


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-2000, -1440),
        (-1440, -60),
        (-61, -60),
        (-60, None),
        (5, None),
    ],
)
def test_the_next_reminder_is_strictly_later(after: int, expected: int | None) -> None:
    found = next_reminder(TEN, (60, 1440, 60), TEN + timedelta(minutes=after))
    assert found == (None if expected is None else TEN + timedelta(minutes=expected))
    assert next_reminder(TEN, (), TEN) is None
