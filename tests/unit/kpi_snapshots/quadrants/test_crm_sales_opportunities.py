"""CRM Sales Opportunities, where agents do not differ beyond chance: as many wins are expected as there were."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from service.kpi_snapshots.quadrants.cases import DealFlow, Window
from service.kpi_snapshots.quadrants.expecting import Expectation, expect_wins
from service.statistics.competing_risks import Ending

EPOCH = date(1970, 1, 1)
AS_OF = date(2017, 12, 31)
NONE = np.zeros(0, dtype=np.intp)


def day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[dict[str, str]]:
    """The deals of which it is known when they began."""
    with (shared / "data/maven-crm-sales-opportunities/sales_pipeline.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["engage_date"]]


def expect(rows: list[dict[str, str]], start: str) -> list[Expectation]:
    """Each agent's deals from a day to the end of the year, with the product as the source."""
    agents, products = (sorted({row[name] for row in rows}) for name in ("sales_agent", "product"))
    as_of = (AS_OF - EPOCH).days
    kinds = {"Won": Ending.WON, "Lost": Ending.LOST}
    flow = DealFlow(
        np.array([agents.index(row["sales_agent"]) for row in rows]),
        np.array([float(day(row["engage_date"])) for row in rows]),
        np.array([float(day(row["close_date"]) if row["close_date"] else as_of) for row in rows]),
        np.array([kinds.get(row["deal_stage"], Ending.OPEN) for row in rows]),
        np.full(len(rows), -1),
        np.array([products.index(row["product"]) for row in rows]),
        np.full(len(rows), np.nan),
        *(NONE, NONE, NONE.astype(float)),
    )
    return expect_wins(flow, Window(float(day(start)), as_of + 1.0, as_of + 0.5), range(len(agents)))


def totals(found: list[Expectation]) -> tuple[float, float]:
    """Wins in the end, and those expected."""
    pairs = [(one.final.value, one.expected.value) for one in found if one.final and one.expected]
    assert len(pairs) == 30
    return sum(final for final, _ in pairs), sum(expected for _, expected in pairs)


def test_as_many_wins_are_expected_as_there_were(rows: list[dict[str, str]]) -> None:
    final, expected = totals(expect(rows, "2017-03-01"))
    assert final > 4_238
    assert expected == pytest.approx(final, rel=0.01)
    # More deals of the second half-year were left open and will hardly be won: that is nobody's bad luck.
    final, expected = totals(expect(rows, "2017-07-01"))
    assert expected == pytest.approx(final, rel=0.05)


def test_closed_deals_differ_from_what_was_expected_as_far_as_chance_makes_them(rows: list[dict[str, str]]) -> None:
    closed = [row for row in rows if row["close_date"]]
    spread = [
        (one.won - one.expected.value) / np.sqrt(one.expected.value * (1 - one.expected.value / one.n))
        for one in expect(closed, "2017-03-01")
        if one.expected is not None
    ]
    assert len(spread) == 30
    assert 0.8 < np.std(spread) < 1.3
    assert np.abs(spread).max() < 3
