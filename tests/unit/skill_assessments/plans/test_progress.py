"""Whether a skill or a KPI moved: beyond chance, ruled out, or nobody can tell, and why."""

from datetime import UTC, date, datetime
from decimal import Decimal
from math import sqrt

import numpy as np
import pytest

from service.skill_assessments.plans.comparing import (
    CONFIDENCE,
    Estimate,
    ProgressMethod,
    ProgressVerdict,
    difference,
    estimate_kpi,
)
from service.skill_assessments.plans.lifecycle import PlanState, Standing
from service.skill_assessments.plans.progress import (
    Focus,
    LinkedKpi,
    StepOn,
    count_steps,
    judge_kpi,
    judge_skill,
    next_review,
    say_plan,
)
from service.skill_assessments.plans.readings import FocusBaseline, KpiBasis, KpiReading, SkillReading
from service.success_models.kpis import Polarity

NOW, DAY = datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2)
MARCH_END = date(2026, 3, 31)


def level(value: str, error: str) -> SkillReading:
    return SkillReading(level=Decimal(value), standard_error=Decimal(error), n=3, assessed_on=DAY)


def focus(then: SkillReading | None, now: SkillReading | None) -> Focus:
    return Focus("discovery", "Discovery", 4, FocusBaseline(skill=then, kpi=None), now)


def share(hits: int, of: int) -> KpiReading:
    value = None if not of else round(Decimal(hits) / of, 4)
    return reading(value=value, numerator=Decimal(hits), denominator=Decimal(of), n=of)


def reading(**fields: object) -> KpiReading:
    given = {"value": None, "numerator": None, "denominator": None, "n": 0, "working_days": Decimal(20)} | fields
    return KpiReading.model_validate({"period_start": date(2026, 3, 1), "period_end": MARCH_END} | given)


def linked(basis: KpiBasis, newest: KpiReading | None, polarity: Polarity = Polarity.HIGHER) -> LinkedKpi:
    return LinkedKpi("rate", "Rate", basis, polarity, newest, MARCH_END)


@pytest.mark.parametrize(
    ("then", "now", "verdict", "said"),
    [
        (level("2", "0.3"), level("3.2", "0.3"), "moved", "From 2.0 to 3.2: the gain of 1.2 levels"),
        (level("2", "0.3"), level("2.1", "0.3"), "not_yet", "is within chance, and level 4 is not reached by it."),
        (level("3", "0.5"), level("3.5", "0.5"), "cannot_tell", "may be nothing or all of the way to 4"),
        (level("2", "0.3"), None, "cannot_tell", "Nobody else has rated this skill since the plan started"),
        (None, level("3", "0.3"), "cannot_tell", "nobody else had rated it when the plan started."),
    ],
)
def test_a_skill(then: SkillReading | None, now: SkillReading | None, verdict: str, said: str) -> None:
    found = judge_skill(focus(then, now), None)
    assert found.verdict == verdict
    assert said in found.reason
    assert (found.gain is None) == (then is None or now is None)
    assert (found.gain_low is None) == (found.method is None)
    assert found.kpi is None


def test_the_chance_of_being_there() -> None:
    assert judge_skill(focus(level("2", "0.3"), level("4", "0.3")), None).probability_reached == Decimal("0.5")
    assert judge_skill(focus(level("2", "0.3"), None), None).probability_reached is None


@pytest.mark.parametrize(
    ("then", "now", "polarity", "verdict"),
    [
        (share(10, 100), share(40, 100), "higher", "moved"),
        (share(10, 100), share(40, 100), "lower", "not_yet"),
        (share(40, 100), share(10, 100), "lower", "moved"),
        (share(40, 100), share(10, 100), "higher", "not_yet"),
        (share(1, 4), share(2, 4), "higher", "cannot_tell"),
        (share(0, 0), share(2, 4), "higher", "cannot_tell"),
        (share(0, 10), share(10, 10), "higher", "moved"),
    ],
)
def test_a_share(then: KpiReading, now: KpiReading, polarity: str, verdict: str) -> None:
    found = judge_kpi(linked(KpiBasis.PROPORTION, now, Polarity(polarity)), then)
    assert found.verdict == verdict
    assert (found.method is ProgressMethod.WILSON_MOVER) == (then.n > 0)


