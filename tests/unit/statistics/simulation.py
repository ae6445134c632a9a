"""Organizations with known rates: how often what the estimators call probable comes true, and intervals hold the truth.

Each team has a history and a period of which a part has gone by. Its prior is fitted from the team's own history, as in
production, and so is what else must be known (the dispersion, the pace of trials, the sizes); the targets are drawn
apart from what happens. Every seed gives the same cases.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Self, TypeVar

import numpy as np

from service.statistics import beta_binomial, gamma_poisson
from service.statistics.arrays import Bools, Floats
from service.statistics.forecasts import forecast_count, forecast_proportion, forecast_sum
from service.statistics.gamma_poisson import Gamma

TEAMS = {5: 1200, 12: 500, 60: 100}
"""How many teams of each size."""
GONE = (0.2, 0.5, 0.8)
"""Parts of the period that have gone by."""
LEVEL = 0.9
"""Of the intervals."""
DAYS = 20.0
"""Working days of a period, four weeks."""


@dataclass(frozen=True)
class Habit:
    """What reps do: events per working day, how much reps differ (standard deviation over mean), periods of history."""

    rate: float
    spread: float
    periods: int
    dispersion: float = 1.0
    """Variance over mean of a rep's own counts."""


@dataclass(frozen=True)
class Conversion:
    """What becomes of trials: their rate per day, the mean chance, the concentration of reps' chances, the history."""

    rate: float
    chance: float
    concentration: float
    periods: int


CALLS, MEETINGS, WINS, DEMOS = Habit(8.0, 0.3, 3, 2.0), Habit(1.0, 0.5, 3), Habit(0.15, 0.4, 6), Habit(0.6, 0.15, 6)
HABITS = (CALLS, MEETINGS, WINS, DEMOS)
"""In demos reps hardly differ; calls come in bursts."""
CONVERSIONS = (
    Conversion(0.5, 0.45, 30, 6),
    Conversion(1.5, 0.2, 12, 2),
    Conversion(0.4, 0.6, 25, 3),
    Conversion(0.8, 0.3, 100, 6),
)
"""Of deals won, calls connected, meetings held, and one in which reps hardly differ."""
Kind = TypeVar("Kind", Habit, Conversion)
MEAN_SIZE, SIZE_SPREAD = 9_000.0, 0.8
"""Won amounts are lognormal: their mean, and standard deviation over mean."""


@dataclass(frozen=True)
class Cases:
    """Forecasts and what came of them; arrays with one entry per rep."""

    team: Floats
    """Its size."""
    probability: Floats
    """Of reaching the target."""
    reached: Bools
    covered: Bools
    """Whether the interval holds the true rate."""

    @classmethod
    def of(cls, parts: Sequence[Self]) -> Self:
        """All of them together."""
        return cls(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(cls)))


@dataclass(frozen=True)
class Pace:
    """What is known of a team's counts in the middle of a period, and what will come."""

    rates: Floats
    """The truth."""
    posterior: Gamma
    dispersion: float
    before: Floats
    """Counts of the history, of the period so far, and to come after the days left."""
    so_far: Floats
    left: Floats
    coming: Floats

    @property
    def covered(self) -> Bools:
        """Whether each interval holds the true rate."""
        low, high = self.posterior.interval(LEVEL)
        return (low <= self.rates) & (self.rates <= high)


def simulate_counts(seed: int) -> Cases:
    """Whether reps reach a target of events."""
    generator = np.random.default_rng(seed)

    def team(size: int, habit: Habit) -> Cases:
        pace = _pace(generator, size, habit)
        target = np.round(habit.rate * DAYS * generator.uniform(0.4, 1.6, size))
        forecast = forecast_count(pace.posterior, pace.left, pace.dispersion)
        probability = forecast.probability_at_least(target - pace.so_far)
        return Cases(np.full(size, size), probability, pace.so_far + pace.coming >= target, pace.covered)

    return Cases.of([team(size, habit) for size, habit in _teams(HABITS)])


