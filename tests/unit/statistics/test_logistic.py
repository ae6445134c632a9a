"""Penalised logistic regression: against statsmodels, an independent minimiser, and at the edges."""

import time

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.special import expit

from service.statistics.arrays import Floats, as_floats
from service.statistics.logistic import fit_logistic


def cases(seed: int, n: int = 300, k: int = 4) -> tuple[Floats, Floats, Floats, Floats]:
    """Columns of very different sizes, events, offsets and weights."""
    generator = np.random.default_rng(seed)
    columns = generator.normal(size=(n, k)) * np.logspace(-1, 3, k) + np.arange(k) * 50
    columns[:, 0] = generator.random(n) < 0.3
    standard = as_floats((columns - columns.mean(axis=0)) / columns.std(axis=0))
    offset = as_floats(generator.normal(size=n))
    log_odds = offset - 0.4 + standard @ np.linspace(-0.9, 0.9, k)
    events = generator.random(n) < expit(log_odds)
    return as_floats(columns), as_floats(events), offset, as_floats(generator.integers(1, 4, n))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_a_penalty_it_is_maximum_likelihood(seed: int) -> None:
    columns, events, offset, weights = cases(seed)
    model = sm.GLM(events, sm.add_constant(columns), family=sm.families.Binomial(), offset=offset, freq_weights=weights)
    oracle = model.fit(tol=1e-14)
    found = fit_logistic(columns, events, penalty=0.0, offset=offset, weights=weights)
    assert found.converged
    assert found.n == 300
    assert np.append(found.intercept, found.coefficients) == pytest.approx(oracle.params, rel=1e-6)
    assert np.sqrt(found.covariance.diagonal()) == pytest.approx(oracle.bse, rel=1e-6)
    assert found.covariance == pytest.approx(oracle.cov_params(), rel=1e-5, abs=1e-12)
    assert found.probability(columns, offset) == pytest.approx(oracle.predict(), rel=1e-6)
    plain = fit_logistic(columns, events, penalty=0.0)
    logit = sm.Logit(events, sm.add_constant(columns)).fit(disp=0, tol=1e-14, method="newton")
    assert np.append(plain.intercept, plain.coefficients) == pytest.approx(logit.params, rel=1e-6)


@pytest.mark.parametrize("seed", [4, 5])
def test_with_penalties_it_is_the_least_penalised_loss(seed: int) -> None:
    columns, events, offset, weights = cases(seed)
    penalties, anchor = np.array([0.0, 0.5, 3.0, 40.0]), 2.0
    mean = weights @ columns / weights.sum()
    spread = np.sqrt(weights @ (columns - mean) ** 2 / weights.sum())

    def loss(beta: Floats) -> float:
        eta = offset + beta[0] + (columns - mean) / spread @ beta[1:]
        fit = weights @ (np.logaddexp(0, eta) - events * eta)
        return float(fit + 0.5 * (anchor * beta[0] ** 2 + penalties @ beta[1:] ** 2))

    oracle = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-7})
    found = fit_logistic(columns, events, penalty=penalties, anchor=anchor, offset=offset, weights=weights)
    assert found.coefficients * spread == pytest.approx(oracle.x[1:], abs=1e-5)
    assert found.intercept + mean @ found.coefficients == pytest.approx(oracle.x[0], abs=1e-5)
    assert found.root @ found.root.T == pytest.approx(found.covariance)


def test_a_weight_counts_a_case_as_often() -> None:
    columns, events, offset, weights = cases(6)
    often = weights.astype(int)
    weighted = fit_logistic(columns, events, offset=offset, weights=weights)
    repeated = fit_logistic(np.repeat(columns, often, 0), np.repeat(events, often), offset=np.repeat(offset, often))
    assert weighted.coefficients == pytest.approx(repeated.coefficients)
    assert weighted.covariance == pytest.approx(repeated.covariance)
    unseen = fit_logistic(columns, events, offset=offset, weights=np.arange(300) % 2)
    seen = fit_logistic(columns[1::2], events[1::2], offset=offset[1::2])
    assert unseen.coefficients == pytest.approx(seen.coefficients)


def test_perfect_separation_is_finite_with_a_penalty_and_told_without() -> None:
    told = np.repeat([0.0, 1.0], 50)
    columns = np.column_stack([told, np.random.default_rng(7).normal(size=100)])
    found = fit_logistic(columns, told)
    assert found.converged
    assert 1 < found.coefficients[0] < 20
    assert np.isfinite(found.covariance).all()
    without = fit_logistic(columns, told, penalty=0.0)
    assert not without.converged or without.coefficients[0] > 20


@pytest.mark.parametrize("event", [0.0, 1.0])
def test_all_events_alike_are_finite_with_an_anchor(event: float) -> None:
    columns = np.random.default_rng(8).normal(size=(80, 2))
    found = fit_logistic(columns, np.full(80, event), anchor=0.05)
    assert found.converged
    assert abs(found.probability(columns) - event).max() < 0.05
    assert np.abs(found.coefficients).max() < 0.1


def test_constant_and_repeated_columns() -> None:
    columns, events, *_ = cases(9)
    wider = np.column_stack([columns, np.full(300, 1e6), np.zeros(300)])
    found = fit_logistic(wider, events, penalty=0.0)
    assert found.constant.tolist() == [False] * 4 + [True] * 2
    assert found.coefficients[4:].tolist() == [0, 0]
    assert (found.covariance[5:] == 0).all()
    assert found.coefficients[:4] == pytest.approx(fit_logistic(columns, events, penalty=0.0).coefficients)
    twice = fit_logistic(np.column_stack([columns, columns[:, 0]]), events, penalty=0.0)
    assert twice.coefficients[[0, 4]].sum() == pytest.approx(found.coefficients[0], rel=1e-5)
    assert twice.coefficients[0] == pytest.approx(twice.coefficients[4], rel=1e-5)


def test_nothing_to_fit() -> None:
    nothing = fit_logistic(np.empty((0, 3)), [], anchor=1.0)
    assert (nothing.intercept, nothing.coefficients.tolist(), nothing.n) == (0, [0, 0, 0], 0)
    no_columns = fit_logistic(np.empty((4, 0)), [1, 0, 0, 0], penalty=0.0)
    assert no_columns.intercept == pytest.approx(-np.log(3))
    one = fit_logistic([[2.0, 3.0]], [1], anchor=0.1)
    assert np.isfinite(one.intercept)
    assert one.constant.all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": [[1.0], [2.0]], "events": [1]},
        {"columns": [1.0, 2.0], "events": [1, 0]},
        {"columns": [[np.nan]], "events": [1]},
        {"columns": [[1.0]], "events": [2]},
        {"columns": [[1.0]], "events": [1], "weights": -1},
        {"columns": [[1.0]], "events": [1], "penalty": -1},
        {"columns": [[1.0]], "events": [1], "offset": np.inf},
    ],
)
def test_what_is_refused(wrong: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match=r"columns|weights|penalties"):
        fit_logistic(**wrong)  # type: ignore[arg-type]  # a table of wrong arguments of several kinds


def test_a_hundred_thousand_cases_in_two_seconds() -> None:
    columns, events, *_ = cases(10, 100_000, 20)
    begun = time.thread_time()
    assert fit_logistic(columns, events).converged
    assert time.thread_time() - begun < 2
