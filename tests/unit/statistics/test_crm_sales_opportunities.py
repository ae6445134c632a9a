"""CRM Sales Opportunities: no agent is called weak on noise, and one who is weak is found, alone."""

import csv
from pathlib import Path

import numpy as np
import pytest

from service.statistics.arrays import Bools, Floats
from service.statistics.beta_binomial import noise_share
from service.statistics.comparisons import benjamini_hochberg, compare_proportions

Closed = tuple[list[str], Floats, Floats]


@pytest.fixture(scope="module")
def closed(shared: Path) -> Closed:
    """The agents, with the deals each won and closed."""
    with (shared / "data/maven-crm-sales-opportunities/sales_pipeline.csv").open(encoding="utf-8") as file:
        rows = [(row["sales_agent"], row["deal_stage"]) for row in csv.DictReader(file)]
    agents = sorted({agent for agent, stage in rows if stage in {"Won", "Lost"}})
    won = np.array([rows.count((agent, "Won")) for agent in agents], dtype=float)
    lost = np.array([rows.count((agent, "Lost")) for agent in agents], dtype=float)
    return agents, won, won + lost


def flagged_low(won: Floats, of: Floats) -> Bools:
    return benjamini_hochberg(compare_proportions(won, of).p_low)


def test_no_agents_win_rate_is_low_beyond_chance(closed: Closed) -> None:
    agents, won, of = closed
    assert (len(agents), won.sum(), of.sum()) == (30, 4238, 6711)
    assert not flagged_low(won, of).any()
    assert noise_share(won, of) > 0.8


def test_an_agent_who_loses_half_of_the_wins_is_flagged_alone(closed: Closed) -> None:
    agents, won, of = closed
    tried = np.flatnonzero(of >= 100)
    assert tried.size >= 25
    for agent in tried:
        worse = won.copy()
        worse[agent] -= np.floor(won[agent] / 2)
        assert [agents[flag] for flag in np.flatnonzero(flagged_low(worse, of))] == [agents[agent]]