def simulate_sums(seed: int) -> Cases:
    """Whether reps reach a quota of won amounts; mean and spread of the sizes are the team's own past deals'."""
    generator = np.random.default_rng(seed)
    log_variance = np.log1p(SIZE_SPREAD**2)

    def sizes(counts: Floats) -> list[Floats]:
        law = np.log(MEAN_SIZE) - log_variance / 2, np.sqrt(log_variance)
        return [generator.lognormal(*law, int(count)) for count in counts]

    def team(size: int, habit: Habit) -> Cases | None:
        pace = _pace(generator, size, habit)
        known, coming = sizes(pace.before + pace.so_far), sizes(pace.coming)
        past = np.concatenate(known)
        if past.size < 2:
            return None
        won = np.array([own[: int(count)].sum() for own, count in zip(known, pace.so_far, strict=True)])
        quota = habit.rate * DAYS * MEAN_SIZE * generator.uniform(0.2, 1.8, size)
        mean, sd = float(past.mean()), float(past.std(ddof=1))
        error = sd / np.sqrt(past.size)
        forecast = forecast_sum(pace.posterior, pace.left, mean, sd, size_mean_error=error, dispersion=pace.dispersion)
        final = won + np.array([amounts.sum() for amounts in coming])
        return Cases(np.full(size, size), forecast.probability_at_least(quota - won), final >= quota, pace.covered)

    return Cases.of([cases for size, habit in _teams((WINS, DEMOS)) if (cases := team(size, habit))])


def simulate_proportions(seed: int) -> Cases:
    """Whether reps' final proportions reach a target, the number of trials to come being unknown too."""
    generator = np.random.default_rng(seed)
    return Cases.of([_proportion_team(generator, size, conversion) for size, conversion in _teams(CONVERSIONS)])


def _teams(kinds: Sequence[Kind]) -> Iterator[tuple[int, Kind]]:
    return ((size, kinds[number % len(kinds)]) for size, teams in TEAMS.items() for number in range(teams))


def _pace(generator: np.random.Generator, size: int, habit: Habit) -> Pace:
    shape = 1 / habit.spread**2
    rates = generator.gamma(shape, habit.rate / shape, size)

    def happen(days: Floats) -> Floats:
        mean = rates.reshape(-1, *[1] * (days.ndim - 1)) * days
        extra = habit.dispersion - 1
        means = generator.gamma(mean / extra) * extra if extra else mean
        return generator.poisson(means).astype(np.float64)

    # Some reps joined later: their history is shorter.
    weeks = generator.integers(1, 4 * habit.periods, size, endpoint=True)
    days = np.where(np.arange(4 * habit.periods) < weeks[:, None], DAYS / 4, 0.0)
    gone = generator.choice(GONE, size) * DAYS
    history, so_far = happen(days), happen(gone)
    reps = np.broadcast_to(np.arange(size)[:, None], days.shape)
    dispersion = gamma_poisson.dispersion(history, days, reps)
    counts, exposures = history.sum(axis=1) + so_far, days.sum(axis=1) + gone
    prior = gamma_poisson.fit_gamma_prior(counts, exposures, dispersion)
    posterior = gamma_poisson.posterior(prior, counts, exposures, dispersion)
    return Pace(rates, posterior, dispersion, history.sum(axis=1), so_far, DAYS - gone, happen(DAYS - gone))


def _proportion_team(generator: np.random.Generator, size: int, conversion: Conversion) -> Cases:
    pace = _pace(generator, size, Habit(conversion.rate, 0.5, conversion.periods))
    mean, concentration = conversion.chance, conversion.concentration
    chances = generator.beta(mean * concentration, (1 - mean) * concentration, size)
    before, now, left = (
        generator.binomial(trials.astype(np.intp), chances).astype(np.float64)
        for trials in (pace.before, pace.so_far, pace.coming)
    )
    hits, trials = before + now, pace.before + pace.so_far
    posterior = beta_binomial.posterior(beta_binomial.fit_beta_prior(hits, trials), hits, trials)
    coming = forecast_count(pace.posterior, pace.left, pace.dispersion)
    target = mean + generator.uniform(-0.25, 0.25, size) * np.sqrt(mean)
    forecast = forecast_proportion(now, pace.so_far, posterior, coming)
    low, high = posterior.interval(LEVEL)
    final = pace.so_far + pace.coming
    some = final > 0
    reached = (now + left) / np.maximum(final, 1) >= target
    covered = (low <= chances) & (chances <= high)
    return Cases(np.full(some.sum(), size), forecast.probability_at_least(target)[some], reached[some], covered[some])
