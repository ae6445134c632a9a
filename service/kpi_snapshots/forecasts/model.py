"""What the model says of open deals and of people's quarters, and nothing where it cannot tell; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from service.statistics.arrays import Floats
from service.statistics.forecasts import forecast_count
from service.statistics.gamma_poisson import dispersion, fit_gamma_prior, posterior

LOW, HIGH = 0.05, 0.95
LEAST_WINS = 10
"""Fewer wins of a whole group in a year tell no rate."""
LEAST_DAYS = 28
"""Who has sold for less time has no quarter forecast."""
WINS_VERSION = "wins-1"


@dataclass(frozen=True, slots=True)
class DealChance:
    """The probability of an open deal being won in the end."""

    deal_id: UUID
    person_id: UUID | None
    probability: float


@dataclass(frozen=True, slots=True)
class QuarterWins:
    """The wins of a person in the quarter, those so far counted in, with the ends of an interval of 90 %."""

    person_id: UUID
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Seller:
    """Wins and days in the blocks of the last year, wins so far in the quarter, and the days left of it."""

    person_id: UUID
    wins: Floats
    days: Floats
    so_far: int
    days_left: int


@dataclass(frozen=True, slots=True)
class ModelForecasts:
    """All that the model says at an instant, with the versions of its rules."""

    deals: Sequence[DealChance]
    deals_version: str
    quarters: Sequence[QuarterWins]
    quarters_version: str


def forecast_wins(group: Sequence[Seller]) -> list[QuarterWins]:
    """The quarters of people who sell alike; of none where there are too few wins among them.

    Each one's rate per day is drawn towards the group's (gamma-Poisson empirical Bayes), with the wins of blocks more
    unlike than chance makes them counted for less; the wins to come are negative binomial.
    """
    known = [one for one in group if one.days.sum() >= LEAST_DAYS]
    if not known or sum(one.wins.sum() for one in known) < LEAST_WINS:
        return []
    wins, days = np.stack([one.wins for one in known]), np.stack([one.days for one in known])
    spread = dispersion(wins, days, np.repeat(np.arange(len(known)), wins.shape[1]))
    counts, spans = wins.sum(axis=1), days.sum(axis=1)
    rates = posterior(fit_gamma_prior(counts, spans, spread), counts, spans, spread)
    coming = forecast_count(rates, np.array([float(one.days_left) for one in known]), spread)
    columns = (coming.mean.tolist(), coming.quantile(LOW).tolist(), coming.quantile(HIGH).tolist())
    return [
        # Where hardly any win is to come, the mean lies between none and one, and so beyond the upper end.
        QuarterWins(one.person_id, one.so_far + mean, one.so_far + min(low, mean), one.so_far + max(high, mean))
        for one, mean, low, high in zip(known, *columns, strict=True)
    ]
