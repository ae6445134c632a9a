"""A group session takes the place of one session of each rep, the nearest of the rule's own period."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from service.coaching_sessions.replaced import OneToOne, choose_replaced

ANN, BOB = UUID(int=1), UUID(int=2)
THURSDAY = datetime(2027, 3, 11, 10, tzinfo=UTC)


def one(number: int, rep: UUID, day: date, rule: str = "FREQ=WEEKLY") -> OneToOne:
    return OneToOne(UUID(int=number), rep, day, datetime(day.year, day.month, day.day, 15, tzinfo=UTC), rule)


@pytest.mark.parametrize(
    ("rule", "day", "is_replaced"),
    [
        ("FREQ=DAILY", date(2027, 3, 11), True),
        ("FREQ=DAILY", date(2027, 3, 12), False),
        ("FREQ=WEEKLY;BYDAY=MO", date(2027, 3, 8), True),
        ("FREQ=WEEKLY;BYDAY=SU", date(2027, 3, 7), False),
        ("FREQ=MONTHLY", date(2027, 3, 31), True),
        ("FREQ=MONTHLY", date(2027, 4, 1), False),
        ("FREQ=YEARLY", date(2027, 12, 31), True),
        ("FREQ=YEARLY", date(2026, 12, 31), False),
    ],
)
def test_the_period_is_the_rules(rule: str, day: date, is_replaced: bool) -> None:
    found = choose_replaced([one(7, ANN, day, rule)], THURSDAY, THURSDAY.date(), 1)
    assert found == [UUID(int=7)] * is_replaced


def test_a_week_begins_when_the_organization_says() -> None:
    sunday = one(7, ANN, date(2027, 3, 7))
    assert choose_replaced([sunday], THURSDAY, THURSDAY.date(), 7) == [UUID(int=7)]


def test_one_of_each_rep_and_the_nearest() -> None:
    several = [one(1, ANN, date(2027, 3, 8)), one(2, ANN, date(2027, 3, 12)), one(3, BOB, date(2027, 3, 9))]
    assert choose_replaced(several, THURSDAY, THURSDAY.date(), 1) == [UUID(int=2), UUID(int=3)]
