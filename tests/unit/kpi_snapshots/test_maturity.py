"""What a deal's age says of it: verdicts, what cannot be told, bands of amounts, and the edges."""

import time

import numpy as np
import pytest

from service.kpi_snapshots.maturity.estimating import (
    AgeVerdict,
    Bands,
    DealColumns,
    WhyNot,
    split_by_amount,
    together,
    trace_course,
)
from service.kpi_snapshots.maturity.presenting import present_segment
from service.statistics.competing_risks import Ending

LONG_AGO = -100_000


def columns(*deals: tuple[int, int, int], times: int = 1) -> DealColumns:
    """Deals as (day begun, age, ending), each several times."""
    begun, ages, endings = np.array(deals * times).T
    return DealColumns(begun, ages, endings)


def test_verdicts_by_age() -> None:
    """Half are won evenly over 100 days, the others lost evenly over 200."""
    won = [(0, age, Ending.WON) for age in range(1, 101)]
    lost = [(0, 2 * age, Ending.LOST) for age in range(1, 101)]
    course = trace_course(columns(*won, *lost, times=3), LONG_AGO)
    verdicts = dict(zip((5, 50, 95, 101, 500), course.judge([5, 50, 95, 101, 500]), strict=True))
    assert verdicts[5][0] is verdicts[50][0] is AgeVerdict.NORMAL_AGE
    # 5 of 57 left are still won: surely below a quarter, yet they are.
    assert verdicts[95][0] is AgeVerdict.AGEING
    assert verdicts[101][0] is verdicts[500][0] is AgeVerdict.DEAD
    assert verdicts[101][1] is not None
    assert verdicts[101][1].value == 0
    assert verdicts[101][1].high == pytest.approx(1 - 0.05 ** (1 / 150))


def test_without_many_older_deals_none_is_dead() -> None:
    won = [(0, age, Ending.WON) for age in range(1, 101)]
    lost = [(0, 2 * age, Ending.LOST) for age in range(1, 60)]
    course = trace_course(columns(*won, *lost), LONG_AGO)
    assert [verdict for verdict, _ in course.judge([50, 101])] == [AgeVerdict.NORMAL_AGE, AgeVerdict.AGEING]
    few = trace_course(columns(*won, *[(0, 50, Ending.LOST)] * 20), LONG_AGO)
    ((verdict, share),) = few.judge([200])
    # Nobody was ever that old: nothing bounds the chance.
    assert verdict is AgeVerdict.NORMAL_AGE
    assert share is not None
    assert (share.value, share.high) == (0, 1)


def test_what_cannot_be_told() -> None:
    few = trace_course(columns((0, 5, Ending.WON), times=29), LONG_AGO)
    assert few.why_not is WhyNot.TOO_FEW_DECIDED
    assert few.judge([1]) == [(AgeVerdict.CANNOT_TELL, None)]
    # All but one were 50 days old before there were records: of young deals hardly anything is known.
    late = trace_course(columns(*[(0, 60 + age, Ending.LOST) for age in range(40)], (60, 5, Ending.WON)), 55)
    assert late.late == 40
    assert late.why_not is WhyNot.TOO_FEW_AT_RISK


def test_late_entry_and_what_is_left_out() -> None:
    course = trace_course(columns((0, 9, Ending.WON), (0, 10, Ending.WON), (0, 11, Ending.LOST), (10, 0, 0)), 10)
    # What closed on the records' first day is in them.
    assert (course.n, course.won, course.lost, course.late, course.left_out) == (3, 1, 1, 2, 1)


def test_bands_of_amounts() -> None:
    deals = columns(*[(0, 5, Ending.WON)] * 7)
    amounts = np.array([1, 2, 30, 40, 500, 600, np.nan])
    bands, parts = split_by_amount(DealColumns(deals.begun, deals.ages, deals.endings, amounts))
    assert bands == Bands(20.67, 193.33)
    assert [part.n for part in parts.values()] == [2, 2, 2, 1]
    assert None in parts
    assert bands is not None
    assert [bands.name_of(amount) for amount in (1, 30, 600, None)] == [*bands.names, None]
    same = DealColumns(deals.begun, deals.ages, deals.endings, np.full(7, 5.0))
    assert [part.n for part in split_by_amount(same)[1].values()] == [7]
    assert split_by_amount(deals)[0] is None
    assert together([]).n == 0
    assert together([deals, deals]).n == 14


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("ending", list(Ending))
@pytest.mark.parametrize("age", [0, 40])
def test_all_alike(ending: Ending, age: int) -> None:
    deals = columns((0, age, ending), times=50)
    course = trace_course(deals, LONG_AGO)
    found = present_segment(None, deals, course)
    assert found.n == 50
    if ending is Ending.OPEN:
        assert found.cannot_tell is WhyNot.TOO_FEW_DECIDED
    else:
        assert found.win_rate == (ending is Ending.WON)
        assert found.eventual_days == age
    assert found.normal_age + found.ageing + found.dead == 0


@pytest.mark.filterwarnings("error")
def test_a_hundred_thousand_deals() -> None:
    generator = np.random.default_rng(5)
    deals = DealColumns(
        generator.integers(0, 900, 100_000), generator.integers(0, 900, 100_000), generator.integers(0, 3, 100_000)
    )
    began = time.process_time()
    found = present_segment(None, deals, trace_course(deals, 100))
    assert time.process_time() - began < 2
    assert found.cannot_tell is None
    assert found.n + found.left_out == 100_000
