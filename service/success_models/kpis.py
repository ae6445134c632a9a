"""KPIs as data: what is measured, and whether more of it is better; pure."""

from enum import StrEnum
from typing import Literal

from service.core.dto import InputDTO, Key, Text, example
from service.success_models.measures import Measure


class KpiKind(StrEnum):
    """`flow`: a measure's sum over the period; `ratio`: one measure over another."""

    FLOW = "flow"
    RATIO = "ratio"


class KpiLevel(StrEnum):
    """Activities and objectives are process, results are outcome."""

    ACTIVITY = "activity"
    OBJECTIVE = "objective"
    RESULT = "result"


class Polarity(StrEnum):
    """Which direction is good."""

    HIGHER = "higher"
    LOWER = "lower"


class Kpi(InputDTO):
    """What is measured, and whether more of it is better."""

    model_config = example(
        key="calls_held",
        name="Calls held",
        kind="flow",
        level="activity",
        unit="count",
        measure={"source": "activities", "filters": [{"field": "kind", "op": "eq", "value": "call"}]},
    )

    key: Key
    name: Text
    kind: KpiKind
    level: KpiLevel
    polarity: Polarity = Polarity.HIGHER
    unit: Literal["count", "currency", "ratio", "seconds"]
    measure: Measure | None = None
    numerator: Measure | None = None
    denominator: Measure | None = None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The value's measure, or numerator and denominator."""
        found = (self.measure, self.numerator, self.denominator)
        return tuple(measure for measure in found if measure is not None)

    def problems(self) -> list[tuple[str, str]]:
        """Find what does not fit together, as (pointer below the KPI, message)."""
        found: list[tuple[str, str]] = []
        needed = ("measure",) if self.kind is KpiKind.FLOW else ("numerator", "denominator")
        for name in ("measure", "numerator", "denominator"):
            measure: Measure | None = getattr(self, name)
            if measure is None and name in needed:
                found.append((f"/{name}", f"a {self.kind.value} KPI needs it"))
            elif measure is not None and name not in needed:
                found.append((f"/{name}", f"a {self.kind.value} KPI does not have it"))
            elif measure is not None:
                found += [(f"/{name}{pointer}", message) for pointer, message in measure.problems()]
        if (self.kind is KpiKind.RATIO) != (self.unit == "ratio"):
            found.append(("/unit", "is ratio for a ratio KPI and for no other"))
        return found
