"""Ambiguous items are named where the interval is wholly below the standard; others are told apart, or not."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from service.skill_assessments.calibration.items import Clarity, NoClarity, measure_agreement
from service.skill_assessments.calibration.marks import Mark
from service.statistics.agreement import krippendorff_alpha

AT = datetime(2026, 1, 1, tzinfo=UTC)


def marks_of(table: Sequence[Sequence[float]], subject: str = "closing") -> list[Mark]:
    return [
        Mark(UUID(int=person), f"rater {rater}", subject, value, AT)
        for rater, row in enumerate(table)
        for person, value in enumerate(row)
    ]


def noisy(noise: float, people: int) -> list[list[float]]:
    generator = np.random.default_rng(2)
    level = generator.integers(1, 6, people)
    return [list(np.clip(np.round(level + generator.normal(0, noise, people)), 1, 5)) for _ in range(3)]


@pytest.mark.parametrize(
    ("table", "clarity", "reason"),
    [
        (noisy(0.2, 60), Clarity.RELIABLE, None),
        (noisy(0.75, 200), Clarity.TENTATIVE, None),
        (noisy(5, 60), Clarity.AMBIGUOUS, None),
        (noisy(1, 12), None, NoClarity.WIDE_INTERVAL),
        (noisy(0.2, 4), None, NoClarity.TOO_FEW_PEOPLE),
        ([[1, 2, 3, 4]], None, NoClarity.ONE_RATER),
        ([[3] * 8] * 3, None, NoClarity.ALL_THE_SAME),
    ],
    ids=["clear", "fair", "ambiguous", "wide", "few", "one rater", "all the same"],
)
def test_what_agreement_allows(table: list[list[float]], clarity: Clarity | None, reason: NoClarity | None) -> None:
    [found] = measure_agreement(marks_of(table))
    assert (found.subject, found.clarity, found.cannot_tell) == ("closing", clarity, reason)


def test_each_subject_has_its_own_alpha_and_only_the_newest_rating_counts() -> None:
    table = noisy(0.5, 20)
    old = [Mark(one.person_id, one.rater, one.subject, 1, AT - timedelta(days=9)) for one in marks_of(table)]
    found = measure_agreement([*old, *marks_of(table), *marks_of(table[:2], "discovery")])
    assert [one.subject for one in found] == ["closing", "discovery"]
    assert found[0].agreement == krippendorff_alpha(table)
    assert found[1].agreement.raters == 2


def test_nobody_in_common_is_said() -> None:
    marks = [Mark(UUID(int=person), f"rater {person}", "closing", 3, AT) for person in range(9)]
    assert measure_agreement(marks)[0].cannot_tell is NoClarity.NO_OVERLAP
    assert measure_agreement([]) == []
