"""Gaps of people and teams: how far from the required level, how sure, and how many of them."""

from uuid import UUID

import numpy as np
import pytest
from scipy.stats import norm

from service.skill_assessments.gaps import RequiredLevel, SkillGap, SkillLevel, find_gaps, roll_up

PEOPLE = [UUID(int=number) for number in range(1, 5)]


def gap(level: float | None, required: float | None = 3.0, error: float = 0.4, person: int = 0) -> SkillGap:
    levels = [] if level is None else [SkillLevel(PEOPLE[person], "discovery", level, error, 3)]
    return find_gaps([RequiredLevel(PEOPLE[person], "discovery", required)], levels)[0]


def test_a_gap_is_what_is_required_minus_the_level_with_its_interval() -> None:
    found = gap(1.8)
    assert found.gap == pytest.approx(1.2)
    assert (found.low, found.high) == pytest.approx((1.2 - 1.644854 * 0.4, 1.2 + 1.644854 * 0.4))
    # More than half a level below: nearer to level 2 than to 3.
    assert found.below == pytest.approx(norm.cdf((2.5 - 1.8) / 0.4))


@pytest.mark.parametrize(
    ("level", "error", "below"),
    [(2.5, 0.4, 0.5), (3.0, 0.4, norm.cdf(-1.25)), (4.0, 0.4, norm.cdf(-3.75)), (2.4, 0.0, 1.0), (2.6, 0.0, 0.0)],
)
def test_who_is_rated_at_the_required_level_has_hardly_a_gap(level: float, error: float, below: float) -> None:
    assert gap(level, error=error).below == pytest.approx(below)


def test_without_a_level_or_a_requirement_there_is_no_gap_to_tell() -> None:
    for found in (gap(None), gap(2.0, required=None)):
        assert (found.gap, found.low, found.high, found.below) == (None, None, None, None)


def test_a_team_is_the_sum_of_its_people() -> None:
    gaps = [gap(1.0), gap(2.0, person=1), gap(3.0, person=2), gap(None, person=3)]
    (team,) = roll_up(gaps)
    assert (team.skill, team.required, team.assessed) == ("discovery", 4, 3)
    chances = [one.below for one in gaps[:3]]
    assert team.below == pytest.approx(sum(one for one in chances if one is not None))
    assert team.gap == pytest.approx(1.0)
    assert team.high == pytest.approx(1.0 + 1.644854 * 0.4 / np.sqrt(3))
    assert (team.below_low, team.below_high) == (1, 3)


def test_a_team_of_sure_levels_is_counted_without_doubt() -> None:
    (team,) = roll_up([gap(level, error=0.0, person=place) for place, level in enumerate((1.0, 2.0, 3.0, 4.0))])
    assert (team.below, team.below_low, team.below_high) == (2.0, 2, 2)


def test_a_team_that_nobody_assessed_says_so() -> None:
    (team,) = roll_up([gap(None), gap(2.0, required=None, person=1)])
    assert (team.required, team.assessed, team.below, team.gap) == (1, 0, None, None)
    assert roll_up([]) == []