def test_a_count_is_held_against_the_working_days() -> None:
    then = reading(value=Decimal(100), n=100, working_days=Decimal(20))
    now = reading(value=Decimal(60), n=60, working_days=Decimal(10))
    found = judge_kpi(linked(KpiBasis.COUNT, now), then)
    assert (found.verdict, found.change, found.method) == ("cannot_tell", Decimal(1), ProgressMethod.POISSON_MOVER)
    most = reading(value=Decimal(100), n=100, working_days=Decimal(10))
    assert judge_kpi(linked(KpiBasis.COUNT, most), then).verdict is ProgressVerdict.MOVED
    away = reading(value=Decimal(0), n=0, working_days=Decimal(0))
    assert judge_kpi(linked(KpiBasis.COUNT, away), then).method is None


def test_what_keeps_a_kpi_from_telling() -> None:
    money = reading(value=Decimal(5000), n=3)
    assert "cannot be told of this kind" in judge_kpi(linked(KpiBasis.OTHER, money), money).reason
    assert judge_kpi(linked(KpiBasis.COUNT, None), money).reason == (
        "The first whole month since the start ends on 2026-03-31."
    )
    assert judge_kpi(linked(KpiBasis.COUNT, money), None).reason == "Rate had no value at the start."
    gone = LinkedKpi("rate", None, KpiBasis.OTHER, Polarity.HIGHER, None, MARCH_END)
    assert judge_kpi(gone, money).reason == "The success model has no such KPI any more."


def test_the_difference_of_shares_is_newcombes() -> None:
    """His example (1998, table II): 56/70 and 48/80 differ by 0.2, at 95 % from 0.0524 to 0.3339."""
    wide = [_wilson(56, 70), _wilson(48, 80)]
    found = difference(wide[1], wide[0])
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)


def _wilson(hits: int, of: int) -> Estimate:
    z = 1.959964
    rate, total = hits / of, of + z * z
    centre, half = (hits + z * z / 2) / total, z * sqrt(of * rate * (1 - rate) + z * z / 4) / total
    return Estimate(rate, centre - half, centre + half)


@pytest.mark.parametrize("basis", [KpiBasis.PROPORTION, KpiBasis.COUNT])
def test_intervals_cover_the_truth(basis: KpiBasis) -> None:
    """Two months of 40 tries, or of 20 working days, with the same truth in both: the interval holds 0."""
    generator = np.random.default_rng(7)
    draws = generator.binomial(40, 0.3, (500, 2)) if basis is KpiBasis.PROPORTION else generator.poisson(60, (500, 2))
    covered = 0
    for pair in draws.tolist():
        months = [
            share(one, 40) if basis is KpiBasis.PROPORTION else reading(value=Decimal(one), n=one) for one in pair
        ]
        then, now = (estimate_kpi(basis, month) for month in months)
        assert then is not None
        assert now is not None
        found = difference(then[1], now[1])
        covered += found.low <= 0 <= found.high
    assert covered / 500 >= CONFIDENCE - 0.02


def test_steps_and_reviews() -> None:
    steps = [
        StepOn(DAY, is_done=False),
        StepOn(date(2026, 3, 1), is_done=False),
        StepOn(date(2026, 2, 1), is_done=True),
    ]
    counted = count_steps(steps, DAY)
    assert (counted.total, counted.done, counted.overdue) == (3, 1, 1)
    assert next_review([MARCH_END, DAY]) == DAY
    assert next_review([]) is None


def test_a_plan_in_words() -> None:
    skills = [judge_skill(focus(level("2", "0.3"), level("3.2", "0.3")), linked(KpiBasis.COUNT, None))]
    counted = count_steps([StepOn(date(2026, 3, 1), is_done=False)], DAY)
    said = say_plan(Standing(PlanState.ACTIVE, NOW, NOW), skills, counted, date(2026, 3, 1), date(2026, 3, 3), DAY)
    assert said[0].startswith("Discovery, to level 4: From 2.0 to 3.2")
    assert said[1:] == [
        "The first whole month since the start ends on 2026-03-31.",
        "0 of 1 steps done, 1 overdue.",
        "The review of 2026-03-01 was not held.",
        "The target day is 2026-03-03: 1 day left.",
    ]
    waiting = say_plan(Standing(PlanState.PROPOSED, NOW), [], count_steps([], DAY), MARCH_END, date(2026, 3, 1), DAY)
    assert waiting == [
        "It waits for the agreement of the manager.",
        "The next review is on 2026-03-31.",
        "The target day, 2026-03-01, is over.",
    ]
    agreed = say_plan(Standing(PlanState.AGREED, NOW, NOW), [], count_steps([], DAY), None, MARCH_END, DAY)
    assert agreed[0] == "Both have agreed; it has not started."
