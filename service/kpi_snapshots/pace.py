"""Whether a person will reach their target: what the rest of the period brings, and how sure that is; pure.

For people with the same KPI and job role at once. The rate of each is shrunken towards their peers' (empirical
Bayes), and the rest of the period is forecast from it; `service.statistics` has the methods and their sources.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from service.kpi_snapshots.figures import Stays
from service.statistics import beta_binomial, gamma_poisson
from service.statistics.arrays import Floats
from service.statistics.forecasts import forecast_count, forecast_proportion, forecast_rate, forecast_sum
from service.statistics.gamma_poisson import Gamma
from service.statistics.predictive import CountForecast, SumForecast
from service.statistics.predictive_ratios import ProportionForecast, RateForecast
from service.statistics.survival import kaplan_meier
from service.success_models.kpis import Polarity

LEVEL = 0.9
"""Of every interval."""
LEAST_DAYS = 5.0
"""Working days that all peers together must have behind them: before that nobody knows what a day brings."""
AHEAD, ON_TRACK, AT_RISK = 0.9, 0.5, 0.2
"""The least probabilities of reaching the target with which one is that; below the last one is behind."""
PLACES = Decimal("0.000001")

Forecast = CountForecast | SumForecast | ProportionForecast | RateForecast


class Status(StrEnum):
    """From the probability of reaching the target, not from a share of it."""

    AHEAD = "ahead"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BEHIND = "behind"
    CANNOT_TELL = "cannot_tell"


class Method(StrEnum):
    """How an interval and a probability were come by."""

    GAMMA_POISSON = "gamma_poisson"
    COMPOUND_POISSON = "compound_poisson"
    BETA_BINOMIAL = "beta_binomial"
    GAMMA_POISSON_RATE = "gamma_poisson_rate"
    BETA = "beta"
    KAPLAN_MEIER = "kaplan_meier"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where somebody will end: the probability of reaching the target, and the interval of the value at the end.

    Of a cohort and a duration the interval is that of the rate or quantile itself. None: cannot be told.
    """

    status: Status = Status.CANNOT_TELL
    probability: float | None = None
    low: float | None = None
    high: float | None = None
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What peers did before: one entry per person and month. Exposures are working days, `people` places of persons."""

    people: NDArray[np.intp]
    counts: Floats
    exposures: Floats

    def of(self, peers: int) -> tuple[Floats, Floats]:
        """Counts and exposures of each of so many peers."""
        counts, exposures = (np.bincount(self.people, each, peers) for each in (self.counts, self.exposures))
        return counts.astype(np.float64), exposures.astype(np.float64)

    @property
    def is_enough(self) -> bool:
        """Whether anything can be said of a day."""
        return bool(self.exposures.sum() >= LEAST_DAYS)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of each person's single amounts: their mean as it is thought to be, its error, and the spread of one amount."""

    mean: Floats
    error: Floats
    spread: Floats

    @property
    def arrays(self) -> tuple[Floats, Floats, Floats]:
        """All three."""
        return self.mean, self.error, self.spread


@dataclass(frozen=True, slots=True)
class Race:
    """The position of those asked for, whose places among their peers are `places`; arrays of one length.

    Working days left, the value (of a ratio its numerator and denominator) so far, and the target (nan: none).
    """

    places: NDArray[np.intp]
    days_left: Floats
    value: Floats
    denominator: Floats
    target: Floats
    polarity: Polarity


def count_outlook(race: Race, history: History, peers: int) -> list[Outlook]:
    """Counts: gamma-Poisson, wider where days vary more than chance makes them."""
    if not history.is_enough:
        return _untold(race, race.value)
    return _judge(race, _coming(race, history, peers), race.value, Method.GAMMA_POISSON)


