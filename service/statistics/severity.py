"""Who rates severely, and what units are rated with that taken out: an additive model of units and raters; pure.

`rating = level of the unit - severity of its rater + error`: the many-facet idea of Linacre 1989 ("Many-Facet Rasch
Measurement") on the scale of the ratings. Units are fixed, severities are normal about 0, so that a rater who is hardly
known is hardly adjusted: a mixed linear model (Searle, Casella & McCulloch 1992, "Variance Components", chapter 7), its
predictions Henderson's (1975, Biometrics 31). Units are swept out first, so what is solved is as large as the raters.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import stdtr, stdtrit

from service.statistics.arrays import Bools, Floats, Indices, as_floats, ratio, tail_levels

LEAST_SHARED = 5
"""Units that others have rated too, below which a rater's severity is not told."""
LEAST_FREEDOM = 10
"""Degrees of freedom of the error, below which nobody's is."""
RATIOS = np.logspace(-4, 2, 33)
"""Variances of raters over that of the error that are weighed against each other."""
BLOCK = 4096
"""Units whose standard errors are computed at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Who rated what: one entry per rating, raters and units numbered from 0; no rater rates a unit twice."""

    rater: Indices
    unit: Indices
    value: Floats
    raters: int
    units: int

    @classmethod
    def of(cls, raters: ArrayLike, units: ArrayLike, values: ArrayLike) -> "Ratings":
        """A ValueError where they are not of one length, not finite, below 0 or repeated."""
        rater, unit = (np.ravel(np.asarray(numbers, dtype=np.intp)) for numbers in (raters, units))
        value = np.ravel(as_floats(values))
        if not rater.size == unit.size == value.size or not np.isfinite(value).all():
            raise ValueError("each rating is a finite number with its rater and its unit")
        if min(rater.min(initial=0), unit.min(initial=0)) < 0:
            raise ValueError("raters and units are numbered from 0")
        height, width = int(unit.max(initial=-1)) + 1, int(rater.max(initial=-1)) + 1
        if np.unique(unit * max(width, 1) + rater).size != value.size:
            raise ValueError("a rater rates a unit once")
        return cls(rater, unit, value, width, height)

    @property
    def sizes(self) -> Floats:
        """Ratings per unit."""
        return np.bincount(self.unit, minlength=self.units).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """How raters hang together by the units they share; arrays with one entry per rater.

    `group` numbers the sets of raters between whom shared units lead, directly or through others. `freedom` is the
    error's: ratings less units less raters, plus groups.
    """

    shared: Floats
    """Units that somebody else has rated too."""
    group: Indices
    freedom: int

    @property
    def told(self) -> Bools:
        """Whose severity can be told."""
        return np.asarray((self.shared >= LEAST_SHARED) & (self.freedom >= LEAST_FREEDOM))


def rater_overlap(ratings: Ratings) -> Overlap:
    """Which raters can be compared, and by how many units."""
    several = ratings.sizes[ratings.unit] > 1
    shared = np.bincount(ratings.rater[several], minlength=ratings.raters).astype(np.float64)
    nodes = ratings.raters + ratings.units
    ends = ratings.rater, ratings.raters + ratings.unit
    count, label = connected_components(csr_array((np.ones(ratings.value.size), ends), shape=(nodes, nodes)), False)
    return Overlap(shared, label[: ratings.raters].astype(np.intp), ratings.value.size - nodes + int(count))


@dataclass(frozen=True, slots=True, eq=False)
class SeverityFit:
    """Severities, one entry per rater in the unit of the ratings, with their covariance of prediction.

    A severity is above 0 where somebody rates lower than the other raters of the same group. Where no unit has two
    ratings severities are 0 and all else is nan: nothing is known of them.
    """

    severity: Floats
    covariance: Floats
    variance: float
    """Of the error of one rating."""
    rater_sd: float
    """How much severities differ: the standard deviation of the greatest restricted likelihood."""
    error_sd: float
    """The error's, likewise."""
    freedom: int
    """For Student's t, of intervals."""

    def compare(self, contrasts: Floats, level: float = 0.95) -> "Contrasts":
        """Weighted sums of severities (n x raters).

        A row of 1 and 0 is a severity, one of 1 and shares of -1 what sets a rater apart from others.
        """
        value = contrasts @ self.severity
        error = np.sqrt(np.maximum(((contrasts @ self.covariance) * contrasts).sum(axis=1), 0.0))
        freedom = max(self.freedom, 1)
        half = float(stdtrit(freedom, tail_levels(level)[1])) * error
        # Raters who agree in everything have no error, and nothing sets them apart.
        distance = np.where(error == 0, 0.0, ratio(np.abs(value), error))
        return Contrasts(value, value - half, value + half, as_floats(2 * stdtr(freedom, -distance)))


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """Sums of severities with their intervals; `p_value` of being other than 0."""

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class AdjustedLevels:
    """One entry per unit: the mean of its ratings, the same with severities taken out, and that one's standard error.

    nan of a unit without ratings.
    """

    raw: Floats
    level: Floats
    error: Floats


