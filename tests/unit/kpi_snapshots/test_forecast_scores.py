"""Scores of forecasters: who is judged, with how many others, of what; quarters against direct calculation."""

import re
from dataclasses import replace
from pathlib import Path
from time import process_time
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from service.kpi_snapshots.forecasts.accuracy_presenting import Forecaster, present_deal_score, present_quarter_score
from service.kpi_snapshots.forecasts.kinds import (
    BiasVerdict,
    ForecastCannotTell,
    ForecasterKind,
    ForecastMeasure,
    Sureness,
)
from service.kpi_snapshots.forecasts.quarters import QuarterForecasts, quarters_together, score_quarters
from service.kpi_snapshots.forecasts.scoring import LEAST_SCORED, DealForecasts, score_deals, together
from service.statistics.intervals import mean_of_clusters
from tests.unit.kpi_snapshots.reliability import scores

PICTURE = Path(__file__).parents[3] / "docs/plots/reliability.svg"
SVG = "{http://www.w3.org/2000/svg}"


def deals(generator: np.random.Generator, n: int, shift: float = 0.0) -> DealForecasts:
    said = generator.beta(2, 2, n)
    return DealForecasts(said, (generator.random(n) < np.clip(said + shift, 0, 1)).astype(float), np.zeros(0), 1, 2)


def quarters(errors: list[float], names: list[int], actual: float = 10.0, half: float = 2.0) -> QuarterForecasts:
    came = np.full(len(errors), actual)
    said = came + np.array(errors, dtype=float)
    return QuarterForecasts(said, said - half, said + half, came, np.array(names, dtype=np.intp), 1, 2, 0)


def test_the_more_are_judged_the_more_evidence_it_takes() -> None:
    generator = np.random.default_rng(1)
    runs = [score_deals([deals(generator, 60) for _ in range(20)]) for _ in range(100)]
    biased = [any(score.verdict is not BiasVerdict.NONE_SEEN for score in found) for found in runs]
    unsure = [any(score.sureness is not Sureness.AS_SURE_AS_RIGHT for score in found) for found in runs]
    assert max(np.mean(biased), np.mean(unsure)) <= 0.05
    alone = [score_deals([deals(generator, 200, -0.15)])[0].verdict for _ in range(50)]
    assert alone.count(BiasVerdict.TOO_HIGH) >= 45
    assert score_deals([deals(generator, 500, 0.2)])[0].verdict is BiasVerdict.TOO_LOW


def test_too_few_are_not_judged_but_counted() -> None:
    generator = np.random.default_rng(2)
    few, enough = score_deals([deals(generator, LEAST_SCORED - 1), deals(generator, LEAST_SCORED)])
    assert (few.cannot_tell, few.bias, few.adjusted_p, few.undecided, few.too_late) == (
        ForecastCannotTell.TOO_FEW_SCORED, None, None, 1, 2,
    )  # fmt: skip
    assert enough.cannot_tell is None
    line = present_deal_score(Forecaster(ForecasterKind.MODEL), few)
    assert (line.deals_needed, line.brier, line.bins) == (1, None, [])
    assert line.explanation == (
        "Cannot tell yet: 29 deals are decided and forecast early enough, and it takes 1 more; 1 deal is still open."
    )
    assert (score_deals([]), score_quarters([])) == ([], [])
    nothing = present_deal_score(Forecaster(ForecasterKind.REP), score_deals([together([])])[0])
    assert (nothing.n, nothing.deals_needed, nothing.mean_forecast) == (0, LEAST_SCORED, None)


def test_days_are_told_of_ten_deals_or_more() -> None:
    generator = np.random.default_rng(5)
    base = deals(generator, 40)
    late = [3, -1, 8, 2, 0, 5, 4, 9, -2, 2]
    few, enough = score_deals([replace(base, late=np.array(late[:9])), replace(base, late=np.array(late))])
    assert (few.dated, few.days_late, few.days_off) == (9, None, None)
    ends = ttest_1samp(late, 0).confidence_interval(0.9)
    assert enough.days_late is not None
    assert (enough.days_late.value, enough.days_late.low, enough.days_late.high) == pytest.approx(
        (3, ends.low, ends.high)
    )
    line = present_deal_score(Forecaster(ForecasterKind.MODEL), enough)
    assert (line.dated, str(line.days_late), str(line.days_off)) == (10, "3.00", "3.60")
    assert "The 10 deals of which a day was said were decided 3 days later on average" in line.explanation


def test_everybody_together_is_the_sum() -> None:
    generator = np.random.default_rng(3)
    parts = [deals(generator, 40), deals(generator, 50)]
    whole = together(parts)
    assert (whole.said.size, whole.undecided, whole.too_late) == (90, 2, 4)
    both = quarters_together([quarters([1], [1]), quarters([2, 3], [1, 2])])
    assert (both.expected.tolist(), both.undecided, both.too_late) == ([11, 12, 13], 2, 4)


