"""What is not known for sure is drawn: everybody's true rates, the median of their peers, wins and deal sizes; pure.

Rates come from their posteriors: beta-binomial for shares and gamma-Poisson for volumes, drawn towards the group with
the prior's own uncertainty (`service.statistics.hyper`). The peers' median is that of their drawn true rates, draw by
draw, so that what is uncertain about them is in the answer. The generator is seeded by what is drawn: the same facts
make the same answer, whoever asks about whom.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from service.kpi_snapshots.pace import shrunken_sizes
from service.skill_assessments.impact.levers import Lever, TeamFunnel
from service.statistics import beta_binomial, gamma_poisson
from service.statistics.arrays import Bools, Floats
from service.statistics.beta_binomial import Beta
from service.statistics.gamma_poisson import Gamma

SEED = 20261130
MOST_DRAWS, LEAST_DRAWS = 1_000, 500
MOST_NUMBERS = 500_000
"""Of one lever's rates: a group so large that it would take more gets fewer draws, its median being sure."""
MEDIANS_KEPT = 50
"""Draws of the median with which is found how many more cases it takes."""
LEAST_WORTH = 0.05
"""A twentieth more wins: closing a gap for less is not worth a quarter's focus."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLever:
    """A lever moved to the median of the peers: an entry, or a column of draws, per person.

    `factor` is by how much wins would rise, at least 1; 1 where nobody has cases to be compared with.
    """

    lever: Lever
    own: Beta | Gamma
    factor: Floats
    """Draws x people."""
    medians: Floats
    """The first draws of the peers' median; nan where there are none."""
    median: Floats
    """Its mean."""
    below: Floats
    """The probability that the own rate is below it."""
    peers: Floats
    """How many others have cases."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Of a group: wins a quarter and the mean amount of a win (None: unknown), draws x people, and levers by key."""

    wins: Floats
    size: Floats | None
    levers: Mapping[str, DrawnLever]


def draw_group(funnel: TeamFunnel) -> Draws:
    """Draw everything once for all people of a group."""
    people = len(funnel.people)
    draws = min(max(MOST_NUMBERS // max(people, 1), LEAST_DRAWS), MOST_DRAWS)
    prior = gamma_poisson.fit_gamma_prior(funnel.opened, funnel.quarters)
    opened = gamma_poisson.posterior(prior, funnel.opened, funnel.quarters)
    wins = _gammas(_generator("opened"), opened, draws)
    levers: dict[str, DrawnLever] = {}
    for lever in funnel.levers:
        rates, drawn = _draw(lever, draws)
        levers[lever.key] = drawn
        if lever in funnel.steps:
            wins = wins * rates
    return Draws(wins, _sizes(funnel, draws), levers)


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng((SEED, crc32(name.encode())))


def _gammas(generator: np.random.Generator, law: Gamma, draws: int) -> Floats:
    return np.asarray(generator.gamma(law.shape, 1 / law.rate, (draws, len(law.shape))))


def _draw(lever: Lever, draws: int) -> tuple[Floats, DrawnLever]:
    generator = _generator(lever.key)
    own: Beta | Gamma
    if lever.kind.is_share:
        prior = beta_binomial.fit_beta_prior(lever.hits, lever.n)
        own = beta_binomial.posterior(prior, lever.hits, lever.n)
        rates = generator.beta(own.alpha, own.beta, (draws, len(lever.n)))
    else:
        own = gamma_poisson.posterior(gamma_poisson.fit_gamma_prior(lever.hits, lever.n), lever.hits, lever.n)
        rates = _gammas(generator, own, draws)
    rates = np.maximum(rates, np.finfo(np.float64).tiny)
    counted = lever.n > 0
    medians = medians_of_others(rates, counted)
    has_peers = np.isfinite(medians)
    factor = np.maximum(np.where(has_peers, medians, 0.0) / rates, 1.0)
    return rates, DrawnLever(
        lever=lever,
        own=own,
        factor=factor,
        medians=medians[:MEDIANS_KEPT],
        median=medians.mean(axis=0),
        below=(has_peers & (rates < medians)).mean(axis=0),
        peers=counted.sum() - counted.astype(np.float64),
    )


def medians_of_others(values: Floats, counted: Bools) -> Floats:
    """The median of everybody else who counts, for each of the columns; nan where nobody else does.

    In one sort: the k-th of the others is the k-th of all for whoever comes after it, else the one after.
    """
    members = np.flatnonzero(counted)
    out = np.full(values.shape, np.nan)
    if not members.size:
        return out
    theirs = values[:, members]
    ordered = np.sort(theirs, axis=1)
    out[:, ~counted] = np.median(ordered, axis=1, keepdims=True)
    others = members.size - 1
    if others:
        middle = [
            np.where(theirs > ordered[:, [place]], ordered[:, [place]], ordered[:, [place + 1]])
            for place in ((others - 1) // 2, others // 2)
        ]
        out[:, members] = (middle[0] + middle[1]) / 2
    return out


def _sizes(funnel: TeamFunnel, draws: int) -> Floats | None:
    sizes = shrunken_sizes(funnel.size_n, funnel.size_mean, funnel.size_variance)
    if sizes is None or (sizes.mean <= 0).any():
        return None
    # A mean without error is one value: a gamma distribution of the greatest shape.
    shape = (sizes.mean / np.maximum(sizes.error, sizes.mean * 1e-6)) ** 2
    return _gammas(_generator("size"), Gamma(shape, shape / sizes.mean), draws)
