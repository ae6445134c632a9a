"""Parts of the Brier score against direct summation, and what is said of forecasters whose truth is known."""

import numpy as np
import pytest
from numpy.random import Generator
from scipy.special import expit, logit
from scipy.stats import binomtest
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.tools import add_constant

from service.statistics.arrays import Floats
from service.statistics.brier import (
    TENTHS,
    Decomposition,
    bias_of,
    brier_interval,
    decompose,
    reliability_bins,
    skill_of,
    slope_of,
)

LEVEL = 0.9
RUNS = 2000


def by_hand(said: list[float], came: list[int]) -> Decomposition:
    """One case at a time."""
    n, base = len(said), sum(came) / len(came)
    bins: dict[int, list[int]] = {}
    for index, one in enumerate(said):
        bins.setdefault(sum(one >= limit for limit in TENTHS), []).append(index)
    reliability = resolution = variance = covariance = chance = 0.0
    for members in bins.values():
        p = sum(said[i] for i in members) / len(members)
        y = sum(came[i] for i in members) / len(members)
        reliability += len(members) * (p - y) ** 2 / n
        resolution += len(members) * (y - base) ** 2 / n
        variance += sum((said[i] - p) ** 2 for i in members) / n
        covariance += 2 * sum((said[i] - p) * (came[i] - y) for i in members) / n
        # The variance of y about p, were each forecast right.
        chance += sum(said[i] * (1 - said[i]) for i in members) / len(members) ** 2 * len(members) / n
    brier = sum((p - y) ** 2 for p, y in zip(said, came, strict=True)) / n
    return Decomposition(brier, reliability, resolution, base * (1 - base), variance, covariance, chance)


def cases(generator: Generator, n: int, shift: float = 0.0, stretch: float = 1.0) -> tuple[Floats, Floats, Floats]:
    """What was said, the true chances, and what came: the chances' log odds are those said, changed."""
    said = generator.beta(1.2, 1.5, n)
    true = expit(logit(said) * stretch + shift)
    return said, true, (generator.random(n) < true).astype(np.float64)


@pytest.mark.parametrize("n", [1, 2, 7, 40, 1000])
def test_the_parts_are_those_summed_by_hand_and_add_up(n: int) -> None:
    generator = np.random.default_rng(n)
    for said in (generator.random(n), np.round(generator.random(n), 1), np.full(n, 0.3)):
        came = (generator.random(n) < said).astype(int)
        found, expected = decompose(said, came), by_hand(said.tolist(), came.tolist())
        for name in Decomposition.__slots__:
            assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-12), name
        parts = found.reliability - found.resolution + found.uncertainty
        parts += found.within_variance - found.within_covariance
        assert abs(parts - found.brier) < 1e-12
    assert decompose(np.full(n, 0.3), came).within_variance < 1e-15


def test_bins_hold_what_they_hold() -> None:
    tenths = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert reliability_bins(tenths, [1] * 10).n.tolist() == [1] * 10
    said, came = [0.05, 0.1, 0.1, 0.95, 1.0, 1.0], [0, 0, 1, 1, 1, 1]
    found = reliability_bins(said, came, LEVEL)
    assert (found.place.tolist(), found.n.tolist()) == ([0, 1, 9], [1, 2, 3])
    assert found.forecast == pytest.approx([0.05, 0.1, 2.95 / 3])
    assert found.outcome.tolist() == [0, 0.5, 1]
    for n, hits, low, high in zip(found.n.tolist(), [0, 1, 3], found.low, found.high, strict=True):
        wilson = binomtest(hits, n).proportion_ci(LEVEL, "wilson")
        assert (low, high) == pytest.approx((wilson.low, wilson.high))


def test_an_honest_forecaster_is_as_reliable_as_chance_allows() -> None:
    generator = np.random.default_rng(1)
    found = [decompose(*cases(generator, 300)[::2]) for _ in range(500)]
    reliability = np.array([one.reliability for one in found])
    assert reliability.mean() == pytest.approx(np.mean([one.by_chance for one in found]), rel=0.05)
    assert decompose(*cases(generator, 200_000)[::2]).reliability < 2e-4
    boastful = decompose(*cases(generator, 2000, shift=-1)[::2])
    assert boastful.reliability > 5 * boastful.by_chance


