"""Shifts of people and of traits, and the level that others set, against numbers known otherwise."""

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from service.kpi_snapshots.quadrants.levels import SPREADS, TYPICAL_SPREAD, draw_levels
from service.kpi_snapshots.quadrants.mixing import Standings, mix_shifts, own_shifts, standings_of
from service.statistics.arrays import as_floats

DRAWS = 20_000


def decided(won: int, n: int, chance: float = 0.3) -> Standings:
    first = np.full(n, chance)
    return standings_of(first, first, np.ones(n, dtype=bool), np.arange(n) < won)


@pytest.mark.parametrize(("won", "n"), [(3, 10), (0, 10), (10, 10), (40, 100)])
def test_a_shift_of_decided_deals_is_that_of_half_a_win_and_half_a_loss_more(won: int, n: int) -> None:
    # Firth's estimate of a single proportion, in closed form.
    (shift,), (information,) = own_shifts(decided(won, n), np.zeros(n, dtype=np.intp), 1)
    assert shift + logit(0.3) == pytest.approx(logit((won + 0.5) / (n + 1)), abs=1e-6)
    share = (won + 0.5) / (n + 1)
    assert information == pytest.approx(n * share * (1 - share), rel=1e-6)


def test_an_open_deal_that_stands_as_it_began_says_nothing() -> None:
    same = np.full(20, 0.3)
    still_open = standings_of(same, same, np.zeros(20, dtype=bool), np.zeros(20, dtype=bool))
    shifts, information = own_shifts(still_open, np.zeros(20, dtype=np.intp), 2)
    assert shifts.tolist() == information.tolist() == [0.0, 0.0]


def test_open_deals_that_moved_forward_speak_for_a_person() -> None:
    entry, now = np.full(40, 0.3), np.where(np.arange(40) < 20, 0.6, 0.1)
    still_open = standings_of(entry, now, np.zeros(40, dtype=bool), np.zeros(40, dtype=bool))
    shifts, _ = own_shifts(still_open, np.repeat([0, 1], 20), 2)
    assert shifts[0] > 0 > shifts[1]


def test_traits_are_found_and_not_credited_with_their_owner() -> None:
    generator = np.random.default_rng(1)
    n = 20_000
    people = generator.integers(0, 10, n)
    # The even people sell better and work the second segment more often; the source does nothing.
    segment = (generator.random(n) < np.where(people % 2 == 0, 0.7, 0.3)).astype(np.intp)
    source = generator.integers(0, 3, n)
    chance = expit(-1 + 0.8 * segment + 0.6 * (people % 2 == 0))
    whole = np.full(n, chance.mean())
    standings = standings_of(whole, whole, np.ones(n, dtype=bool), generator.random(n) < chance)
    shifts, doubts = mix_shifts(standings, [segment, source], people, np.ones(n, dtype=bool))
    apart = [shifts[(segment == value) & (source == 0)].mean() for value in (0, 1)]
    assert apart[1] - apart[0] == pytest.approx(0.8, abs=0.1)
    other = [shifts[(segment == 0) & (source == value)].mean() for value in (0, 2)]
    assert other[0] == pytest.approx(other[1], abs=0.05)
    mine = np.flatnonzero(segment == 1)
    assert 0 < doubts.variance(mine, np.ones(mine.size)) < 0.05
    assert doubts.variance(np.arange(n), np.ones(n)) == pytest.approx(0, abs=1e-9)


def test_the_level_is_that_of_the_others() -> None:
    shifts, information = np.array([0.1, -0.1, 0.0, 2.0]), np.full(4, 400.0)
    asked, out = np.array([3, 0]), np.array([True, True])
    found = draw_levels(shifts, information, asked, out, DRAWS, np.random.default_rng(2))
    assert found.level[0].mean() == pytest.approx(0.0, abs=0.02)
    assert found.level[1].mean() == pytest.approx(0.63, abs=0.1)
    kept = draw_levels(shifts, information, asked, ~out, DRAWS, np.random.default_rng(2))
    assert kept.level[0].mean() == pytest.approx(0.5, abs=0.05)
    # Who has much information of their own stays there.
    assert found.own[0].mean() > 1.4


def test_the_spread_between_people_is_that_of_direct_integration() -> None:
    shifts, information = np.array([0.5, -0.4, 0.2, -0.3, 0.9]), np.array([20.0, 30.0, 15.0, 40.0, 10.0])
    known = np.append(shifts, 0.0), np.append(information, 0.0)
    found = draw_levels(*known, np.array([5]), np.array([False]), DRAWS, np.random.default_rng(3))
    levels = np.linspace(-3, 3, 2_001)
    fine = np.linspace(0, 2.4, 481)
    spreads = np.sqrt(fine[:, None, None] ** 2 + 1 / information[:, None])
    likelihood = np.exp(as_floats(norm.logpdf(shifts[:, None], levels, spreads)).sum(axis=1)).sum(axis=1)
    prior = 1 / (1 + (fine / TYPICAL_SPREAD) ** 2)
    expected = float((fine * likelihood * prior).sum() / (likelihood * prior).sum())
    assert found.spread.mean() == pytest.approx(expected, abs=0.03)
    assert set(np.unique(found.spread)) <= set(SPREADS)


def test_who_has_no_deals_may_be_anybody() -> None:
    shifts, information = np.array([0.8, -0.8, 0.6, -0.6, 0.0]), np.array([100.0] * 4 + [0.0])
    found = draw_levels(shifts, information, np.array([4]), np.array([True]), DRAWS, np.random.default_rng(4))
    assert found.own[0].mean() == pytest.approx(0.0, abs=0.05)
    assert found.own[0].std() > 0.6
