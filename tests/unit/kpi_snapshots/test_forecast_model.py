"""Quarters said by the model, where the truth is known, and where it cannot tell."""

import numpy as np
import pytest
from numpy.random import Generator

from service.core.ids import new_id
from service.kpi_snapshots.forecasts.model import LEAST_DAYS, LEAST_WINS, Seller, forecast_wins

BLOCKS, BLOCK = 13, 28


def seller(wins: list[float], days: list[float] | None = None, so_far: int = 0, days_left: int = 60) -> Seller:
    return Seller(new_id(), np.array(wins), np.array(days or [BLOCK] * len(wins), dtype=float), so_far, days_left)


def drawn(generator: Generator, people: int) -> tuple[list[Seller], list[int]]:
    """People whose true rates differ, and how their quarters end."""
    group, came = [], []
    for rate in generator.gamma(6.0, 0.1 / 6.0, people):
        wins = generator.poisson(rate * BLOCK, BLOCKS).astype(float)
        so_far, left = int(generator.poisson(rate * 20)), 70
        group.append(seller(wins.tolist(), so_far=so_far, days_left=left))
        came.append(so_far + int(generator.poisson(rate * left)))
    return group, came


@pytest.mark.parametrize("people", [5, 12, 60])
def test_quarters_come_as_often_as_said(people: int) -> None:
    generator = np.random.default_rng(people)
    errors, held = [], []
    for _ in range(1200 // people):
        group, came = drawn(generator, people)
        for one, actual in zip(forecast_wins(group), came, strict=True):
            errors.append(one.expected - actual)
            held.append(one.low <= actual <= one.high)
    # Counts are whole, so that an interval of 90 % holds a little more.
    assert 0.88 <= np.mean(held) <= 0.95
    assert abs(np.mean(errors)) < 3 * np.std(errors) / len(errors) ** 0.5


def test_nothing_is_said_where_nothing_can_be() -> None:
    assert forecast_wins([]) == []
    assert forecast_wins([seller([0] * BLOCKS)]) == []
    assert forecast_wins([seller([LEAST_WINS - 1, *[0] * 12])]) == []
    yesterday = seller([0] * BLOCKS, [1, *[0] * 12])
    known = seller([LEAST_WINS, *[0] * 12])
    assert [one.person_id for one in forecast_wins([yesterday, known])] == [known.person_id]
    edge = seller([0] * BLOCKS, [LEAST_DAYS, *[0] * 12])
    assert len(forecast_wins([edge, known])) == 2


def test_the_end_of_a_quarter_is_what_there_is() -> None:
    (last_day,) = forecast_wins([seller([1] * BLOCKS, so_far=4, days_left=1)])
    assert 4 == last_day.low < last_day.expected <= last_day.high
    assert last_day.expected == pytest.approx(4.04, abs=0.02)
    (over,) = forecast_wins([seller([1] * BLOCKS, so_far=4, days_left=0)])
    assert (over.low, over.expected, over.high) == (4, 4, 4)
