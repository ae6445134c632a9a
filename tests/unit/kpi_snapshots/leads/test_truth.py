"""Planted truths get their grade, and where nothing leads hardly anything is told; fixed seeds."""

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from service.kpi_snapshots.leads.grading import LeadGrade
from tests.unit.kpi_snapshots.leads.simulation import TEAMS, Shares, Truth, simulate_all

PLOT = Path(__file__).parents[4] / "docs/plots/leads.svg"
SVG = "{http://www.w3.org/2000/svg}"


@cache
def simulated() -> dict[tuple[Truth, int], Shares]:
    return simulate_all()


@pytest.mark.parametrize("people", TEAMS)
def test_where_nothing_leads_at_most_one_team_in_twenty_is_told_anything(people: int) -> None:
    assert simulated()[Truth.NOTHING, people].any_told <= 0.05


@pytest.mark.parametrize(
    ("truth", "grade", "least"),
    [
        (Truth.LEADS, LeadGrade.PREDICTIVE, {5: 0.4, 12: 0.95, 60: 0.99}),
        (Truth.GAMED, LeadGrade.GAMED, {5: 0.1, 12: 0.7, 60: 0.98}),
        (Truth.EXPIRED, LeadGrade.EXPIRED, {5: 0.0, 12: 0.7, 60: 0.85}),
    ],
)
def test_what_is_planted_is_found(truth: Truth, grade: LeadGrade, least: dict[int, float]) -> None:
    assert {people: simulated()[truth, people].of[grade] >= share for people, share in least.items()} == dict.fromkeys(
        least, True
    )


@pytest.mark.parametrize("people", TEAMS)
def test_what_leads_is_not_called_gamed_or_expired(people: int) -> None:
    of = simulated()[Truth.LEADS, people].of
    assert of[LeadGrade.GAMED] + of[LeadGrade.EXPIRED] <= 0.02


@pytest.mark.parametrize("people", TEAMS)
def test_what_is_gamed_or_gone_is_not_called_predictive(people: int) -> None:
    for truth in (Truth.GAMED, Truth.EXPIRED):
        assert simulated()[truth, people].of[LeadGrade.PREDICTIVE] <= 0.05


def test_the_plot_in_the_documentation_is_of_this_simulation() -> None:
    drawn = [group.findtext(f"{SVG}title", "") for group in ET.parse(PLOT).iter(f"{SVG}g")]
    assert len(drawn) == len(simulated())
    for text, ((truth, people), shares) in zip(drawn, simulated().items(), strict=True):
        assert text.startswith(f"{truth.value}, {people} people")
        said = {name: float(share) for name, share in re.findall(r"(\w+) (0\.\d+|1\.0+)", text)}
        # Random streams may change with numpy's version.
        assert said == pytest.approx({one.value: share for one, share in shares.of.items()}, abs=0.08)
