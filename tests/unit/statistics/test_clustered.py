"""Errors of clustered fits: against statsmodels, and CR2 with its degrees of freedom by the books' large matrices."""

import time

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.linalg import block_diag, fractional_matrix_power

from service.statistics.arrays import Floats, as_floats
from service.statistics.clustered import ClusterParts, cluster_parts, clustered_errors, resampled
from service.statistics.logistic import LogisticFit, fit_logistic
from tests.unit.statistics.test_logistic import cases


def cluster_covariance(fit: LogisticFit, parts: ClusterParts) -> Floats:
    """The plain sandwich of the parts with Stata's factor, as statsmodels has it; nan below two clusters."""
    groups, size = parts.clusters, fit.coefficients.size + 1 - int(fit.constant.sum())
    if groups < 2 or parts.n <= size:
        return np.full(fit.root.shape, np.nan)
    lifted = parts.scores @ fit.covariance
    return as_floats(groups / (groups - 1) * (parts.n - 1) / (parts.n - size) * (lifted.T @ lifted))


def test_the_sandwich_as_in_statsmodels() -> None:
    columns, events, offset, weights = cases(21)
    clusters = np.random.default_rng(21).integers(0, 12, 300)
    fit = fit_logistic(columns, events, penalty=0.0)
    oracle = sm.Logit(events, sm.add_constant(columns)).fit(
        disp=0, tol=1e-14, cov_type="cluster", cov_kwds={"groups": clusters}
    )
    assert cluster_covariance(fit, cluster_parts(fit, columns, events, clusters)) == pytest.approx(
        oracle.cov_params(), rel=1e-5, abs=1e-12
    )
    weighted = fit_logistic(columns, events, penalty=0.0, offset=offset, weights=weights)
    often = weights.astype(int)
    repeated = sm.GLM(
        np.repeat(events, often),
        sm.add_constant(np.repeat(columns, often, 0)),
        family=sm.families.Binomial(),
        offset=np.repeat(offset, often),
    ).fit(tol=1e-14, cov_type="cluster", cov_kwds={"groups": np.repeat(clusters, often), "use_correction": False})
    parts = cluster_parts(weighted, columns, events, clusters, offset=offset, weights=weights)
    plain = cluster_covariance(weighted, parts) / (12 / 11 * 299 / 295)
    assert plain == pytest.approx(repeated.cov_params(), rel=1e-5, abs=1e-12)


def test_few_clusters_by_the_books() -> None:
    """Bell & McCaffrey's estimator and Satterthwaite's freedom, with matrices of n by n."""
    columns, events, *_ = cases(22, n=120, k=3)
    clusters = np.sort(np.random.default_rng(22).integers(0, 6, 120))
    fit = fit_logistic(columns, events, penalty=0.0)
    found = clustered_errors(fit, cluster_parts(fit, columns, events, clusters))
    p = fit.probability(columns)
    z = np.column_stack([np.ones(120), columns]) * np.sqrt(p * (1 - p))[:, None]
    residual = (events - p) / np.sqrt(p * (1 - p))
    hat = z @ fit.covariance @ z.T
    members = [np.flatnonzero(clusters == label) for label in range(6)]
    adjust = block_diag(*(fractional_matrix_power(np.eye(m.size) - hat[np.ix_(m, m)], -0.5) for m in members))
    for place in range(3):
        lever = z @ fit.covariance[:, place + 1]
        by_cluster = np.array([lever[m] @ (adjust @ residual)[m] for m in members])
        assert found.errors[place] == pytest.approx(np.sqrt((by_cluster**2).sum()), rel=1e-6)
        pulls = [(np.eye(120) - hat)[:, m] @ adjust[np.ix_(m, m)] @ lever[m] for m in members]
        shared = np.array([[one @ two for two in pulls] for one in pulls])
        freedom = np.trace(shared) ** 2 / (shared**2).sum()
        assert found.freedom[place] == pytest.approx(freedom, rel=1e-6)
        assert 1 < freedom < 6


def test_a_column_of_each_cluster_is_absorbed() -> None:
    columns, events, *_ = cases(23)
    clusters = np.arange(300) % 5
    wider = np.column_stack([columns, clusters[:, None] == np.arange(5)])
    fit = fit_logistic(wider, events, penalty=0.0)
    found = clustered_errors(fit, cluster_parts(fit, wider, events, clusters))
    assert np.isfinite(found.errors[:4]).all()
    assert (found.freedom[:4] > 2).all()
    assert (found.freedom[:4] <= 5).all()
    own = sm.Logit(events, np.column_stack([columns, clusters[:, None] == np.arange(5)]).astype(float)).fit(disp=0)
    assert fit.coefficients[:4] == pytest.approx(own.params[:4], rel=1e-5)


def test_too_few_clusters_and_columns_without_spread_are_unknown() -> None:
    columns, events, *_ = cases(24)
    columns[:, 1] = 7
    fit = fit_logistic(columns, events)
    alone = cluster_parts(fit, columns, events, np.zeros(300))
    assert np.isnan(clustered_errors(fit, alone).errors).all()
    assert np.isnan(cluster_covariance(fit, alone)).all()
    found = clustered_errors(fit, cluster_parts(fit, columns, events, np.arange(300) % 7))
    assert np.isnan(found.errors).tolist() == [False, True, False, False]
    assert np.isnan(found.freedom).tolist() == [False, True, False, False]
    nothing = fit_logistic(np.empty((0, 2)), [], anchor=1.0)
    assert cluster_parts(nothing, np.empty((0, 2)), [], []).clusters == 0


def test_resamples_are_as_good_as_fits_anew() -> None:
    columns, events, *_ = cases(26, n=600, k=3)
    clusters = np.random.default_rng(26).integers(0, 12, 600)
    fit = fit_logistic(columns, events)
    found = resampled(fit, cluster_parts(fit, columns, events, clusters), 100, 7)
    often = np.random.default_rng(7).multinomial(12, np.full(12, 1 / 12), 100)
    anew = np.array([fit_logistic(columns, events, weights=one[clusters]).coefficients for one in often])
    spread = anew.std(axis=0)
    assert (np.abs(found - anew).mean(axis=0) < 0.1 * spread).all()
    assert found.std(axis=0) == pytest.approx(spread, rel=0.1)
    assert (resampled(fit, cluster_parts(fit, columns, events, clusters), 100, 7) == found).all()
    nothing = fit_logistic(np.empty((0, 2)), [], anchor=1.0)
    assert resampled(nothing, cluster_parts(nothing, np.empty((0, 2)), [], []), 3, 7).tolist() == [[0, 0]] * 3


def test_a_hundred_thousand_cases_in_two_clusters() -> None:
    columns, events, *_ = cases(25, 100_000, 20)
    fit = fit_logistic(columns, events)
    begun = time.thread_time()
    parts = cluster_parts(fit, columns, events, np.arange(100_000) % 2)
    assert np.isfinite(clustered_errors(fit, parts).errors).all()
    assert time.thread_time() - begun < 2
