"""Raters who rate people twice, a half apart, with known severities."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from service.skill_assessments.calibration.marks import Mark

MIDDLE = datetime(2026, 6, 1, tzinfo=UTC)
SKILLS = ("discovery", "qualification", "closing")


def draw_marks(
    generator: np.random.Generator,
    *,
    raters: int = 6,
    people: int = 20,
    drifts: Mapping[str, float] | None = None,
    per_person: int = 3,
    required: float | None = None,
    kind: frozenset[str] = frozenset(),
) -> list[Mark]:
    """Each person by `per_person` raters in each half, in whole levels 1 to 5.

    `drifts` are added to severities in the later half; those of `kind` never go below `required`.
    """
    names = [f"rater {at}" for at in range(raters)]
    severity = dict(zip(names, generator.normal(0, 0.3, raters), strict=True))
    found = []
    for person in range(people):
        level = generator.normal(3, 0.8)
        for half in (0, 1):
            level += 0.2 * half
            for name in generator.permutation(names)[:per_person]:
                # A rater's general impression of somebody colours all skills.
                impression = generator.normal(0, 0.3)
                for skill in SKILLS:
                    seen = level - severity[name] - half * (drifts or {}).get(name, 0.0) + impression
                    value = float(np.clip(np.round(seen + generator.normal(0, 0.4)), 1, 5))
                    if required is not None and name in kind:
                        value = max(value, required)
                    at = MIDDLE + timedelta(days=30 * (2 * half - 1))
                    found.append(Mark(UUID(int=person + 1), str(name), skill, value, at, required))
    return found