@pytest.mark.parametrize("n", [30, 60, 300])
def test_who_is_not_biased_is_seldom_called_so(n: int) -> None:
    generator = np.random.default_rng(n)
    called = {"honest": 0, "rare": 0, "sharp": 0, "bold": 0}
    for _ in range(RUNS):
        honest = cases(generator, n)[::2]
        rare = np.full(n, 0.03)
        sharp = np.where(generator.random(n) < 0.3, 0.97, 0.02)
        # Much too sure of each case, and right on the whole.
        bold = np.repeat([0.05, 0.95], (n + 1) // 2)[:n] if n % 2 == 0 else np.full(n, 0.5)
        tried = {
            "honest": honest,
            "rare": (rare, generator.random(n) < rare),
            "sharp": (sharp, generator.random(n) < sharp),
            "bold": (bold, generator.random(n) < 0.3 + 0.4 * (bold > 0.5)),
        }
        for name, (said, came) in tried.items():
            called[name] += bias_of(said, came).p_value < 0.05
    assert {name: count / RUNS for name, count in called.items() if count > 0.05 * RUNS} == {}


def test_who_is_biased_is_found() -> None:
    generator = np.random.default_rng(3)
    found = [bias_of(*cases(generator, 100, shift=-1)[::2]) for _ in range(500)]
    assert np.mean([one.p_value < 0.05 for one in found]) > 0.95
    assert np.mean([one.value for one in found]) == pytest.approx(0.16, abs=0.03)


@pytest.mark.parametrize(("shift", "stretch"), [(0, 1), (-0.7, 1), (0.5, 0.4)])
def test_intervals_hold_the_truth(shift: float, stretch: float) -> None:
    generator = np.random.default_rng(5)
    held = []
    for _ in range(RUNS):
        said, true, came = cases(generator, 80, shift, stretch)
        found = bias_of(said, came, LEVEL)
        held.append(found.low <= (said - true).mean() <= found.high)
    assert 0.88 <= np.mean(held) <= 0.92


@pytest.mark.parametrize(("shift", "stretch"), [(0, 1), (-0.7, 1), (0, 0.4), (0, 1.6)])
def test_who_is_too_sure_is_told_by_the_slope(shift: float, stretch: float) -> None:
    generator = np.random.default_rng(9)
    said, true, _ = cases(generator, 1_000_000, shift, stretch)
    slope = float(np.cov(said, true)[0, 1] / np.var(said))
    held, called = [], []
    for _ in range(RUNS):
        said, _, came = cases(generator, 80, shift, stretch)
        found = slope_of(said, came, LEVEL)
        assert found is not None
        held.append(found.low <= slope <= found.high)
        called.append(found.p_value < 0.05)
    assert 0.88 <= np.mean(held) <= 0.92
    if (shift, stretch) == (0, 1):
        assert np.mean(called) <= 0.05
    if stretch == 0.4:
        assert slope < 0.55
        assert np.mean(called) > 0.6


def test_the_slope_is_that_of_least_squares() -> None:
    generator = np.random.default_rng(11)
    said, _, came = cases(generator, 50, 0, 0.3)
    fitted = OLS(came, add_constant(said)).fit(cov_type="HC3", use_t=True)
    found = slope_of(said, came, LEVEL)
    assert found is not None
    ends = fitted.conf_int(0.1)[1]
    assert (found.value, found.low, found.high) == pytest.approx((fitted.params[1], *ends))
    assert found.p_value == pytest.approx(float(fitted.t_test("x1 = 1").pvalue))
    # The same of all, too few, and one that alone is unlike the others.
    for nothing in ([0.3] * 40, [0.3, 0.4], [0.5] * 39 + [0.9]):
        assert slope_of(nothing, [0, 1] * (len(nothing) // 2)) is None


def test_intervals_of_the_score_and_of_skill() -> None:
    generator = np.random.default_rng(7)
    said, true, _ = cases(generator, 1_000_000, -0.5)
    score = float(np.mean(true * (1 - said) ** 2 + (1 - true) * said**2))
    skill = 1 - score / (true.mean() * (1 - true.mean()))
    held = []
    for _ in range(RUNS):
        said, _, came = cases(generator, 120, -0.5)
        one, other = brier_interval(said, came, LEVEL), skill_of(said, came, LEVEL)
        assert other is not None
        held.append((one.low <= score <= one.high, other.low <= skill <= other.high))
    assert np.all(np.abs(np.mean(held, axis=0) - LEVEL) < 0.02), np.mean(held, axis=0)


def test_skill_is_the_share_of_error_that_is_saved() -> None:
    assert skill_of([0.5, 0.5, 0.5, 0.5], [0, 0, 1, 1]).value == 0  # type: ignore[union-attr]
    perfect = skill_of([0, 0, 1, 1], [0, 0, 1, 1])
    assert perfect is not None
    assert (perfect.value, perfect.low, perfect.high) == (1, 1, 1)
    assert skill_of([1.0, 0, 0, 0], [0, 0, 1, 1]).value == -2  # type: ignore[union-attr]
    assert skill_of([0.5, 0.5, 0.5], [0, 0, 1]) is None


def test_edges_are_answered_without_a_warning() -> None:
    edges: list[tuple[list[float], list[float]]] = [([0], [0]), ([1], [1]), ([0], [1]), ([0.5, 0.5], [1, 1])]
    for said, came in [*edges, ([1.0] * 50, [1.0] * 50)]:
        assert decompose(said, came).brier == np.mean((np.array(said) - np.array(came)) ** 2)
        found = bias_of(said, came)
        assert found.low <= found.value <= found.high
    # One case out of fifty may yet come out the other way.
    assert bias_of([1.0] * 50, [1] * 50).high > 0.02
    bad: list[tuple[list[float], list[float]]] = [
        ([], []),
        ([0.5], [0.5]),
        ([1.1], [1]),
        ([np.nan], [1]),
        ([0.5], [1, 0]),
    ]
    for said, came in bad:
        with pytest.raises(ValueError, match=r"forecasts"):
            decompose(said, came)
