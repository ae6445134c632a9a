"""Krippendorff's alpha is the package's, and its interval holds the truth."""

from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.statistics.agreement import NoAgreement, krippendorff_alpha
from service.statistics.arrays import Floats
from tests.unit.statistics.rater_simulation import DESIGNS, Design, agreement_cases

PICTURE = Path(__file__).parents[3] / "docs/plots/raters.svg"
SVG = "{http://www.w3.org/2000/svg}"
NAN = float("nan")
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
"""Four observers of twelve units, section D of the paper: its ordinal alpha is .815."""
WIKIPEDIA = [
    [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
    [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
    [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
]
"""The example of the package's own page."""


def oracle(table: Floats) -> float:
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement="ordinal"))


@pytest.mark.parametrize("table", [KRIPPENDORFF_2011, WIKIPEDIA], ids=["2011", "the package's page"])
def test_published_examples(table: list[list[float]]) -> None:
    found = krippendorff_alpha(table)
    assert found.alpha == pytest.approx(oracle(np.array(table)), abs=1e-9)
    assert found.low is not None
    assert found.high is not None
    assert found.low < (found.alpha or 0) < found.high


def test_the_number_that_krippendorff_prints() -> None:
    found = krippendorff_alpha(KRIPPENDORFF_2011)
    assert found.alpha == pytest.approx(0.815, abs=5e-4)
    assert (found.raters, found.units, found.ratings) == (4, 11, 40)


@st.composite
def tables(draw: st.DrawFn) -> Floats:
    raters, units = draw(st.integers(2, 6)), draw(st.integers(1, 25))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    levels = draw(st.integers(2, 9))
    table = generator.integers(1, levels + 1, (raters, units)).astype(np.float64)
    if draw(st.booleans()):
        # Means of several items lie between the levels.
        table += generator.integers(0, 3, table.shape) / 3
    table[generator.random(table.shape) < draw(st.sampled_from([0.0, 0.2, 0.6]))] = np.nan
    return table


@settings(max_examples=200, deadline=None)
@given(tables())
def test_random_tables_with_missing_ratings_are_the_packages(table: Floats) -> None:
    found = krippendorff_alpha(table)
    if found.alpha is None:
        assert found.undefined is not None
        return
    assert found.alpha == pytest.approx(oracle(table), abs=1e-9)
    if found.units == 1:
        assert (found.low, found.high) == (None, None)
    else:
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.high <= 1


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_the_interval_holds_the_truth_in_92_of_100_simulations(design: Design) -> None:
    held, true = agreement_cases(design)
    assert held.size == 500
    assert held.mean() >= 0.92
    # The designs are no easy ones: raters agree well, and hardly.
    assert true.min() < 0.8
    [drawn] = [
        float(str(share.text).split()[0])
        for name, share in pairwise(ET.parse(PICTURE).iter(f"{SVG}text"))
        if name.text == f"alpha: {design}"
    ]
    # Random streams may change with numpy's version.
    assert drawn == pytest.approx(100 * held.mean(), abs=3)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.empty((0, 0)), NoAgreement.NO_RATINGS),
        (np.full((3, 4), NAN), NoAgreement.NO_RATINGS),
        ([[1, 2, 3]], NoAgreement.ONE_RATER),
        ([[1, 2, 3], [NAN, NAN, NAN]], NoAgreement.ONE_RATER),
        ([[1, 2, NAN], [NAN, NAN, 3]], NoAgreement.NO_OVERLAP),
        ([[3, 3, 3], [3, 3, NAN]], NoAgreement.ALL_THE_SAME),
        # What nobody else has rated does not count as variation.
        ([[3, 3, 5], [3, 3, NAN]], NoAgreement.ALL_THE_SAME),
    ],
)
def test_where_alpha_is_undefined_it_says_why(table: Any, reason: NoAgreement) -> None:
    found = krippendorff_alpha(table)
    assert (found.alpha, found.low, found.high, found.undefined) == (None, None, None, reason)


def test_raters_who_never_disagree_are_not_taken_for_perfect() -> None:
    found = krippendorff_alpha([[1, 2, 3, 4], [1, 2, 3, 4]])
    assert (found.alpha, found.high) == (1.0, 1.0)
    # Clopper and Pearson's lower end of four units of four.
    assert found.low == pytest.approx(0.025**0.25)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="raters x units"):
        krippendorff_alpha([1, 2, 3])
    with pytest.raises(ValueError, match="raters x units"):
        krippendorff_alpha([[1.0, float("inf")], [1.0, 2.0]])


def test_many_units_are_answered_at_once_and_the_same_way_every_time() -> None:
    table = np.random.default_rng(1).integers(1, 6, (3, 20_000)).astype(np.float64)
    first, again = krippendorff_alpha(table), krippendorff_alpha(table)
    assert first == again
    assert first.alpha == pytest.approx(0, abs=0.02)
