"""Grades of small panels: precedence, what is missing, what should be low, and degenerate ones without a warning."""

import warnings

import numpy as np
import pytest

from service.kpi_snapshots.leads.evidence import MOST_WEEKS, OF_LATE, RECENT, Panel
from service.kpi_snapshots.leads.grading import Graded, LeadGrade, LeadUnproven, grade_leads
from service.statistics.arrays import Floats

PEOPLE = 12
WEEKS = np.arange(MOST_WEEKS)


@pytest.fixture(autouse=True)
def _no_warnings() -> None:
    warnings.simplefilter("error")


def busy(seed: int = 1, people: int = PEOPLE) -> Floats:
    return np.random.default_rng(seed).integers(2, 12, (people, MOST_WEEKS)).astype(float)


def noise(seed: int = 2, people: int = PEOPLE) -> Floats:
    return np.random.default_rng(seed).poisson(3, (people, MOST_WEEKS)).astype(float)


def panel(done: Floats, came: Floats, *, lower: bool = False) -> Panel:
    return Panel(done, np.ones(done.shape), came, np.asarray(lower))


def graded(*panels: Panel | LeadUnproven) -> list[Graded]:
    return grade_leads(panels)[0]


def test_the_four_grades() -> None:
    done = busy()
    gone = np.where(WEEKS < MOST_WEEKS - OF_LATE, done, done.mean())
    more = done * np.where(WEEKS >= MOST_WEEKS - RECENT, 2, 1)
    found = graded(panel(done, done + noise()), panel(done, gone + noise()), panel(more, noise()), panel(done, noise()))
    assert [one.grade for one in found] == [
        LeadGrade.PREDICTIVE,
        LeadGrade.EXPIRED,
        LeadGrade.GAMED,
        LeadGrade.UNPROVEN,
    ]
    assert [one.unproven for one in found] == [None, None, None, LeadUnproven.NO_EFFECT_SEEN]


def test_where_less_is_better_less_must_be_followed_by_more() -> None:
    done = busy()
    good, bad = panel(done, 14 - done + noise(), lower=True), panel(done, done + noise(), lower=True)
    assert [one.grade for one in graded(good, bad)] == [LeadGrade.PREDICTIVE, LeadGrade.UNPROVEN]
    # It is kept low, and what comes per week falls: it is kept low at the cost of what it is for.
    late = WEEKS >= MOST_WEEKS - RECENT
    hidden = panel(done * np.where(late, 0.5, 1), noise() * np.where(late, 0.4, 1), lower=True)
    assert graded(hidden)[0].grade is LeadGrade.GAMED


def test_twice_the_work_for_half_again_as_much_is_no_game() -> None:
    late = WEEKS >= MOST_WEEKS - RECENT
    (found,) = graded(panel(busy() * np.where(late, 2, 1), noise() * np.where(late, 1.8, 1)))
    assert found.grade is not LeadGrade.GAMED


def test_what_is_missing_is_named() -> None:
    done, came = busy(), noise()
    few_weeks = np.where(WEEKS >= MOST_WEEKS - 10, done, np.nan)
    found = graded(
        LeadUnproven.NOT_BY_WEEK,
        panel(np.where(np.arange(PEOPLE)[:, None] < 4, done, np.nan), came),
        panel(few_weeks, came),
        panel(done, np.zeros(done.shape)),
        panel(np.full(done.shape, 5.0), came),
        LeadUnproven.NO_OUTCOME,
    )
    assert [one.unproven for one in found] == [
        LeadUnproven.NOT_BY_WEEK,
        LeadUnproven.TOO_FEW_PEOPLE,
        LeadUnproven.TOO_FEW_WEEKS,
        LeadUnproven.TOO_FEW_OUTCOMES,
        LeadUnproven.NEVER_VARIES,
        LeadUnproven.NO_OUTCOME,
    ]
    assert {one.grade for one in found} == {LeadGrade.UNPROVEN}
    assert graded() == []
    assert graded(LeadUnproven.NOT_BY_WEEK)[0].place is None


def test_a_weak_effect_says_how_long_it_takes() -> None:
    (found,) = graded(panel(busy(people=6), 0.04 * busy(people=6) + noise(people=6)))
    assert found.grade is LeadGrade.UNPROVEN
    assert found.weeks_needed is None or found.weeks_needed >= 1
    waits = []
    for seed in range(12):
        done = busy(seed, 6)
        (one,) = graded(panel(done, np.random.default_rng(seed).poisson(2 + 0.05 * done).astype(float)))
        waits.append(one.weeks_needed)
    assert any(waits)


@pytest.mark.parametrize("people", [0, 1, 2, 5])
def test_degenerate_panels_are_unproven(people: int) -> None:
    shape = (people, MOST_WEEKS)
    for done in (np.zeros(shape), np.ones(shape), np.full(shape, np.nan), np.full(shape, 1e9)):
        for came in (np.zeros(shape), np.ones(shape), np.full(shape, np.nan), np.full(shape, 1e5)):
            assert graded(panel(done, came))[0].grade is LeadGrade.UNPROVEN
