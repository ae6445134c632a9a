"""A plan in the words and numbers of its reader; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from service.kpi_snapshots.planning.calculation import Lever, Plan
from service.kpi_snapshots.planning.dto import LeverDTO, LeverKind, RequirementDTO
from service.kpi_snapshots.planning.requirements import Requirement
from service.kpi_snapshots.planning.steps import Step
from service.success_models.kpis import Kpi

DEAL_SIZE = "deal_size"
PLACES, CENTS, TENTH = Decimal("0.000001"), Decimal("0.01"), Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Names:
    """What the columns of a plan are called."""

    opened: Kpi
    steps: Sequence[Step]
    activities: Sequence[Kpi]

    @property
    def lever_keys(self) -> list[str]:
        """In the order of a plan's levers."""
        return [*(step.key for step in self.steps), DEAL_SIZE, *(kpi.key for kpi in self.activities)]


def requirements_of(plan: Plan, names: Names, weeks_left: Decimal) -> list[RequirementDTO]:
    """Opportunities, then each activity; null for one that nobody recorded."""
    rows = [(names.opened, plan.opportunities), *zip(names.activities, plan.activities, strict=True)]
    return [_requirement(kpi, found or Requirement(None, None, None), weeks_left) for kpi, found in rows]


def levers_of(plan: Plan, names: Names) -> list[LeverDTO]:
    """From activity to money: yields, conversions, deal size."""
    yields = [
        _lever(kpi.key, f"Opportunities per {kpi.name}", LeverKind.ACTIVITY, lever, PLACES)
        for kpi, lever in zip(names.activities, plan.yields, strict=True)
        if lever is not None
    ]
    steps = [
        _lever(step.key, step.name, LeverKind.CONVERSION, lever, PLACES)
        for step, lever in zip(names.steps, plan.conversions, strict=True)
    ]
    return [*yields, *steps, _lever(DEAL_SIZE, "Mean won deal", LeverKind.DEAL_SIZE, plan.deal_size, CENTS)]


def decimal(number: float, places: Decimal = CENTS) -> Decimal:
    """Rounded half to even."""
    return Decimal(repr(number)).quantize(places)


def _requirement(kpi: Kpi, found: Requirement, weeks_left: Decimal) -> RequirementDTO:
    per_week = None
    if found.needed is not None:
        per_week = (found.needed / weeks_left).quantize(TENTH, ROUND_CEILING)
    return RequirementDTO(
        key=kpi.key, name=kpi.name, needed=found.needed, low=found.low, high=found.high, per_week=per_week
    )


def _lever(key: str, name: str, kind: LeverKind, lever: Lever, places: Decimal) -> LeverDTO:
    return LeverDTO(
        key=key,
        name=name,
        kind=kind,
        value=decimal(lever.value, places),
        interval_low=decimal(lever.low, places),
        interval_high=decimal(lever.high, places),
        n=lever.n,
        better=decimal(lever.better.value, places),
        better_by=lever.better.by,
        saves=decimal(lever.saves, Decimal("0.0001")),
    )