def test_quarters_of_one_person_are_as_by_a_t_test() -> None:
    errors = [1.0, 3.0, 2.0, 0.5, 2.5, 4.0, 1.5, 2.0]
    (score,) = score_quarters([quarters(errors, list(range(8)))])
    test = ttest_1samp(errors, 0)
    assert score.error is not None
    ends = test.confidence_interval(0.9)
    assert (score.error.value, score.error.low, score.error.high) == pytest.approx(
        (np.mean(errors), ends.low, ends.high)
    )
    assert score.error.p_value == score.adjusted_p == pytest.approx(test.pvalue)
    assert (score.verdict, score.absolute) == (BiasVerdict.TOO_HIGH, float(np.mean(errors)))
    assert score.coverage is not None
    assert score.coverage[0] == 5 / 8
    line = present_quarter_score(Forecaster(ForecasterKind.MODEL), ForecastMeasure.WINS, score)
    assert "+2.1 wins per quarter against what came" in line.explanation
    assert "too hopeful, beyond chance" in line.explanation


def test_people_of_the_same_quarter_are_one_cluster() -> None:
    generator = np.random.default_rng(4)
    called, naive = 0, 0.0
    for _ in range(400):
        market = np.repeat(generator.normal(0, 2, 8), 12)
        errors = market + generator.normal(0, 1, 96)
        (score,) = score_quarters([quarters(errors.tolist(), np.repeat(np.arange(8), 12).tolist())])
        called += score.verdict is not BiasVerdict.NONE_SEEN
        naive += float(ttest_1samp(errors, 0).pvalue < 0.05)
    assert called <= 0.07 * 400
    assert naive > 0.3 * 400
    with pytest.raises(ValueError, match="two clusters"):
        mean_of_clusters([1, 2], [1, 1])


@pytest.mark.parametrize(("n", "calendar", "needed"), [(0, 1, 8), (7, 7, 1), (40, 1, 3), (40, 4, 0), (8, 8, 0)])
def test_it_takes_eight_quarters_in_four_calendar_quarters(n: int, calendar: int, needed: int) -> None:
    (score,) = score_quarters([quarters([0.5] * n, [number % calendar for number in range(n)])])
    assert (score.needed, score.error is None) == (needed, needed > 0)
    assert (score.cannot_tell is None) == (needed == 0)
    present_quarter_score(Forecaster(ForecasterKind.REP), ForecastMeasure.AMOUNT, score)


def test_always_right_is_never_biased() -> None:
    (score,) = score_quarters([quarters([0.0] * 8, list(range(8)))])
    assert (score.verdict, score.adjusted_p) == (BiasVerdict.NONE_SEEN, 1)
    (wrong,) = score_quarters([quarters([-1.0] * 8, list(range(8)))])
    assert (wrong.verdict, wrong.adjusted_p) == (BiasVerdict.TOO_LOW, 0)


def test_the_picture_in_the_documentation_is_of_this_simulation() -> None:
    honest, hopeful, bold = scores()
    assert [one.verdict for one in (honest, hopeful, bold)] == [
        BiasVerdict.NONE_SEEN,
        BiasVerdict.TOO_HIGH,
        BiasVerdict.NONE_SEEN,
    ]
    assert [one.sureness for one in (honest, bold)] == [Sureness.AS_SURE_AS_RIGHT, Sureness.TOO_SURE]
    assert "Where 10 points more are said, 5 more come true" in bold.explanation
    assert honest.reliability is not None
    assert bold.reliability is not None
    assert bold.reliability_by_chance is not None
    assert bold.reliability > 5 * bold.reliability_by_chance
    notes = [
        note
        for circle in ET.parse(PICTURE).iter(f"{SVG}circle")
        if (note := circle.findtext(f"{SVG}title")) is not None
    ]
    drawn = np.array([[float(number) for number in re.findall(r"\d+", note)] for note in notes])
    bins = [part for one in (honest, hopeful, bold) for part in one.bins]
    # Random streams may change with numpy's version, so a drawn bin need not be the same to the last deal.
    assert drawn[:, 2] == pytest.approx([part.n for part in bins], rel=0.35, abs=8)
    assert drawn[:, 1] == pytest.approx([100 * float(part.share_won) for part in bins], abs=25)


def test_a_hundred_thousand_deals_are_scored_at_once() -> None:
    generator = np.random.default_rng(8)
    began = process_time()
    (score,) = score_deals([deals(generator, 100_000)])
    line = present_deal_score(Forecaster(ForecasterKind.REP), score)
    assert process_time() - began < 1
    assert (line.n, line.verdict, line.sureness) == (100_000, BiasVerdict.NONE_SEEN, Sureness.AS_SURE_AS_RIGHT)


@pytest.mark.parametrize("said", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("came", [0.0, 1.0])
def test_the_same_of_all_and_all_the_same(said: float, came: float) -> None:
    ones = np.ones(LEAST_SCORED)
    (score,) = score_deals([DealForecasts(ones * said, ones * came, np.zeros(0), 0, 0)])
    assert (score.cannot_tell, score.skill, score.slope) == (ForecastCannotTell.ALL_THE_SAME, None, None)
    assert score.bias is not None
    assert score.bias.low <= said - came <= score.bias.high
    assert (score.verdict is BiasVerdict.NONE_SEEN) == (said == came)
    present_deal_score(Forecaster(ForecasterKind.REP), score)
