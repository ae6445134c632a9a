"""Courses and verdicts as an answer; pure."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from service.kpi_snapshots.maturity.dto import AgeShareDTO, MaturitySegmentDTO
from service.kpi_snapshots.maturity.estimating import AgeVerdict, Course, DealColumns, Share
from service.statistics.competing_risks import Ending

METHOD = "Aalen-Johansen with late entry; 90 % intervals by log(-log)"
MODEL_VERSION = "maturity-1"
PLACES, DAYS = Decimal("0.0001"), Decimal("0.1")


def to_share(number: float) -> Decimal | None:
    """Four places; None where it cannot be told."""
    return None if np.isnan(number) else Decimal(repr(float(number))).quantize(PLACES)


def present_segment(segment: str | None, deals: DealColumns, course: Course) -> MaturitySegmentDTO:
    """A segment's counts, and its estimates where these can be told."""
    why_not = course.why_not
    told = why_not is None
    ages = course.ages() if told else []
    rate = course.won_by(ages[-1:])[0] if told else Share(np.nan, np.nan, np.nan)
    middle, low, high = course.incidence.time_to_win() if told else (np.nan, np.nan, np.nan)
    open_ages = deals.ages[deals.endings == Ending.OPEN]
    verdicts = [verdict for verdict, _ in course.judge(open_ages.tolist())]
    last_win = course.incidence.last_win_age
    return MaturitySegmentDTO(
        segment=segment,
        n=course.n,
        won=course.won,
        lost=course.lost,
        open=course.n - course.won - course.lost,
        late_entries=course.late,
        left_out=course.left_out,
        cannot_tell=why_not,
        win_rate=to_share(rate.value),
        win_rate_low=to_share(rate.low),
        win_rate_high=to_share(rate.high),
        eventual_days=ages[-1] if told else None,
        last_win_days=None if np.isnan(last_win) else int(last_win),
        median_days_to_win=_days(middle),
        median_days_low=_days(low),
        median_days_high=_days(high),
        incidence=_table(ages, course.won_by(ages)),
        if_open=_table(ages, course.won_if_open_at(ages)),
        normal_age=verdicts.count(AgeVerdict.NORMAL_AGE),
        ageing=verdicts.count(AgeVerdict.AGEING),
        dead=verdicts.count(AgeVerdict.DEAD),
    )


def _days(number: float) -> Decimal | None:
    return None if np.isnan(number) else Decimal(repr(float(number))).quantize(DAYS)


def _table(ages: Sequence[int], shares: Sequence[Share]) -> list[AgeShareDTO]:
    return [
        AgeShareDTO(days=days, value=to_share(one.value), low=_end(one.low), high=_end(one.high))
        for days, one in zip(ages, shares, strict=True)
    ]


def _end(number: float) -> Decimal:
    return Decimal(repr(float(number))).quantize(PLACES)
