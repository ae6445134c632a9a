"""Rates compared: who is out of control, what is noise, real data, and sense at the edges."""

import csv
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from service.core.ids import new_id
from service.kpi_snapshots.rates.comparing import (
    CannotTell,
    Case,
    Control,
    Group,
    RateComparison,
    compare_groups,
    count_tests,
)
from service.kpi_snapshots.rates.sentences import explain_comparison, explain_rate


def group(hits: Sequence[float], n: Sequence[float], *, is_share: bool = True, withheld: bool = False) -> Group:
    cases = [Case(new_id(), above, below) for above, below in zip(hits, n, strict=True)]
    return Group(cases, is_share, withheld)


def compare(hits: Sequence[float], n: Sequence[float], *, is_share: bool = True) -> RateComparison:
    """With numpy's warnings as errors, as everywhere in these tests, and in time."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        started = time.process_time()
        (found,) = compare_groups([group(hits, n, is_share=is_share)])
        assert time.process_time() - started < 2
    return found


def test_one_of_twelve_at_half_the_rate_is_out_of_control() -> None:
    found = compare([18, *[36] * 11], [60] * 12)
    first, *others = found.rates
    assert first.control is Control.BELOW
    assert {rate.control for rate in others} == {Control.IN_CONTROL}
    assert first.limits is not None
    assert first.limits.control_low > 0.3 < first.limits.warning_low
    assert first.estimate is not None
    assert first.low is not None
    assert first.high is not None
    assert 0.3 < first.low < first.estimate < first.high < 0.6
    assert explain_rate(first, is_share=True) == (
        "18 of 60 (30.0 %); with chance taken out about 44.0 % (33.0 % to 55.3 %). Lower than chance makes it, with "
        "all comparisons counted (p < 0.001)."
    )
    assert "One person is out of control" in explain_comparison(found, 12)


def test_more_is_more_also_of_events_per_occasion() -> None:
    found = compare([400, *[200] * 8], [100] * 9, is_share=False)
    assert found.rates[0].control is Control.ABOVE
    assert found.rate == pytest.approx(2000 / 900)
    assert [limits.n for limits in found.curve] == sorted({limits.n for limits in found.curve})


def test_everybodys_comparisons_count_over_every_kpi() -> None:
    alone = [group([9, *[20] * 7], [40] * 8)]
    quiet = [group([20] * 60, [40] * 60) for _ in range(9)]
    (before,), (after, *_) = compare_groups(alone), compare_groups(alone + quiet)
    assert count_tests(compare_groups(alone + quiet)) == 548
    assert before.rates[0].p is not None
    assert after.rates[0].p is not None
    assert before.rates[0].p < 0.05 < after.rates[0].p
    assert (before.rates[0].control, after.rates[0].control) == (Control.BELOW, Control.IN_CONTROL)


def test_crm_sales_opportunities_are_noise(shared: Path) -> None:
    with (shared / "data/maven-crm-sales-opportunities/sales_pipeline.csv").open(encoding="utf-8") as file:
        rows = [(row["sales_agent"], row["deal_stage"]) for row in csv.DictReader(file)]
    agents = sorted({agent for agent, _ in rows})
    won = [float(rows.count((agent, "Won"))) for agent in agents]
    found = compare(won, [own + rows.count((agent, "Lost")) for agent, own in zip(agents, won, strict=True)])
    assert (found.people, found.hits, found.n) == (30, 4238, 6711)
    assert found.homogeneity_p == pytest.approx(0.26, abs=0.005)
    assert found.noise_share == pytest.approx(0.87, abs=0.005)
    assert found.overdispersion == 1
    assert {rate.control for rate in found.rates} == {Control.IN_CONTROL}
    assert explain_comparison(found, 30) == (
        "4,238 of 6,711 (63.2 %) of 30 people together. 87 % of the spread between them is noise: it is what chance "
        "alone makes (p = 0.26), and nobody is out of control. It takes about 996 cases per person (332 to 2,993) "
        "before half of a difference that is seen is real."
    )


@pytest.mark.parametrize(
    ("hits", "n", "reason"),
    [
        ([], [], CannotTell.NO_CASES),
        ([0, 0, 0], [0, 0, 0], CannotTell.NO_CASES),
        ([3, 0], [5, 0], CannotTell.ONE_PERSON),
        ([60_000], [100_000], CannotTell.ONE_PERSON),
        ([5, 7], [5, 7], CannotTell.ALL_THE_SAME),
        ([0, 0], [5, 7], CannotTell.ALL_THE_SAME),
        ([1, 0, 3], [2, 1, 4], CannotTell.TOO_FEW_CASES),
        ([40_000, 30, 0], [100_000, 50, 0], None),
    ],
)
def test_edges(hits: list[float], n: list[float], reason: CannotTell | None) -> None:
    for is_share in (True, False):
        found = compare(hits, n, is_share=is_share)
        if is_share:
            assert found.cannot_tell is reason
        assert explain_comparison(found, 0)
        for rate, cases in zip(found.rates, n, strict=True):
            assert (rate.rate is None) == (cases == 0)
            assert (rate.control is None) == (rate.cannot_tell is not None)
            ends = [end for end in (rate.estimate, rate.low, rate.high) if end is not None]
            assert len(ends) in {0, 3}
            assert np.isfinite(ends).all()
            assert explain_rate(rate, is_share=is_share)


def test_who_has_no_case_yet_is_no_failure() -> None:
    found = compare([20, 22, 21, 0], [40, 40, 40, 0])
    newcomer = found.rates[-1]
    assert (newcomer.control, newcomer.cannot_tell, newcomer.p) == (None, CannotTell.NO_CASES, None)
    assert newcomer.estimate == pytest.approx(0.525, abs=0.01)


def test_what_is_withheld_tells_nothing_of_others() -> None:
    hits, n = [3, 30, 5, 8], [20, 40, 25, 30]
    (found, other) = compare_groups([group(hits, n, withheld=True), group(hits, n)])
    assert found.cannot_tell is CannotTell.TOO_FEW_PEERS
    assert (found.rate, found.people, found.noise_share, list(found.curve)) == (None, 0, None, [])
    assert [(rate.rate, rate.estimate, rate.limits, rate.p) for rate in found.rates] == [
        (above / below, None, None, None) for above, below in zip(hits, n, strict=True)
    ]
    assert count_tests([found, other]) == 4
