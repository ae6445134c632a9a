"""Whether a KPI rises or falls over the last periods, beyond chance; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from service.kpi_snapshots.snapshot import KpiValue
from service.statistics.trends import count_trend, proportion_trend
from service.success_models.kpis import Kpi, KpiKind
from service.success_models.measures import Aggregate

SIGNIFICANCE = 0.05


class Direction(StrEnum):
    """`steady`: no more of a trend than chance makes."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What a KPI came to in a period that is over, on so many working days."""

    start: date
    value: KpiValue
    days: float


def find_direction(kpi: Kpi, points: Sequence[TrendPoint]) -> Direction:
    """Test the points of a count or a proportion, in order of time; of anything else nothing is said.

    Score tests against no trend: Cox & Lewis 1966 for counts, Cochran 1954 and Armitage 1955 for proportions.
    """
    if kpi.kind is KpiKind.FLOW and kpi.per is None and kpi.measures[0].aggregate is Aggregate.COUNT:
        found = count_trend(
            np.array([float(point.value.n) for point in points]), np.array([point.days for point in points])
        )
    elif kpi.is_proportion:
        above, below = (
            np.array([float(part or 0) for part in parts])
            for parts in zip(*((point.value.numerator, point.value.denominator) for point in points), strict=True)
        )
        found = proportion_trend(above, below)
    else:
        return Direction.CANNOT_TELL
    if not np.isfinite(found.slope):
        return Direction.CANNOT_TELL
    if float(found.p) >= SIGNIFICANCE:
        return Direction.STEADY
    return Direction.RISING if float(found.z) > 0 else Direction.FALLING
