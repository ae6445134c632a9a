"""Won, lost or still open: incidence against lifelines, a real set, and simulations whose truth is known."""

import csv
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from service.statistics.arrays import Floats, Indices
from service.statistics.competing_risks import Ending, aalen_johansen
from service.statistics.survival import kaplan_meier

SNAPSHOT, RECORDS_START = date(2017, 12, 31), date(2017, 3, 1)


def draw(seed: int, size: int) -> tuple[Floats, Indices]:
    """Ages without ties, with a third of each ending."""
    generator = np.random.default_rng(seed)
    return generator.exponential(60, size), generator.integers(0, 3, size)


@pytest.mark.parametrize("seed", range(12))
def test_as_in_lifelines(seed: int) -> None:
    ages, endings = draw(seed, 20 + 40 * seed)
    found = aalen_johansen(ages, endings)
    fitter = AalenJohansenFitter(calculate_variance=True, alpha=0.1).fit(ages, endings, event_of_interest=1)
    theirs = fitter.cumulative_density_.iloc[:, 0]
    assert found.won == pytest.approx(theirs.loc[found.ages].to_numpy(), abs=1e-9)
    kept = np.flatnonzero((found.won > 0) & (found.undecided > 0))
    told = found.won_by(found.ages[kept])
    ours = found._covariance(found.won)[kept]
    at = found.ages[kept]
    assert ours == pytest.approx(fitter.variance_.loc[at].to_numpy().ravel(), abs=1e-9)
    band = fitter.confidence_interval_.loc[at].to_numpy()
    assert told.low == pytest.approx(band.min(axis=1), abs=1e-9)
    assert told.high == pytest.approx(band.max(axis=1), abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_undecided_is_kaplan_meier_of_lifelines(seed: int) -> None:
    ages, endings = draw(seed, 20 + 40 * seed)
    entries = np.random.default_rng(seed).uniform(0, 0.5, ages.size) * ages
    entries[np.argsort(ages)[: ages.size // 3]] = 0
    found = aalen_johansen(ages, endings, entries)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter = KaplanMeierFitter().fit(ages, endings > 0, entry=entries)
    assert found.undecided == pytest.approx(fitter.survival_function_at_times(found.ages).to_numpy(), abs=1e-9)
    plain = kaplan_meier(ages, endings > 0)
    fitter = KaplanMeierFitter().fit(ages, endings > 0)
    assert plain.survival == pytest.approx(fitter.survival_function_at_times(plain.times).to_numpy(), abs=1e-9)


def test_late_entry_as_in_lifelines() -> None:
    ages, endings = draw(3, 400)
    entries = np.where(np.arange(400) % 2, 0, np.random.default_rng(3).uniform(0, 0.9, 400) * ages)
    found = aalen_johansen(ages, endings, entries)
    fitter = AalenJohansenFitter(calculate_variance=False).fit(ages, endings, event_of_interest=1, entry=entries)
    theirs = fitter.cumulative_density_.iloc[:, 0]
    assert found.won == pytest.approx(theirs.loc[found.ages].to_numpy(), abs=1e-9)


@pytest.mark.parametrize("age", [10.0, 45.0])
def test_the_chance_of_an_open_case_is_that_of_those_who_were_open_then(age: float) -> None:
    ages, endings = draw(8, 500)
    told = aalen_johansen(ages, endings).won_if_open_at([age])
    later = aalen_johansen(ages, endings, np.full(ages.size, age))
    final = later.won_by([later.last_age])
    assert (told.value[0], told.low[0], told.high[0]) == pytest.approx((final.value[0], final.low[0], final.high[0]))


def read_deals(folder: Path) -> tuple[Floats, Indices, Floats]:
    """Ages in days at closing or on the snapshot's day, endings, and ages when the records began."""
    ages, endings, entries = [], [], []
    with (folder / "sales_pipeline.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["engage_date"]:
                continue
            start = date.fromisoformat(row["engage_date"])
            closed = date.fromisoformat(row["close_date"]) if row["close_date"] else SNAPSHOT
            ages.append((closed - start).days)
            endings.append({"Won": Ending.WON, "Lost": Ending.LOST}.get(row["deal_stage"], Ending.OPEN))
            # Half a day earlier: what closed on the records' first day is in them.
            entries.append(max((RECORDS_START - start).days - 0.5, 0))
    return np.array(ages, dtype=float), np.array(endings), np.array(entries)


@pytest.mark.parametrize(
    ("late", "won", "if_open", "tolerance"),
    [
        (False, [0.219, 0.265, 0.397, 0.500], [0.519, 0.486, 0.349, 0.095], 0.001),
        (True, [0.248, 0.294, 0.420, 0.512], [0.529, 0.495, 0.354, 0.095], 0.002),
    ],
)
def test_crm_sales_opportunities(
    shared: Path, late: bool, won: list[float], if_open: list[float], tolerance: float
) -> None:
    ages, endings, entries = read_deals(shared / "data" / "maven-crm-sales-opportunities")
    found = aalen_johansen(ages, endings, entries if late else None)
    assert found.n == ages.size == 8300
    assert found.last_age == 138
    told = found.won_by([30, 60, 90, 120])
    assert told.value == pytest.approx(won, abs=tolerance)
    assert ((told.low < told.value) & (told.value < told.high)).all()
    assert found.won_if_open_at([0, 30, 90, 120]).value == pytest.approx(if_open, abs=tolerance)
    beyond = found.won_if_open_at([138, 400])
    assert beyond.value.tolist() == [0, 0]
    assert (beyond.high < 0.01).all()


def test_intervals_cover() -> None:
    """Hazards 1/80 and 1/120 a day, deals started over 500 days, records from day 150, a look on day 500."""
    generator = np.random.default_rng(17)
    win, lose, look, records = 1 / 80, 1 / 120, 500, 150
    share = win / (win + lose)

    def truth(age: float) -> float:
        return float(share * -np.expm1(-(win + lose) * age))

    held = []
    for _ in range(2000):
        started = generator.uniform(0, look, 220)
        lasted, wins = generator.exponential(1 / (win + lose), 220), generator.random(220) < share
        ended = started + lasted <= look
        ages = np.minimum(lasted, look - started)
        endings = np.where(ended, np.where(wins, Ending.WON, Ending.LOST), Ending.OPEN)
        found = aalen_johansen(ages, endings, np.maximum(records - started, 0))
        last = found.last_age
        early, end, late = found.won_by([30]), found.won_by([last]), found.won_if_open_at([40])
        later = (truth(last) - truth(40)) / np.exp(-(win + lose) * 40)
        _, low, high = found.time_to_win()
        middle = -np.log1p(-truth(last) / 2 / share) / (win + lose)
        told = ((early, truth(30)), (end, truth(last)), (late, later))
        held.append([bool(one.low[0] <= true <= one.high[0]) for one, true in told] + [low <= middle <= high])
    assert np.mean(held, axis=0) == pytest.approx(0.9, abs=0.02)


@pytest.mark.filterwarnings("error")
def test_at_the_edges() -> None:
    nothing = aalen_johansen([], [])
    assert nothing.n == 0
    assert np.isnan([nothing.last_age, nothing.last_win_age, *nothing.time_to_win()]).all()
    assert (nothing.won_by([30]).low[0], nothing.won_by([30]).high[0]) == (0, 1)
    still_open = aalen_johansen([1, 2, 3], [0, 0, 0])
    assert np.isnan(still_open.won_if_open_at([0]).value[0])
    assert still_open.won_if_open_at([0]).high[0] == 1
    won = aalen_johansen([5, 5, 9, 9], [1, 1, 1, 1])
    assert won.won_by([5, 9]).value == pytest.approx([0.5, 1])
    assert won.won_by([9]).low[0] == pytest.approx(0.05 ** (1 / 4))
    assert won.time_to_win()[0] == 5
    assert np.isnan(won.won_if_open_at([9]).value[0])
    lost = aalen_johansen([0, 0, 4], [2, 2, 2])
    assert lost.won_by([10]).high[0] == pytest.approx(1 - 0.05 ** (1 / 3))
    assert lost.won_if_open_at([0, 7]).high == pytest.approx(1 - 0.05 ** (1 / 3))
    assert lost.undecided.tolist() == [pytest.approx(1 / 3), 0]
    at_once = aalen_johansen([0, 0, 0], [1, 2, 0])
    assert at_once.won_by([0]).value[0] == pytest.approx(1 / 3)
    assert aalen_johansen([4, 9], [1, 2], [4, 0]).n == 1
    late = aalen_johansen([3, 5, 9], [1, 2, 1], [2, 4, 0])
    assert late.at_risk.tolist() == [2, 2, 1]


@pytest.mark.parametrize(
    ("ages", "endings", "entries"),
    [([1, 2], [1], None), ([-1], [1], None), ([np.nan], [1], None), ([1], [3], None), ([1], [1], [-1])],
)
def test_refused(ages: list[float], endings: list[int], entries: list[float] | None) -> None:
    with pytest.raises(ValueError, match=r"each age|not negative|open, won or lost"):
        aalen_johansen(ages, endings, entries)
