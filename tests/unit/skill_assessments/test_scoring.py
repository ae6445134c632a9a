"""Scores become levels: by cut points, evenly between two ends, and only where the scale fits."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from service.skill_assessments.framework_document import FrameworkDocument
from service.skill_assessments.scoring import ScoreScale, SkillRating, rating_problems
from tests.unit.skill_assessments.test_framework_document import DOCUMENT

CUTS = {"cuts": [100, "200.5"]}
EVEN = {"low": 0, "high": 20}
LESS_IS_BETTER = {"low": 9, "high": 1}


@pytest.mark.parametrize(
    ("scale", "score", "level"),
    [
        (CUTS, "-7", 1),
        (CUTS, "99.99", 1),
        (CUTS, "100", 2),
        (CUTS, "200.4", 2),
        (CUTS, "200.5", 3),
        (CUTS, "9999", 3),
        (EVEN, "0", 1),
        (EVEN, "7", "1.7"),
        (EVEN, "10", 2),
        (EVEN, "20", 3),
        (EVEN, "20.000001", None),
        (EVEN, "-0.1", None),
        (LESS_IS_BETTER, "9", 1),
        (LESS_IS_BETTER, "1", 3),
        (LESS_IS_BETTER, "6", "1.75"),
        (LESS_IS_BETTER, "10", None),
    ],
)
def test_the_level_of_a_score(scale: dict[str, Any], score: str, level: str | int | None) -> None:
    found = ScoreScale.model_validate(scale).level(Decimal(score), 3)
    assert found == (None if level is None else Decimal(level))


@pytest.mark.parametrize(
    "scale",
    [
        {},
        {"low": 0},
        {"high": 1},
        {"low": 3, "high": 3},
        {"cuts": []},
        {"cuts": [2, 1]},
        {"cuts": [1, 1]},
        {"cuts": [1, 2], "low": 0, "high": 9},
        {"cuts": ["NaN"]},
        {"low": 0, "high": "Infinity"},
    ],
)
def test_a_scale_that_is_none(scale: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ScoreScale.model_validate(scale)


@pytest.mark.parametrize(
    "rating",
    [
        {},
        {"level": 2, "score": 3, "scale": EVEN},
        {"score": 3},
        {"level": 3, "scale": EVEN},
        {"level": "0.5"},
        {"level": "1.005"},
        {"level": "11"},
        {"level": "NaN"},
    ],
)
def test_a_rating_that_is_none(rating: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SkillRating.model_validate({"skill": "asking", **rating})


def test_what_does_not_fit_a_framework() -> None:
    document = FrameworkDocument.model_validate(DOCUMENT)
    ratings = [
        {"skill": "golf", "level": 2},
        {"skill": "asking", "level": "3.01"},
        {"skill": "asking", "level": 3},
        {"skill": "closing", "score": 4, "scale": {"cuts": [1, 2, 3]}},
        {"skill": "closing", "score": 21, "scale": EVEN},
    ]
    found = rating_problems(document, [SkillRating.model_validate(one) for one in ratings])
    assert [problem.pointer for problem in found] == [
        "/0/skill", "/1/level", "/2/skill", "/3/scale/cuts", "/4/skill", "/4/score"
    ]  # fmt: skip
    assert list(rating_problems(document, [SkillRating.model_validate({"skill": "asking", "level": 3})])) == []
