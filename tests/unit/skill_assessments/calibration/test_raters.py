"""Severe raters, drifting ones and those who never rate below the standard are named, and nobody by chance."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from service.skill_assessments.calibration.candour import Candour, NoCandour, find_never_below
from service.skill_assessments.calibration.drift import NoDrift, find_drift
from service.skill_assessments.calibration.marks import Mark
from service.skill_assessments.calibration.raters import Leaning, NoSeverity, find_severities
from service.skill_assessments.calibration.weighing import weigh
from tests.unit.skill_assessments.calibration.drawing import MIDDLE, draw_marks

AT = datetime(2026, 1, 1, tzinfo=UTC)


def said(person: int, rater: str, value: float, skill: str = "closing", required: float | None = 3) -> Mark:
    return Mark(UUID(int=person), rater, skill, value, AT, required)


class TestSeverity:
    def test_the_severe_rater_is_named_with_interval_and_n(self) -> None:
        generator = np.random.default_rng(1)
        marks = draw_marks(generator, raters=6, people=30)
        marks = [
            Mark(one.person_id, one.rater, one.subject, max(one.value - 1, 1), one.at)
            if one.rater == "rater 0"
            else one
            for one in marks
        ]
        found = {one.rater: one for one in find_severities(weigh(marks))}
        severe = found["rater 0"]
        assert severe.leaning is Leaning.SEVERE
        assert severe.severity is not None
        assert severe.low is not None
        assert severe.low < severe.severity < (severe.high or 0)
        assert severe.low > 0
        assert severe.shared == severe.ratings > 20
        assert severe.spread == pytest.approx(1, abs=0.6)
        assert sum(one.leaning is Leaning.SEVERE for one in found.values()) == 1

    def test_without_overlap_no_number_is_given(self) -> None:
        marks = [said(person, f"rater {person % 3}", 3) for person in range(30)]
        for one in find_severities(weigh(marks)):
            assert one.cannot_tell is NoSeverity.NO_OVERLAP
            assert (one.severity, one.low, one.high, one.p, one.leaning, one.spread) == (None,) * 6
            assert one.ratings == one.people == 10

    def test_with_too_little_overlap_no_number_is_given(self) -> None:
        marks = [said(person, rater, 3) for person in range(4) for rater in ("a", "b", "c")]
        assert {one.cannot_tell for one in find_severities(weigh(marks))} == {NoSeverity.TOO_LITTLE_OVERLAP}

    def test_raters_who_agree_in_everything_lean_nowhere(self) -> None:
        marks = [said(person, rater, 1 + person % 5) for person in range(20) for rater in ("a", "b", "c")]
        found = find_severities(weigh(marks))
        assert [one.leaning for one in found] == [Leaning.IN_LINE] * 3
        assert [one.severity for one in found] == [0, 0, 0]

    def test_nothing_said_is_nothing_found(self) -> None:
        assert find_severities(weigh([])) == []


class TestDrift:
    def test_a_rater_who_became_kinder_is_named_alone(self) -> None:
        named = [
            [one.rater for one in find_drift(marks, MIDDLE) if one.drifting]
            for marks in (
                draw_marks(np.random.default_rng(seed), people=30, drifts={"rater 2": -1.2}) for seed in range(20)
            )
        ]
        assert sum("rater 2" in one for one in named) >= 18
        assert sum(len(one) > 1 for one in named) <= 2

    def test_where_nobody_drifts_somebody_is_named_in_at_most_5_percent_of_runs(self) -> None:
        runs = 60
        flagged = 0
        for seed in range(runs):
            found = find_drift(draw_marks(np.random.default_rng(seed), raters=6, people=24), MIDDLE)
            assert all(one.cannot_tell is None for one in found)
            flagged += any(one.drifting for one in found)
        assert flagged <= 0.05 * runs

    def test_the_change_is_that_of_the_others_mean_by_hand(self) -> None:
        marks = []
        for person in range(6):
            for half, own in ((-1, 3), (1, 2 + person % 2)):
                at = datetime(2026, 6 + half, 1, tzinfo=UTC)
                values = {"a": own, "b": 4, "c": 3}
                marks += [Mark(UUID(int=person), rater, "closing", value, at) for rater, value in values.items()]
        first = next(one for one in find_drift(marks, MIDDLE) if one.rater == "a")
        # Before 3.5 - 3; after 3.5 - 2 and 3.5 - 3 in turn.
        assert first.change == pytest.approx(0.5)
        assert (first.before, first.after, first.people_before, first.people_after) == (6, 6, 6, 6)

    def test_of_two_raters_nobody_can_say_who_moved(self) -> None:
        marks = draw_marks(np.random.default_rng(3), raters=2, per_person=2, drifts={"rater 0": 2})
        assert {one.cannot_tell for one in find_drift(marks, MIDDLE)} == {NoDrift.TOO_FEW_OTHERS}

    def test_too_few_people_in_common_tell_nothing(self) -> None:
        marks = draw_marks(np.random.default_rng(3), people=4)
        assert {one.cannot_tell for one in find_drift(marks, MIDDLE)} == {NoDrift.TOO_LITTLE_OVERLAP}
        assert find_drift([], MIDDLE) == []


class TestCandour:
    def test_who_never_rates_below_the_standard_is_named_and_nobody_else(self) -> None:
        kind = frozenset({"rater 1"})
        marks = draw_marks(np.random.default_rng(4), people=40, required=3, kind=kind)
        assert {one.rater for one in find_never_below(marks) if one.never_below} == kind

    def test_one_of_a_pair_who_found_nothing_has_a_chance_of_one_half_a_person(self) -> None:
        marks = [said(person, rater, value) for person in range(8) for rater, value in (("kind", 3), ("frank", 2))]
        frank, kind = find_never_below(marks)
        assert kind == Candour("kind", 8, 8, 0, 8, 8, 2 * 0.5**8, True, None)
        assert frank == Candour("frank", 8, 8, 8, 8, 0, 1.0, False, None)

    def test_people_whom_nobody_rates_below_prove_nothing(self) -> None:
        marks = [said(person, rater, 4) for person in range(20) for rater in ("a", "b", "c")]
        assert [one.p for one in find_never_below(marks)] == [1.0] * 3
        assert not any(one.never_below for one in find_never_below(marks))

    def test_a_low_opinion_that_colours_every_skill_counts_once_a_person(self) -> None:
        marks = [
            said(person, rater, value, skill)
            for person in range(5)
            for skill in "abcdefgh"
            for rater, value in (("kind", 3), ("frank", 2))
        ]
        kind = find_never_below(marks)[1]
        assert kind.p == pytest.approx(2 * 0.5**5)
        assert kind.never_below is False

    def test_only_skills_in_common_are_compared(self) -> None:
        marks = [said(person, "kind", 3, "a") for person in range(9)] + [
            said(person, "b", 1, "b") for person in range(9)
        ]
        found = find_never_below(marks)
        assert [(one.shared, one.cannot_tell) for one in found] == [(0, None), (0, NoCandour.TOO_LITTLE_OVERLAP)]

    def test_without_a_required_level_nothing_is_below_it(self) -> None:
        marks = [said(person, rater, 1, required=None) for person in range(9) for rater in "ab"]
        assert {one.cannot_tell for one in find_never_below(marks)} == {NoCandour.NO_STANDARD}

    def test_where_all_rate_alike_hardly_anybody_is_named(self) -> None:
        named = [
            any(one.never_below for one in find_never_below(draw_marks(np.random.default_rng(seed), required=2)))
            for seed in range(60)
        ]
        assert np.mean(named) <= 0.05
