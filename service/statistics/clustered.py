"""How sure a fit is when cases of one cluster (a rep's deals) resemble each other, with few clusters too; pure.

Cases of one cluster are no independent proofs: a plain standard error takes a good rep's habits for causes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from service.statistics.arrays import Floats, Indices, as_floats
from service.statistics.logistic import LogisticFit

ABSORBED = 1e-9
"""What is left of a cluster's own variance below which its columns follow it entirely, and it tells nothing of them."""


@dataclass(frozen=True, slots=True, eq=False)
class ClusterParts:
    """What clusters add to a fit: `scores` (clusters, 1 + k) and `information` (clusters, 1 + k, 1 + k)."""

    scores: Floats
    information: Floats
    n: int

    @property
    def clusters(self) -> int:
        """How many there are."""
        return int(self.scores.shape[0])


def cluster_parts(
    fit: LogisticFit,
    columns: ArrayLike,
    events: ArrayLike,
    clusters: ArrayLike,
    *,
    offset: ArrayLike = 0.0,
    weights: ArrayLike = 1.0,
) -> ClusterParts:
    """The scores and the information of each cluster at the fit; `clusters` (n) are any labels that can be sorted."""
    x, y = as_floats(columns), np.ravel(as_floats(events))
    design = np.column_stack([np.ones(y.size), x])
    design[:, 1:][:, fit.constant] = 0.0
    w = np.broadcast_to(as_floats(weights), y.shape)
    p = expit(fit.log_odds(x, offset))
    _, label = np.unique(np.asarray(clusters), return_inverse=True)
    order = np.argsort(label, kind="stable")
    starts: Indices = np.flatnonzero(np.append(True, np.diff(label[order]) > 0)) if y.size else np.empty(0, np.intp)
    design, w, gap, curve = design[order], w[order], (y - p)[order], (p * (1 - p))[order]
    scores = np.add.reduceat(design * (w * gap)[:, None], starts) if y.size else np.empty((0, design.shape[1]))
    weighted = design * np.sqrt(w * curve)[:, None]
    blocks = [part.T @ part for part in np.split(weighted, starts[1:])] if y.size else []
    return ClusterParts(scores, np.array(blocks).reshape(-1, design.shape[1], design.shape[1]), y.size)


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredErrors:
    """Standard errors of coefficients and their degrees of freedom for Student's t: a number each, nan if unknown."""

    errors: Floats
    freedom: Floats


def clustered_errors(fit: LogisticFit, parts: ClusterParts, first: int | None = None) -> ClusteredErrors:
    """Standard errors that hold with few clusters, of the coefficients of the `first` columns, or of all.

    Bell & McCaffrey 2002, Survey Methodology 28 ("CR2"): each cluster's residuals are inflated by what the fit took of
    them; the degrees of freedom are Satterthwaite's for independent cases, as Pustejovsky & Tipton 2018, Journal of
    Business & Economic Statistics 36, for weighted fits. All is done in the space of the columns (1 + k), so a
    cluster of 100,000 cases costs no more than one of ten.
    """
    k = fit.coefficients.size if first is None else first
    if parts.clusters < 2:
        return ClusteredErrors(np.full(k, np.nan), np.full(k, np.nan))
    root = fit.root
    taken = np.einsum("ai,gab,bj->gij", root, parts.information, root, optimize=True)
    values, vectors = np.linalg.eigh(taken)
    left = 1 - values
    free = left > ABSORBED
    inflate = np.where(free, 1 / np.sqrt(np.where(free, left, 1.0)), 0.0)
    adjust = np.einsum("gij,gj,gkj->gik", vectors, inflate, vectors, optimize=True)
    kept = np.einsum("gij,gj,gkj->gik", vectors, np.where(free, values, 0.0), vectors, optimize=True)
    pulls = np.einsum("gij,gj->gi", adjust, parts.scores @ root)
    lines = root[1 : k + 1]  # one row per coefficient: its contrast in the space of the root
    errors = np.sqrt(((pulls @ lines.T) ** 2).sum(axis=0))
    freedom = np.array([_freedom(kept @ line @ line, np.einsum("gij,gj->gi", adjust, taken @ line)) for line in lines])
    known = (errors > 0) & np.isfinite(freedom) if k else np.zeros(0, np.bool_)
    return ClusteredErrors(np.where(known, errors, np.nan), np.where(known, freedom, np.nan))


def _freedom(own: Floats, mixed: Floats) -> float:
    """Twice the squared mean of the variance's estimator over its variance, for independent cases."""
    shared = -(mixed @ mixed.T)
    np.fill_diagonal(shared, own)
    total = float((shared**2).sum())
    return float(np.trace(shared) ** 2 / total) if total > 0 else np.nan


def resampled(fit: LogisticFit, parts: ClusterParts, count: int, seed: int) -> Floats:
    """Coefficients (count, k) on resamples of whole clusters, each by one Newton step from the fit.

    Shao & Tu 1995, The Jackknife and Bootstrap, section 7.3: as good as fitting anew to the order that the bootstrap
    itself is. All in the space of the fit's root, where the penalised information is 1.
    """
    clusters, root = parts.clusters, fit.root
    size = root.shape[1]
    if not clusters:
        return np.broadcast_to(fit.coefficients, (count, fit.coefficients.size))
    taken = np.einsum("ai,gab,bj->gij", root, parts.information, root, optimize=True)
    often = np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), count) - 1.0
    information = np.eye(size) + (often @ taken.reshape(clusters, -1)).reshape(count, size, size)
    pull = often @ (parts.scores @ root)
    steps = np.linalg.solve(information, pull[..., None])[..., 0] @ root.T
    return as_floats(fit.coefficients + steps[:, 1:])
