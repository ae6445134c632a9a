"""A person's level in a skill from what raters say of it, each once; pure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import sqrt
from statistics import fmean, variance

from service.skill_assessments.plans.readings import SkillReading

ROUNDING = 1 / 12
"""The variance that a rating has at least, in levels²: it is a whole level (Sheppard 1898)."""


def read_level(ratings: Sequence[tuple[Decimal, date]]) -> SkillReading | None:
    """The mean of the raters' newest ratings, with its standard error; None without ratings.

    With one rater nobody knows how far others would be from them, so that the error is None. Raters who agree by chance
    do not make it 0: a rating is a whole level, and has the variance of what was rounded at least.
    """
    if not ratings:
        return None
    levels = [float(level) for level, _ in ratings]
    error = None
    if len(levels) > 1:
        error = sqrt(max(variance(levels), ROUNDING) / len(levels))
    return SkillReading(
        level=round(Decimal(repr(fmean(levels))), 2),
        standard_error=None if error is None else round(Decimal(repr(error)), 3),
        n=len(levels),
        assessed_on=max(day for _, day in ratings),
    )