def fit_severity(ratings: Ratings) -> SeverityFit:
    """How severely each rater rates.

    How much raters differ is itself uncertain with few of them: severities and errors are averaged over `RATIOS`,
    weighed by restricted likelihood and a half-Cauchy prior of the standard deviation over the error's (Gelman 2006,
    Bayesian Analysis 1).
    """
    swept = _sweep(ratings)
    if swept.freedom < 1:
        unknown = np.full((ratings.raters, ratings.raters), np.nan)
        return SeverityFit(np.zeros(ratings.raters), unknown, np.nan, np.nan, np.nan, 0)
    weights = _weights(swept)
    variances = np.array([swept.variance(one) for one in RATIOS])
    effects = np.stack([swept.effects(one) for one in RATIOS])
    mean = weights @ effects
    apart = np.sqrt(weights)[:, None] * (effects - mean)
    known = (weights * variances * RATIOS) @ (1 / (1 + np.outer(RATIOS, swept.roots)))
    covariance = (swept.axes * known) @ swept.axes.T + apart.T @ apart
    return SeverityFit(-mean, covariance, float(weights @ variances), *_most_likely(swept), swept.freedom)


def adjust_levels(ratings: Ratings, fit: SeverityFit) -> AdjustedLevels:
    """What units are rated once the severity of whoever rated them is taken out.

    Raters are those that were fitted, by their numbers; units may be others. The error holds that of the ratings and
    that of the severities.
    """
    sizes = ratings.sizes
    raw = ratio(np.bincount(ratings.unit, ratings.value, ratings.units), sizes)
    shape = ratings.units, fit.severity.size
    shares = csr_array((1 / sizes[ratings.unit], (ratings.unit, ratings.rater)), shape=shape)
    parts = [shares[at : at + BLOCK] for at in range(0, ratings.units, BLOCK)]
    of_raters = [(part.toarray() * np.asarray(part @ fit.covariance)).sum(axis=1) for part in parts]
    variance = ratio(np.full(ratings.units, fit.variance), sizes) + np.concatenate([np.zeros(0), *of_raters])
    return AdjustedLevels(raw, raw + shares @ fit.severity, as_floats(np.sqrt(variance)))


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """The model with units swept out: the raters' information as `axes` and `roots`, what pulls along each axis."""

    axes: Floats
    roots: Floats
    pulls: Floats
    squares: float
    """Of the ratings about their units' means."""
    freedom: int

    def effects(self, relative: float) -> Floats:
        """What each rater adds to a level, at a relative of the raters' variance to the error's."""
        return as_floats(self.axes @ (self.pulls * relative / (1 + relative * self.roots)))

    def variance(self, relative: float) -> float:
        """The error's."""
        left = self.squares - float((relative * self.pulls**2 / (1 + relative * self.roots)).sum())
        return max(left, 0.0) / self.freedom

    def log_likelihood(self, relative: float) -> float:
        """The restricted one, the error's variance at its best, but for a constant."""
        least = np.finfo(float).eps * max(self.squares, np.finfo(float).tiny)
        spread = np.log(max(self.variance(relative), least))
        return float(-(self.freedom * spread + np.log1p(relative * self.roots).sum()) / 2)


def _sweep(ratings: Ratings) -> Swept:
    sizes = ratings.sizes
    means = ratio(np.bincount(ratings.unit, ratings.value, ratings.units), sizes)
    left = ratings.value - means[ratings.unit]
    shape = ratings.units, ratings.raters
    rated = csr_array((1 / np.sqrt(sizes[ratings.unit]), (ratings.unit, ratings.rater)), shape=shape)
    counts = np.bincount(ratings.rater, minlength=ratings.raters).astype(np.float64)
    roots, axes = np.linalg.eigh(np.diag(counts) - (rated.T @ rated).toarray())
    pulls = as_floats(axes.T @ np.bincount(ratings.rater, left, ratings.raters))
    freedom = ratings.value.size - int((sizes > 0).sum())
    return Swept(axes, np.maximum(roots, 0.0), pulls, float(left @ left), freedom)


def _most_likely(swept: Swept) -> tuple[float, float]:
    """The standard deviations of raters and of the error."""
    ends = np.log(RATIOS[0]) * 2, np.log(RATIOS[-1]) * 2
    found = minimize_scalar(
        lambda log: -swept.log_likelihood(float(np.exp(log))), bounds=ends, method="bounded", options={"xatol": 1e-9}
    )
    best = float(np.exp(found.x))
    error = swept.variance(best)
    return float(np.sqrt(best * error)), float(np.sqrt(error))


def _weights(swept: Swept) -> Floats:
    logs = np.array([swept.log_likelihood(one) for one in RATIOS]) + np.log(RATIOS) / 2 - np.log1p(RATIOS)
    weights = np.exp(logs - logs.max())
    return as_floats(weights / weights.sum())