def sum_outlook(race: Race, history: History, peers: int, sizes: Sizes | None) -> list[Outlook]:
    """Sums of amounts: a compound of the counts to come and of their sizes."""
    if sizes is None or not history.is_enough:
        return _untold(race, race.value)
    gamma, spread = _rates(race, history, peers)
    mean, error, one = (array[race.places] for array in (sizes.mean, sizes.error, sizes.spread))
    coming = forecast_sum(gamma, race.days_left, mean, one, size_mean_error=error, dispersion=spread)
    return _judge(race, coming, race.value, Method.COMPOUND_POISSON)


def proportion_outlook(race: Race, above: History, below: History, peers: int) -> list[Outlook]:
    """Shares of events: beta-binomial, over the number of events to come."""
    if not below.is_enough:
        return _untold(race, _share(race))
    successes, trials = above.of(peers)[0], below.of(peers)[0]
    prior = beta_binomial.fit_beta_prior(successes, trials)
    beta = beta_binomial.posterior(prior, successes[race.places], trials[race.places])
    coming = forecast_proportion(race.value, race.denominator, beta, _coming(race, below, peers))
    return _judge(race, coming, np.zeros(len(race.value)), Method.BETA_BINOMIAL)


def rate_outlook(race: Race, above: History, below: History, peers: int) -> list[Outlook]:
    """Ratios of two counts of which neither is part of the other."""
    if not below.is_enough:
        return _untold(race, _share(race))
    counts, occasions = above.of(peers)[0], below.of(peers)[0]
    prior = gamma_poisson.fit_gamma_prior(counts, occasions)
    gamma = gamma_poisson.posterior(prior, counts[race.places], occasions[race.places])
    coming = forecast_rate(race.value, race.denominator, gamma, _coming(race, below, peers))
    return _judge(race, coming, np.zeros(len(race.value)), Method.GAMMA_POISSON_RATE)


def share_outlook(reached: float, decided: float, target: float | None, polarity: Polarity) -> Outlook:
    """A share of which nothing is forecast: the chance that its rate is as good as the target (Jeffreys' prior)."""
    if decided <= 0:
        return Outlook(method=Method.BETA)
    prior = beta_binomial.BetaPrior(0.5, 0.5)
    beta = beta_binomial.posterior(prior, np.array([reached]), np.array([decided]))
    low, high = beta.interval(LEVEL)
    probability = None
    if target is not None:
        below = float(betainc(beta.alpha[0], beta.beta[0], min(max(target, 0.0), 1.0)))
        probability = 1 - below if polarity is Polarity.HIGHER else below
    return Outlook(status_of(probability), probability, float(low[0]), float(high[0]), Method.BETA)


def stay_outlook(stays: Stays, quantile: float, target: float | None, polarity: Polarity) -> Outlook:
    """A quantile of days: better or worse than the target only where its whole interval is."""
    if not any(stays.ended):
        return Outlook(method=Method.KAPLAN_MEIER)
    low, high = kaplan_meier(np.array(stays.days), np.array(stays.ended)).quantile_interval(quantile, LEVEL)
    status = Status.CANNOT_TELL
    if target is not None and (high <= target or low > target):
        is_better = high <= target if polarity is Polarity.LOWER else low > target
        status = Status.ON_TRACK if is_better else Status.BEHIND
    return Outlook(status, None, low, high, Method.KAPLAN_MEIER)


def level_outlook(value: Decimal | None, target: Decimal | None, polarity: Polarity) -> Outlook:
    """A level is what it is: there is no chance in it, and nothing to forecast."""
    if value is None or target is None:
        return Outlook(method=Method.OBSERVED)
    is_reached = value >= target if polarity is Polarity.HIGHER else value <= target
    return Outlook(Status.ON_TRACK if is_reached else Status.BEHIND, method=Method.OBSERVED)


