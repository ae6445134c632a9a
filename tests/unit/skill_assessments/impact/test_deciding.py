"""What a skill is to a person, case by case, and in words."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from service.skill_assessments.gaps import RequiredLevel, SkillGap, find_gaps
from service.skill_assessments.impact.deciding import (
    PersonImpact,
    Seat,
    SkillCase,
    SkillGapMissing,
    SkillGapVerdict,
    SkillImpact,
    SkillStanding,
    find_focus,
    say_needs,
)
from service.skill_assessments.impact.drawing import draw_group, medians_of_others
from service.skill_assessments.impact.levers import Lever, LinkedRateKind, TeamFunnel
from service.skill_assessments.impact.sentences import explain_person, explain_skill
from tests.unit.skill_assessments.impact.simulation import PEOPLE, gap_of


def lever(key: str, hits: list[float], n: list[float], kind: LinkedRateKind = LinkedRateKind.STEP) -> Lever:
    arrays = (np.array(hits, dtype=np.float64), np.array(n, dtype=np.float64), np.full(len(n), 3.0))
    return Lever(key, key.capitalize(), kind, *arrays)


def funnel(own: float, n: float, people: int = 12, *, kpis: list[Lever] | None = None) -> TeamFunnel:
    """The first rep converts `own` of `n` deals from discovery on, and everybody else 60 % of 60."""
    others = people - 1
    return TeamFunnel(
        people=PEOPLE[:people],
        steps=[
            lever("stage:discovery", [round(own * n), *[36] * others], [n, *[60] * others]),
            lever("stage:proposal", [*[36] * people], [*[60] * people]),
        ],
        kpis=kpis or [],
        opened=np.full(people, 80.0),
        quarters=np.full(people, 4.0),
        size_n=np.full(people, 10.0),
        size_mean=np.full(people, 5_000.0),
        size_variance=np.full(people, 1e6),
    )


def judge(of: TeamFunnel | None, *cases: SkillCase) -> PersonImpact:
    seat = None if of is None else Seat(draw_group(of), 0)
    found = find_focus(PEOPLE[0], seat, cases, 0.8)
    return found if seat is None else say_needs(found, seat, 0.8)


def case(gap: SkillGap | None = None, *levers: str, lost: tuple[str, ...] = ()) -> SkillCase:
    return SkillCase("Discovery", gap or gap_of(0, 1.5), levers, lost)


def told(of: TeamFunnel | None, one: SkillCase) -> SkillImpact:
    (found,) = judge(of, one).skills
    return found


UNASSESSED = find_gaps([RequiredLevel(PEOPLE[0], "skill-0", 4.0)], [])[0]
UNASKED = find_gaps([RequiredLevel(PEOPLE[0], "skill-0", None)], [])[0]
LOW, HIGH = funnel(0.2, 60), funnel(0.85, 60)


@pytest.mark.parametrize(
    ("of", "one", "standing", "missing"),
    [
        (LOW, case(None, "stage:discovery"), SkillStanding.FOCUS, []),
        (LOW, case(UNASSESSED, "stage:discovery"), SkillStanding.ASSESS_FIRST, [SkillGapMissing.NOT_ASSESSED]),
        (LOW, case(gap_of(0, 4.0), "stage:discovery"), SkillStanding.NO_GAP, []),
        (LOW, case(gap_of(0, 3.4), "stage:discovery"), SkillStanding.CANNOT_TELL, [SkillGapMissing.LEVEL_UNSURE]),
        (LOW, case(UNASKED, "stage:discovery"), SkillStanding.CANNOT_TELL, [SkillGapMissing.NO_REQUIRED_LEVEL]),
        (LOW, case(None), SkillStanding.CANNOT_TELL, [SkillGapMissing.NO_LINK]),
        (LOW, case(None, lost=("kpi:days",)), SkillStanding.CANNOT_TELL, [SkillGapMissing.NOT_IN_FUNNEL]),
        (None, case(None, "stage:discovery"), SkillStanding.CANNOT_TELL, [SkillGapMissing.NOT_IN_FUNNEL]),
        (None, case(UNASSESSED), SkillStanding.CANNOT_TELL, [SkillGapMissing.NOT_ASSESSED, SkillGapMissing.NO_LINK]),
        (HIGH, case(None, "stage:discovery"), SkillStanding.NOTHING_TO_GAIN, []),
        (HIGH, case(UNASSESSED, "stage:discovery"), SkillStanding.NOTHING_TO_GAIN, []),
        (funnel(0.2, 5), case(None, "stage:discovery"), SkillStanding.CANNOT_TELL, [SkillGapMissing.TOO_FEW_CASES]),
        (funnel(0.2, 0), case(None, "stage:discovery"), SkillStanding.CANNOT_TELL, [SkillGapMissing.TOO_FEW_CASES]),
        (funnel(0.5, 20), case(None, "stage:discovery"), SkillStanding.CANNOT_TELL, [SkillGapMissing.WITHIN_CHANCE]),
        (funnel(0.2, 60, 5), case(None, "stage:discovery"), SkillStanding.CANNOT_TELL, [SkillGapMissing.TOO_FEW_PEERS]),
        (funnel(0.2, 60, 1), case(None, "stage:discovery"), SkillStanding.CANNOT_TELL, [SkillGapMissing.TOO_FEW_PEERS]),
    ],
)
def test_what_a_skill_is_to_a_person(
    of: TeamFunnel | None, one: SkillCase, standing: SkillStanding, missing: list[SkillGapMissing]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = told(of, one)
    assert (found.standing, list(found.missing)) == (standing, missing)
    assert explain_skill(found, "EUR")


def test_the_answer_without_any_skill_says_what_is_missing() -> None:
    found = judge(LOW)
    assert found.verdict is SkillGapVerdict.CANNOT_TELL
    assert explain_person(found, "EUR").startswith("Cannot tell: no competency framework")


def test_the_larger_of_two_gaps_at_the_same_stage_comes_first() -> None:
    small, large = case(gap_of(0, 2.4), "stage:discovery"), case(gap_of(1, 1.0), "stage:discovery")
    first, second = judge(LOW, small, large).focus
    assert (first.case, second.case) == (large, small)
    assert first.worth is not None
    assert first.worth.rank_one is not None
    assert first.worth.rank_one > 0.9


def test_at_most_two_are_named_and_the_third_is_next() -> None:
    skills = [case(gap_of(number, 1.0 + number / 10), "stage:discovery") for number in range(3)]
    found = judge(LOW, *skills)
    assert [one.standing for one in found.skills] == [SkillStanding.FOCUS, SkillStanding.FOCUS, SkillStanding.NEXT]


def test_a_stage_with_too_few_deals_is_no_reason_against_the_other_that_is_linked() -> None:
    found = told(funnel(0.2, 5), case(None, "stage:discovery", "stage:proposal"))
    assert found.standing is SkillStanding.CANNOT_TELL
    assert SkillGapMissing.TOO_FEW_CASES in found.missing


def test_what_is_missing_is_told_with_a_number() -> None:
    found = told(funnel(0.2, 5), case(None, "stage:discovery"))
    (rate,) = found.rates
    assert rate.more_cases is not None
    assert 5 <= rate.more_cases <= 100
    needed = f"If that goes on, it takes about {rate.more_cases} more decided cases to tell."
    assert f"Stage:discovery: 1 of 5 decided, 3 undecided. {needed}" in explain_skill(found, "EUR")
    # With as many the same share does tell.
    enough = told(funnel(0.2, 5 + rate.more_cases), case(None, "stage:discovery"))
    assert enough.standing is SkillStanding.FOCUS


def test_wins_rise_in_proportion_to_an_activity_that_brings_opportunities() -> None:
    calls = lever("kpi:calls", [400, *[800] * 11], [4] * 12, LinkedRateKind.VOLUME)
    found = told(funnel(0.6, 60, kpis=[calls]), case(None, "kpi:calls"))
    assert found.standing is SkillStanding.FOCUS
    assert found.worth is not None
    # 20 opportunities a quarter, of which 36 % are won, could be twice as many.
    assert found.worth.wins.mean == pytest.approx(7.2, rel=0.12)
    assert found.worth.money is not None
    assert found.worth.money.mean == pytest.approx(36_000, rel=0.12)
    said = explain_skill(found, "EUR")
    assert "Kpi:calls: 104.0 a quarter; the peers' median is" in said
    assert f", worth {found.worth.money.mean:,.0f} EUR (" in said


def test_without_deal_sizes_the_answer_is_in_wins_alone() -> None:
    bare = replace(LOW, size_n=np.zeros(12), size_variance=np.full(12, np.nan))
    found = told(bare, case(None, "stage:discovery"))
    assert found.worth is not None
    assert found.worth.money is None
    assert "worth " not in explain_skill(found, "EUR").partition("more wins")[2].partition(". With")[0]


def test_the_same_facts_make_the_same_answer() -> None:
    assert judge(LOW, case(None, "stage:discovery")) == judge(LOW, case(None, "stage:discovery"))


@pytest.mark.parametrize("people", [1, 2, 3, 4, 9])
def test_the_median_of_the_others_is_that_of_the_others(people: int) -> None:
    generator = np.random.default_rng(people)
    values, counted = generator.random((5, people)), generator.random(people) < 0.7
    found = medians_of_others(values, counted)
    for one in range(people):
        others = [place for place in range(people) if place != one and counted[place]]
        expected = np.median(values[:, others], axis=1) if others else np.full(5, np.nan)
        np.testing.assert_allclose(found[:, one], expected)
