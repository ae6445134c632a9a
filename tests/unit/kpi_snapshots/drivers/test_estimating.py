"""Drivers at the edges: what cannot be told is named, and nothing is infinite."""

import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import ArrayLike

from service.kpi_snapshots.drivers.estimating import Driver, DriversWhyNot, DriverVerdict, find_drivers
from service.kpi_snapshots.drivers.screening import DriverNotTold, LeftOut
from service.kpi_snapshots.drivers.table import Candidate, DealTable, DriverKind
from service.statistics.arrays import Floats, as_floats
from tests.unit.kpi_snapshots.drivers.simulation import CANDIDATES, World, simulate


def deals(seed: int = 1, world: World | None = None) -> DealTable:
    return simulate(world or World(), np.random.default_rng(seed))


def with_column(table: DealTable, values: ArrayLike, key: str = "more") -> DealTable:
    candidates = (*table.candidates, Candidate(DriverKind.CRITERION, key))
    return replace(table, candidates=candidates, values=as_floats(np.column_stack([table.values, values])))


def last(table: DealTable) -> Driver:
    found = find_drivers(table, 1).drivers[-1]
    assert found.candidate == table.candidates[-1]
    return found


def first(table: DealTable, n: int) -> DealTable:
    mix = {name: labels[:n] for name, labels in table.mix.items()}
    amounts = None if table.amounts is None else table.amounts[:n]
    return DealTable(table.won[:n], table.people[:n], table.days[:n], table.candidates, table.values[:n], amounts, mix)


def test_a_driver_has_its_counts_and_its_odds_ratio() -> None:
    table = deals()
    found = find_drivers(table, 1)
    assert (found.n, found.won, found.people, found.why_not) == (600, int(table.won.sum()), 12, None)
    helps = found.drivers[0]
    known, met = np.isfinite(table.values[:, 0]), table.values[:, 0] == 1
    assert (helps.n, helps.with_it) == (int(known.sum()), int(met.sum()))
    assert helps.won_with == pytest.approx(table.won[met].mean())
    assert helps.won_without == pytest.approx(table.won[known & ~met].mean())
    assert helps.effect is not None
    assert helps.effect.low < helps.effect.ratio < helps.effect.high
    assert helps.effect.needed < 600
    assert helps.effect.stability == 1
    noise = found.drivers[2]
    assert noise.verdict is DriverVerdict.NOT_BEYOND_CHANCE
    assert noise.effect is not None
    assert noise.effect.needed > 600


def test_the_same_question_has_the_same_answer() -> None:
    assert find_drivers(deals(2), 5) == find_drivers(deals(2), 5)


@pytest.mark.parametrize(
    ("table", "why_not"),
    [
        (first(deals(), 0), DriversWhyNot.NO_DEALS),
        (replace(deals(), won=np.ones(600, dtype=np.bool_)), DriversWhyNot.ALL_WON),
        (replace(deals(), won=np.zeros(600, dtype=np.bool_)), DriversWhyNot.ALL_LOST),
        (replace(deals(), people=np.zeros(600, dtype=np.intp)), DriversWhyNot.TOO_FEW_PEOPLE),
        (first(deals(), 1), DriversWhyNot.TOO_FEW_PEOPLE),
        (first(deals(), 50), DriversWhyNot.TOO_FEW_DEALS),
        (replace(deals(), candidates=(), values=np.empty((600, 0))), DriversWhyNot.NO_CANDIDATES),
    ],
)
def test_what_nothing_can_be_told_of(table: DealTable, why_not: DriversWhyNot) -> None:
    found = find_drivers(table, 1)
    assert found.why_not is why_not
    assert {one.verdict for one in found.drivers} <= {DriverVerdict.CANNOT_TELL}
    assert all(one.effect is None for one in found.drivers)
    assert (found.needed is not None) is (why_not is DriversWhyNot.TOO_FEW_DEALS)


def test_how_many_deals_are_missing() -> None:
    table = first(deals(), 50)
    found = find_drivers(table, 1)
    assert found.needed is not None
    assert table.fewer * (50 + found.needed) / 50 >= 30


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.full(600, np.nan), DriverNotTold.NOTHING_KNOWN),
        (np.ones(600), DriverNotTold.CONSTANT),
        (np.where(np.arange(600) < 300, np.nan, 0.0), DriverNotTold.CONSTANT),
        ((np.arange(600) % 50 == 0) * 1.0, DriverNotTold.TOO_RARE),
        (deals().won * 1.0, DriverNotTold.DECIDES_ALONE),
        (np.where(deals().won, np.arange(600) % 2, np.nan), DriverNotTold.ONE_OUTCOME),
        ((deals().people < 6) * 1.0, DriverNotTold.ONLY_BETWEEN_PEOPLE),
    ],
)
def test_a_candidate_that_cannot_be_told_is_named(values: Floats, reason: DriverNotTold) -> None:
    found = last(with_column(deals(), values))
    assert found.verdict is DriverVerdict.CANNOT_TELL
    assert found.left_out == LeftOut(reason)
    assert found.effect is None