def shrunken_sizes(counts: Floats, means: Floats, variances: Floats) -> Sizes | None:
    """Mean amounts, each drawn towards the mean of all by what it rests on; None without two amounts to compare.

    The normal-normal empirical Bayes estimate by moments (Efron & Morris 1975, JASA 70). Variances of fewer than two
    amounts are nan; the spread of one amount is taken to be the same for all.
    """
    known = counts > 0
    degrees = np.where(counts > 1, counts - 1, 0.0)
    if degrees.sum() < 1:
        return None
    within = float((degrees * np.nan_to_num(variances)).sum() / degrees.sum())
    total = counts[known].sum()
    overall = float((counts[known] * means[known]).sum() / total)
    noise = within / counts[known]
    between = max(float(np.mean((means[known] - overall) ** 2 - noise)), 0.0)
    own = within / np.maximum(counts, 1)
    weight = np.where(known, between / (between + own) if between > 0 else 0.0, 0.0)
    mean = weight * np.nan_to_num(means) + (1 - weight) * overall
    error = np.sqrt(np.where(known & (between > 0), weight * own, between + within / total))
    return Sizes(mean, np.asarray(error), np.full(len(counts), np.sqrt(within)))


def status_of(probability: float | None) -> Status:
    """What a probability of reaching the target is called."""
    if probability is None:
        return Status.CANNOT_TELL
    if probability >= AHEAD:
        return Status.AHEAD
    if probability >= ON_TRACK:
        return Status.ON_TRACK
    return Status.AT_RISK if probability >= AT_RISK else Status.BEHIND


def to_decimal(number: float | None) -> Decimal | None:
    """Six places, half to even; None for what is no finite number."""
    if number is None or not np.isfinite(number):
        return None
    return Decimal(repr(float(number))).quantize(PLACES)


def _rates(race: Race, history: History, peers: int) -> tuple[Gamma, float]:
    """The daily rates of those asked for, drawn towards their peers', and how much more than chance days vary."""
    lived = history.exposures > 0
    spread = gamma_poisson.dispersion(history.counts[lived], history.exposures[lived], history.people[lived])
    counts, exposures = history.of(peers)
    prior = gamma_poisson.fit_gamma_prior(counts, exposures, spread)
    return gamma_poisson.posterior(prior, counts[race.places], exposures[race.places], spread), spread


def _coming(race: Race, history: History, peers: int) -> CountForecast:
    gamma, spread = _rates(race, history, peers)
    return forecast_count(gamma, race.days_left, spread)


def _judge(race: Race, coming: Forecast, so_far: Floats, method: Method) -> list[Outlook]:
    """Each person's chance that what is there and what comes reach the target, and where they will end."""
    asked = np.nan_to_num(race.target) - so_far
    is_higher = race.polarity is Polarity.HIGHER
    chances = coming.probability_at_least(asked) if is_higher else coming.probability_at_most(asked)
    tail = (1 - LEVEL) / 2
    low, high = coming.quantile(tail) + so_far, coming.quantile(1 - tail) + so_far
    found = []
    for place, chance in enumerate(chances):
        probability = None if np.isnan(race.target[place]) or np.isnan(chance) else float(chance)
        found.append(Outlook(status_of(probability), probability, float(low[place]), float(high[place]), method))
    return found


def _untold(race: Race, reached: Floats) -> list[Outlook]:
    """Without a history nothing can be said of days to come; where none are left, what was reached is the end of it.

    `reached` is the value so far, nan where there is none. Of a period that is over the status then never moves with
    what becomes known of others.
    """
    met = reached >= race.target - 1e-9 if race.polarity is Polarity.HIGHER else reached <= race.target + 1e-9
    found = []
    for place, value in enumerate(reached):
        if race.days_left[place] > 0 or np.isnan(value):
            found.append(Outlook())
            continue
        probability = None if np.isnan(race.target[place]) else float(met[place])
        found.append(Outlook(status_of(probability), probability, float(value), float(value), Method.OBSERVED))
    return found


def _share(race: Race) -> Floats:
    """The ratio so far; nan where there is nothing to divide by."""
    divided: Floats = np.divide(
        race.value, race.denominator, out=np.full(len(race.value), np.nan), where=race.denominator > 0
    )
    return divided
