"""How the chance of an event depends on several columns at once: penalised logistic regression; pure.

The penalty keeps every answer finite, also where a column tells all events from all others (perfect separation).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from service.statistics.arrays import Bools, Floats, as_floats

STEPS = 60
HALVINGS = 30
CLOSE = 1e-14
"""The squared length of the last Newton step, in standard errors, below which the fit has arrived."""
FLAT = 1e-9
"""The spread of a column, relative to its size, below which it is constant and has no coefficient."""


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """Log-odds = offset + `intercept` + columns @ `coefficients`, per unit of each column as it was given.

    `root` (1 + k rows, the intercept first; k + 1 columns) is a factor of `covariance`, the inverse of the penalised
    information: covariance = root @ root.T. Without a penalty that is the usual covariance, with one the posterior's
    under a normal prior. `constant` marks the columns without any spread: their coefficients and covariances are 0.
    `converged` is false only without a penalty, where no finite fit exists.
    """

    intercept: float
    coefficients: Floats
    root: Floats
    constant: Bools
    converged: bool
    n: int

    @property
    def covariance(self) -> Floats:
        """The inverse of the penalised information: (1 + k, 1 + k), the intercept first."""
        return self.root @ self.root.T

    def log_odds(self, columns: ArrayLike, offset: ArrayLike = 0.0) -> Floats:
        """Of rows of columns (m, k), with their offsets (m, or one for all): m numbers."""
        return as_floats(offset) + self.intercept + as_floats(columns) @ self.coefficients

    def probability(self, columns: ArrayLike, offset: ArrayLike = 0.0) -> Floats:
        """Of the event, for rows of columns (m, k), with their offsets: m numbers."""
        return as_floats(expit(self.log_odds(columns, offset)))


def fit_logistic(
    columns: ArrayLike,
    events: ArrayLike,
    *,
    penalty: ArrayLike = 1.0,
    anchor: float = 0.0,
    offset: ArrayLike = 0.0,
    weights: ArrayLike = 1.0,
) -> LogisticFit:
    """The fit of events (n, each 0 to 1) to columns (n, k), with offsets on the log-odds and weights of cases >= 0.

    `penalty` >= 0, one for all columns or one each, is half of it times the squared coefficient of the column brought
    to spread 1: a normal prior of variance 1 / penalty about no effect (le Cessie & van Houwelingen 1992, Applied
    Statistics 41). 0 is maximum likelihood. `anchor` is the same for the intercept, about the offset: only with it is
    the fit finite where all events are equal. Newton's method with step halving. Raises ValueError for other shapes,
    numbers that are not finite, negative weights or penalties.
    """
    x, y, shift, w = _checked(columns, events, offset, weights)
    k = x.shape[1]
    ridge = np.append(anchor, np.broadcast_to(as_floats(penalty), k))
    if not np.isfinite(ridge).all() or (ridge < 0).any():
        raise ValueError("penalties are finite and not negative")
    total = w.sum()
    center = w @ x / total if total > 0 else np.zeros(k)
    x = x - center
    spread = np.sqrt(np.maximum(w @ x**2, 0.0) / total) if total > 0 else np.zeros(k)
    constant = spread <= FLAT * (1 + np.abs(center))
    scale = np.where(constant, 1.0, spread)
    x /= scale
    x[:, constant] = 0.0
    design = np.column_stack([np.ones(y.size), x])
    beta, inverse, converged = _newton(design, y, shift, w, ridge)
    # Back to the columns' own units and centres.
    back = np.diag(np.append(1.0, np.where(constant, 0.0, 1 / scale)))
    back[0, 1:] = -center * back.diagonal()[1:]
    told = back @ beta
    values, vectors = np.linalg.eigh(inverse)
    root = back @ (vectors * np.sqrt(np.maximum(values, 0.0)))
    return LogisticFit(float(told[0]), told[1:], root, constant, converged, y.size)


def _newton(design: Floats, y: Floats, shift: Floats, w: Floats, ridge: Floats) -> tuple[Floats, Floats, bool]:
    """The coefficients, the inverse of the penalised information there, and whether the way there ended."""
    beta = np.zeros(design.shape[1])
    eta = shift.copy()
    loss = _loss(eta, y, w, beta, ridge)
    converged = False
    inverse = np.zeros((beta.size, beta.size))
    for _ in range(STEPS):
        p = expit(eta)
        slope = design.T @ (w * (y - p)) - ridge * beta
        inverse = _inverse(design, w * p * (1 - p), ridge)
        if converged:
            break
        step = inverse @ slope
        toward = design @ step
        for _ in range(HALVINGS):
            ahead = _loss(eta + toward, y, w, beta + step, ridge)
            if ahead <= loss + 1e-12 * abs(loss):
                break
            step, toward = step / 2, toward / 2
        beta, eta, loss = beta + step, eta + toward, ahead
        converged = bool(step @ slope < CLOSE)
    return beta, inverse, converged


def _inverse(design: Floats, curvature: Floats, ridge: Floats) -> Floats:
    """Of the penalised information; where columns repeat each other without a penalty, the pseudo-inverse."""
    information = (design * curvature[:, None]).T @ design + np.diag(ridge)
    return as_floats(np.linalg.pinv(information, rcond=1e-12, hermitian=True))


def _loss(eta: Floats, y: Floats, w: Floats, beta: Floats, ridge: Floats) -> float:
    return float(w @ (np.logaddexp(0.0, eta) - y * eta) + 0.5 * ridge @ beta**2)


def _checked(
    columns: ArrayLike, events: ArrayLike, offset: ArrayLike, weights: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    x, y = as_floats(columns), np.ravel(as_floats(events))
    if x.ndim != 2 or x.shape[0] != y.size:
        raise ValueError("columns have a row for each event")
    shift = np.broadcast_to(as_floats(offset), y.shape)
    w = np.broadcast_to(as_floats(weights), y.shape)
    if not all(np.isfinite(part).all() for part in (x, y, shift, w)):
        raise ValueError("columns, events, offsets and weights are finite numbers")
    if (w < 0).any() or (y < 0).any() or (y > 1).any():
        raise ValueError("weights are not negative, and events lie between 0 and 1")
    return x, y, shift, w
