"""Process scores: shares, how items of one deal or KPI go together, and where nothing is known."""

import numpy as np
import pytest

from service.kpi_snapshots.quadrants.process import ProcessItems, score_processes

NONE = np.zeros(0)


def items(deals: list[tuple[int, int]], kpis: list[tuple[int, int]] | None = None) -> ProcessItems:
    met, known = np.array(deals, dtype=float).reshape(-1, 2).T
    kpi_met, kpi_known = np.array(kpis or [], dtype=float).reshape(-1, 2).T
    return ProcessItems(met, known, kpi_met, kpi_known)


def test_the_share_is_counted_over_criteria_and_kpis() -> None:
    first, second = score_processes([items([(3, 4), (1, 2), (0, 0)], [(10, 12)]), items([(4, 4)], [(6, 12)])], 0.7)
    assert (first.met, first.n, first.deals, first.kpi_periods) == (14, 18, 2, 12)
    assert first.share == pytest.approx(14 / 18)
    assert (second.met, second.n, second.deals) == (10, 16, 1)
    assert first.low is not None
    assert first.high is not None
    assert first.estimate is not None
    assert first.low < first.estimate < first.high
    assert first.good is not None
    assert second.good is not None
    assert first.good > second.good


def test_ten_ticks_of_one_deal_are_not_ten_proofs() -> None:
    generator = np.random.default_rng(1)
    together = [items([(10 * hit, 10) for hit in generator.binomial(1, 0.7, 30)]) for _ in range(12)]
    apart = [items([(hits, 10) for hits in generator.binomial(10, 0.7, 30)]) for _ in range(12)]
    assert 28 < score_processes(together, 0.7)[0].effective_n < 45
    assert score_processes(apart, 0.7)[0].effective_n > 230


def test_nor_are_the_weeks_of_one_kpi_where_people_differ_by_kpi() -> None:
    generator = np.random.default_rng(2)
    hard = np.array([0.9, 0.6, 0.3, 0.8])

    def team(concentration: float) -> list[ProcessItems]:
        chances = generator.beta(hard * concentration, (1 - hard) * concentration, (12, 4))
        return [items([], [(int(generator.binomial(12, chance)), 12) for chance in row]) for row in chances]

    # That some KPIs are harder for everybody is no sign of it.
    assert score_processes(team(1e6), 0.7)[0].effective_n > 24
    assert score_processes(team(1.0), 0.7)[0].effective_n < 14


def test_a_single_tick_is_drawn_towards_the_others() -> None:
    team = [items([(8, 10)] * 20) for _ in range(8)]
    new = score_processes([*team, items([(0, 1)])], 0.7)[-1]
    assert new.share == 0
    assert new.estimate is not None
    assert new.estimate > 0.6


@pytest.mark.filterwarnings("error")
def test_where_there_is_nearly_nothing() -> None:
    assert score_processes([], 0.7) == []
    (nothing,) = score_processes([items([])], 0.7)
    assert (nothing.n, nothing.share, nothing.estimate, nothing.good) == (0, None, None, None)
    assert (nothing.distance, nothing.spread) == (0.0, 0.0)
    (one,) = score_processes([items([(2, 2)])], 0.7)
    assert one.good is not None
    assert 0.3 < one.good < 0.9
    for met in (0, 5):
        for score in score_processes([items([(met, 5)] * 10, [(met, 5)] * 3) for _ in range(4)], 0.7):
            assert score.good == pytest.approx(met / 5, abs=0.05)
    everything, never = (score_processes([items([(3, 5)] * 10)], standard)[0].good for standard in (0.0, 1.0))
    assert (everything, never) == (1.0, 0.0)
