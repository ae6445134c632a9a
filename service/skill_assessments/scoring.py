"""Levels from outside: as a tool sends them, or scores that become levels by cut points or evenly; pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from service.core.dto import InputDTO, Key, ShortNumber, example, refuse_unstorable
from service.core.errors import FieldError
from service.skill_assessments.framework_document import MOST_LEVELS, FrameworkDocument

Score = Annotated[Decimal, Field(max_digits=20, decimal_places=6, allow_inf_nan=False), ShortNumber()]
AnyLevel = Annotated[
    Decimal, Field(ge=1, le=MOST_LEVELS, max_digits=4, decimal_places=2, allow_inf_nan=False), ShortNumber()
]
"""A level, or something between two."""
Words = Annotated[
    str, StringConstraints(min_length=1, max_length=5_000, strip_whitespace=True), BeforeValidator(refuse_unstorable)
]
"""What a rater writes: 1 to 5,000 characters."""
HUNDREDTH = Decimal("0.01")


class ScoreScale(InputDTO):
    """How a score becomes a level: by `cuts`, or evenly from `low` to `high`."""

    model_config = example(low="0", high="100")

    cuts: Annotated[list[Score], Field(min_length=1, max_length=MOST_LEVELS - 1)] | None = None
    """The least score of each level from 2 on, ascending; what is below the first is level 1."""
    low: Score | None = None
    """The score that is level 1; above `high` where less is better."""
    high: Score | None = None
    """The score that is the highest level; levels between are rounded to hundredths."""

    @model_validator(mode="after")
    def _one_way(self) -> "ScoreScale":
        ends = (self.low is not None) + (self.high is not None)
        if ends != (0 if self.cuts is not None else 2):
            raise ValueError("give either cuts, or low and high")
        if self.cuts is not None and any(one >= later for one, later in pairwise(self.cuts)):
            raise ValueError("cuts must ascend")
        if self.cuts is None and self.low == self.high:
            raise ValueError("low and high must differ")
        return self

    def problem(self, top: int) -> str | None:
        """Why it does not fit a framework whose highest level is `top`."""
        if self.cuts is not None and len(self.cuts) != top - 1:
            return f"needs {top - 1} cuts, between each two of the {top} levels, and has {len(self.cuts)}"
        return None

    def level(self, score: Decimal, top: int) -> Decimal | None:
        """The level of a score on a scale that ends at `top`; None: the score lies beyond `low` or `high`."""
        if self.cuts is not None:
            return Decimal(1 + sum(score >= cut for cut in self.cuts))
        assert self.low is not None and self.high is not None  # noqa: S101, PT018 - one of the two ways
        share = (score - self.low) / (self.high - self.low)
        return (1 + share * (top - 1)).quantize(HUNDREDTH) if 0 <= share <= 1 else None


class SkillRating(InputDTO):
    """What was found of one skill: a level, or a score with its scale."""

    model_config = example(skill="discovery", score="62", scale={"low": "0", "high": "100"})

    skill: Key
    level: AnyLevel | None = None
    score: Score | None = None
    scale: ScoreScale | None = None
    words: Words | None = None
    """Why, for people."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "SkillRating":
        if (self.level is None) == (self.score is None):
            raise ValueError("give either a level or a score")
        if (self.score is None) != (self.scale is None):
            raise ValueError("a score needs its scale, and a level has none")
        return self

    def on(self, top: int) -> Decimal | None:
        """The level on a scale that ends at `top`; None: there is no such level."""
        if self.score is not None and self.scale is not None:
            return self.scale.level(self.score, top)
        assert self.level is not None  # noqa: S101 - one of the two is given
        return self.level if self.level <= top else None


def rating_problems(document: FrameworkDocument, ratings: Sequence[SkillRating]) -> Iterator[FieldError]:
    """What of some ratings does not fit a framework; each problem with its pointer in the list."""
    seen: set[str] = set()
    for index, one in enumerate(ratings):
        if document.skill(one.skill) is None:
            yield FieldError(f"/{index}/skill", f"{one.skill} is no skill of this framework")
        elif one.skill in seen:
            yield FieldError(f"/{index}/skill", f"{one.skill} stands here twice")
        seen.add(one.skill)
        unfit = None if one.scale is None else one.scale.problem(document.top)
        if unfit is not None:
            yield FieldError(f"/{index}/scale/cuts", unfit)
        elif one.on(document.top) is None and one.score is not None:
            yield FieldError(f"/{index}/score", "lies beyond the ends of its scale")
        elif one.on(document.top) is None:
            yield FieldError(f"/{index}/level", f"the scale ends at {document.top}")
