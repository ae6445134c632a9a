"""Teams whose true rates are known: intervals cover, nobody is flagged on noise, and who is worse is found."""

from itertools import product

import numpy as np
import pytest

from service.core.ids import new_id
from service.kpi_snapshots.rates.comparing import Case, Control, Group, compare_groups
from service.statistics.arrays import Floats, Indices
from service.statistics.comparisons import benjamini_hochberg, differing_proportions

TEAMS, BASES = (5, 12, 60), (0.1, 0.3, 0.6)
ALIKE = (12, 25, 60)
"""Concentrations of the true rates: the higher, the more alike people are."""
IDS = [new_id() for _ in range(max(TEAMS))]


def team(hits: Indices, n: Indices) -> Group:
    return Group([Case(IDS[place], float(hits[place]), float(n[place])) for place in range(len(n))], is_share=True)


def flags(hits: Indices, n: Indices) -> list[bool]:
    (found,) = compare_groups([team(hits, n)])
    return [rate.control in {Control.ABOVE, Control.BELOW} for rate in found.rates]


def drawn(generator: np.random.Generator, chances: Floats, n: Indices, runs: int) -> list[Indices]:
    return list(generator.binomial(n, chances, (runs, len(n))))


@pytest.mark.parametrize("size", TEAMS)
def test_intervals_cover_at_their_level(size: int) -> None:
    generator = np.random.default_rng(60 + size)
    held: list[bool] = []
    while len(held) < 5_000:
        for base, concentration in product(BASES, ALIKE):
            chances = generator.beta(base * concentration, (1 - base) * concentration, size)
            n = generator.integers(8, 90, size)
            (found,) = compare_groups([team(generator.binomial(n, chances), n)])
            held += [
                rate.low is not None and rate.high is not None and rate.low <= chance <= rate.high
                for rate, chance in zip(found.rates, chances, strict=True)
            ]
    assert 0.88 <= np.mean(held) <= 0.92


@pytest.mark.parametrize("size", TEAMS)
@pytest.mark.parametrize("base", BASES)
def test_where_nobody_differs_hardly_any_run_flags_anyone(size: int, base: float) -> None:
    generator = np.random.default_rng(7)
    n = generator.integers(20, 90, size)
    runs = drawn(generator, np.full(size, base), n, 300)
    assert np.mean([any(flags(hits, n)) for hits in runs]) <= 0.05


def test_one_at_half_the_rate_of_eleven_peers_is_found() -> None:
    generator = np.random.default_rng(8)
    chances, n = np.array([0.3, *[0.6] * 11]), np.full(12, 60)
    assert np.mean([flags(hits, n)[0] for hits in drawn(generator, chances, n, 400)]) >= 0.9


@pytest.mark.parametrize("size", TEAMS)
@pytest.mark.parametrize(("base", "odd"), [(0.1, 0.3), (0.3, 0.08), (0.3, 0.55), (0.6, 0.3), (0.6, 0.85)])
def test_no_less_power_than_fishers_test_with_benjamini_hochberg(size: int, base: float, odd: float) -> None:
    generator = np.random.default_rng(9)
    chances, n = np.full(size, base), np.full(size, 60)
    chances[0] = odd
    runs = drawn(generator, chances, n, 150)
    plain = np.mean([benjamini_hochberg(differing_proportions(hits, n))[0] for hits in runs])
    assert np.mean([flags(hits, n)[0] for hits in runs]) >= plain - 0.03
