"""What a plan promises comes true as often: its activity, fed through a simulated funnel, reaches the quota."""

import numpy as np
import pytest

from service.kpi_snapshots.planning.calculation import Evidence, make_plan
from service.kpi_snapshots.planning.funnel import DealSize, Funnel, OpenDeal
from service.kpi_snapshots.planning.requirements import activity_needed, opportunities_needed
from service.statistics.beta_binomial import Beta
from service.statistics.gamma_poisson import Gamma
from tests.unit.kpi_snapshots.planning.simulation import World, reached, reached_by_activity

DRAWS = 30_000
POINTS = 0.03

CASES = {
    "much is known": ([(300, 300), (200, 300), (150, 250)], (1000, 10, 500), (900, 9000), [], 60_000),
    "little is known": ([(6, 9), (4, 5)], (1000, 200, 800), (12, 90), [], 30_000),
    "one step, small deals": ([(20, 60)], (150, 5, 90), (50, 700), [], 9_000),
    "a full pipeline": ([(30, 40), (25, 25)], (2000, 100, 900), (60, 500), [(0, 1500.0), (1, 4000.0)] * 12, 70_000),
    "large deals, few wins": ([(40, 60), (20, 40)], (20_000, 2000, 15_000), (30, 900), [(1, 30_000.0)], 160_000),
    "five steps": ([(50, 50), (40, 30), (40, 25), (30, 20), (60, 30)], (5000, 300, 2500), (80, 800), [], 120_000),
}


def funnel_of(name: str) -> Funnel:
    steps, size, yields, pipeline, missing = CASES[name]
    alpha, beta = np.array(steps, dtype=np.float64).T
    shape, rate = (np.array([float(part)]) for part in yields)
    deals = [OpenDeal(behind, amount) for behind, amount in pipeline]
    return Funnel(Beta(alpha, beta), DealSize(*map(float, size)), Gamma(shape, rate), deals, float(missing))


def world_of(name: str, rng: np.random.Generator) -> World:
    """The rates drawn from what is known of them."""
    steps, (mean, error, spread), (shape, rate), _, _ = CASES[name]
    certainty = (mean / error) ** 2
    return World(
        steps=np.stack([rng.beta(hits, misses, DRAWS) for hits, misses in steps], axis=1),
        size=rng.gamma(certainty, mean / certainty, DRAWS),
        per_activity=rng.gamma(shape, 1 / rate, DRAWS),
        spread=spread,
        typical=mean,
    )


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("name", CASES)
def test_the_required_activity_reaches_the_quota_as_often_as_is_said(name: str, confidence: float) -> None:
    rng = np.random.default_rng(11)
    needed = activity_needed(funnel_of(name), 0, confidence).needed
    assert needed is not None
    _, _, _, pipeline, missing = CASES[name]
    found = reached_by_activity(world_of(name, rng), pipeline, missing, needed, rng).mean()
    assert abs(found - confidence) <= POINTS


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("name", CASES)
def test_so_do_the_required_opportunities(name: str, confidence: float) -> None:
    rng = np.random.default_rng(12)
    funnel = funnel_of(name)
    needed = opportunities_needed(funnel, confidence).needed
    assert needed is not None
    _, _, _, pipeline, missing = CASES[name]
    found = reached(world_of(name, rng), pipeline, missing, np.full(DRAWS, needed), rng).mean()
    assert abs(found - funnel.chance_of_opportunities(needed)) <= 0.015
    assert funnel.chance_of_opportunities(needed - 1) < confidence <= funnel.chance_of_opportunities(needed)


def test_a_tenth_less_activity_would_not_be_enough() -> None:
    rng = np.random.default_rng(13)
    needed = activity_needed(funnel_of("much is known"), 0, 0.8).needed
    assert needed is not None
    world = world_of("much is known", rng)
    assert reached_by_activity(world, [], 60_000, int(needed * 0.9), rng).mean() < 0.8 - POINTS


def test_organizations_whose_true_rates_nobody_knows() -> None:
    """Of each only a year's facts are known; the plan is made from these, and the truth decides."""
    rng = np.random.default_rng(14)
    found = []
    for _ in range(100):
        truth = World(
            steps=np.column_stack([rng.beta(30, 30, 12), rng.beta(20, 30, 12)]),
            size=rng.gamma(100, 10, 12),
            per_activity=rng.gamma(40, 1 / 400, 12),
            spread=600.0,
            typical=1000.0,
        )
        plan = make_plan(year_of(truth, rng), [], 12_000.0, 0.8)
        needed = plan.activities[0]
        assert needed is not None
        assert needed.needed is not None
        steps, size, per_activity = (
            np.repeat(part[:1], 200, axis=0) for part in (truth.steps, truth.size, truth.per_activity)
        )
        mine = World(steps, size, per_activity, truth.spread, truth.typical)
        found.append(reached_by_activity(mine, [], 12_000.0, needed.needed, rng).mean())
    assert abs(np.mean(found) - 0.8) <= POINTS


def year_of(truth: World, rng: np.random.Generator) -> Evidence:
    """What twelve people did in a year; the first is the one who plans."""
    activity = rng.integers(200, 600, 12)
    opened = rng.poisson(activity * truth.per_activity)
    first = rng.binomial(opened, truth.steps[:, 0])
    won = rng.binomial(first, truth.steps[:, 1])
    shape = (truth.typical / truth.spread) ** 2
    amounts = [rng.gamma(shape, mean / shape, count) for mean, count in zip(truth.size, won, strict=True)]
    return Evidence(
        place=0,
        reached=np.column_stack([first, won]).astype(np.float64),
        decided=np.column_stack([opened, first]).astype(np.float64),
        size_n=won.astype(np.float64),
        size_mean=np.array([one.mean() if len(one) else 0.0 for one in amounts]),
        size_variance=np.array([one.var(ddof=1) if len(one) > 1 else np.nan for one in amounts]),
        opened=opened.astype(np.float64),
        activity=activity[:, None].astype(np.float64),
    )