def test_two_that_go_together_are_not_told_apart() -> None:
    table = deals()
    copied = np.where(np.arange(600) % 100 == 0, 1 - table.values[:, 0], table.values[:, 0])
    found = last(with_column(table, copied))
    assert found.left_out == LeftOut(DriverNotTold.GOES_WITH_ANOTHER, CANDIDATES[0])
    opposite = last(with_column(table, 1 - table.values[:, 1]))
    assert opposite.left_out == LeftOut(DriverNotTold.GOES_WITH_ANOTHER, CANDIDATES[1])
    pipeline = last(with_column(table, (table.mix["pipeline"] == "small") * 1.0))
    assert pipeline.left_out is not None
    assert pipeline.left_out.reason is DriverNotTold.GOES_WITH_ANOTHER


def test_more_candidates_than_the_deals_can_carry() -> None:
    table = deals(3, World(deals=150))
    many = np.random.default_rng(3).random((150, 20)) < np.linspace(0.2, 0.5, 20)
    for place in range(20):
        table = with_column(table, many[:, place] * 1.0, f"more_{place}")
    found = find_drivers(table, 1).drivers
    left = [one.candidate.key for one in found if one.left_out == LeftOut(DriverNotTold.TOO_MANY_COLUMNS)]
    fitted = [one.candidate.key for one in found if one.effect is not None]
    # Three columns adjust for the case mix: there is room for three criteria, and for the activity in its own round.
    assert len(fitted) == max(table.fewer // 10 - 3, 3) + 1
    assert "more_0" in left
    assert "more_19" in fitted


def test_what_decides_together_is_finite() -> None:
    """Perfect separation by two columns, neither of which decides alone."""
    table = deals(4)
    one, two = (np.random.default_rng(seed).random(600) < 0.5 for seed in (5, 6))
    table = replace(table, won=(one.astype(int) + two >= 2) | ((one.astype(int) + two == 1) & (np.arange(600) % 2 > 0)))
    table = with_column(with_column(table, one * 1.0, "one"), two * 1.0, "two")
    odd = with_column(table, (np.arange(600) % 2) * 1.0, "odd")
    for found in find_drivers(odd, 1).drivers:
        assert (
            found.effect is None
            or np.isfinite([found.effect.ratio, found.effect.low, found.effect.high, found.effect.needed]).all()
        )
    assert find_drivers(odd, 1).drivers[-1].verdict is DriverVerdict.GOES_WITH_WINS


def test_no_amounts_no_mix_and_no_time_between() -> None:
    table = deals(7)
    bare = replace(table, amounts=None, mix={}, days=np.zeros(600))
    assert find_drivers(bare, 1).drivers[0].verdict is DriverVerdict.GOES_WITH_WINS
    nothing_known = replace(table, amounts=np.full(600, np.nan), mix={"pipeline": np.full(600, "")})
    assert find_drivers(nothing_known, 1).drivers[0].verdict is DriverVerdict.GOES_WITH_WINS


@pytest.mark.parametrize(("n", "people"), [(100_000, 1), (25_000, 12), (10_000, 1_000)])
def test_many_deals_take_less_than_two_seconds(n: int, people: int) -> None:
    table = deals(8, World(deals=n, people=people))
    begun = time.thread_time()
    found = find_drivers(table, 1)
    assert time.thread_time() - begun < 2
    assert found.why_not is (DriversWhyNot.TOO_FEW_PEOPLE if people == 1 else None)


def test_a_later_step_does_not_explain_an_earlier_one_away() -> None:
    """Who has a champion reaches the proposal, and who reaches it wins: that stage must not take the credit."""
    generator = np.random.default_rng(9)
    people, champion = generator.integers(0, 12, 1200), generator.random(1200) < 0.5
    reached = generator.random(1200) < np.where(champion, 0.8, 0.4)
    won = reached & (generator.random(1200) < 0.6)
    later = np.where(reached, generator.random(1200) < 0.5, np.nan)
    candidates = [Candidate(DriverKind.CRITERION, "champion", 1), Candidate(DriverKind.CRITERION, "proposal", 3)]
    values = as_floats(np.column_stack([champion, later]))
    table = DealTable(won, people, generator.gamma(2, 30, 1200), candidates, values)
    first_step, later_step = find_drivers(table, 1).drivers
    assert first_step.verdict is DriverVerdict.GOES_WITH_WINS
    assert first_step.effect is not None
    assert first_step.effect.low < (0.48 / 0.52) / (0.24 / 0.76) < first_step.effect.high
    assert later_step.effect is not None
    assert later_step.effect.low < first_step.effect.low
    assert later_step.n == reached.sum()


def test_a_field_that_is_filled_because_of_the_outcome_is_not_held_equal() -> None:
    table = deals(10)
    reasons = np.where(table.won, "", np.where(np.arange(600) % 3 == 0, "price", ""))
    known_late = np.where(table.won, 1000.0, np.nan)
    found = find_drivers(replace(table, amounts=known_late, mix={**table.mix, "reason": reasons}), 1)
    assert found.too_telling == ["reason", "amount"]
    bare = find_drivers(replace(table, amounts=None), 1)
    assert found.drivers == bare.drivers
    at_zero = find_drivers(replace(table, amounts=np.where(table.won, 500.0 + np.arange(600), 0.0)), 1)
    assert at_zero.too_telling == ["amount"]
    assert find_drivers(table, 1).too_telling == []
