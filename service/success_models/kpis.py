"""KPIs as data: what is measured and how it becomes one number; pure."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from service.core.dto import InputDTO, Key, ShortNumber, Text, example
from service.success_models.filters import Source
from service.success_models.measures import Aggregate, Measure, Unit
from service.success_models.process import CLOSED, StageKey


class KpiKind(StrEnum):
    """Where the number comes from.

    `flow`: what a period's facts add up to; `ratio`: one measure over another; `duration`: days that deals take
    from one stage on, those still there as not over yet; `stock`: a level at the instant asked for.
    """

    FLOW = "flow"
    RATIO = "ratio"
    DURATION = "duration"
    STOCK = "stock"


class KpiLevel(StrEnum):
    """Activities and objectives are process, results are outcome."""

    ACTIVITY = "activity"
    OBJECTIVE = "objective"
    RESULT = "result"

    @property
    def is_process(self) -> bool:
        """What a rep does and what that leads to, as opposed to what comes of it."""
        return self is not KpiLevel.RESULT


class Polarity(StrEnum):
    """Which direction is good."""

    HIGHER = "higher"
    LOWER = "lower"


class Basis(StrEnum):
    """Which facts a ratio divides.

    `event`: what happened in the period; `cohort` follows the deals that entered in it, wherever they
    get to later, and leaves the undecided undecided.
    """

    EVENT = "event"
    COHORT = "cohort"


COHORT_ENTRIES = frozenset({Source.DEALS_CREATED, Source.STAGE_CHANGES})
COHORT_OUTCOMES = frozenset({Source.STAGE_CHANGES, Source.DEALS_WON, Source.DEALS_LOST, Source.DEALS_CLOSED})


class Stay(InputDTO):
    """From a deal's entry into one stage until it leaves it, or until it comes to another."""

    from_stage: StageKey
    to_stage: StageKey | None = None
    """Null: until it leaves `from_stage`, wherever to."""
    quantile: Annotated[Decimal, Field(ge=Decimal("0.05"), le=Decimal("0.95"), decimal_places=2), ShortNumber()] = (
        Decimal("0.5")
    )
    """Which quantile of the days is the value; the median by default."""


class Per(InputDTO):
    """What a value is divided by: another KPI's target or value of the same period, times a number."""

    model_config = example(target_of="won-amount")

    target_of: Key | None = None
    kpi: Key | None = None
    times: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6, allow_inf_nan=False), ShortNumber()] = (
        Decimal(1)
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "Per":
        if (self.target_of is None) == (self.kpi is None):
            raise ValueError("give exactly one of target_of and kpi")
        return self


NEEDED: dict[KpiKind, tuple[str, ...]] = {
    KpiKind.FLOW: ("measure",),
    KpiKind.RATIO: ("numerator", "denominator"),
    KpiKind.DURATION: ("duration",),
    KpiKind.STOCK: ("measure",),
}
PARTS = ("measure", "numerator", "denominator", "duration")


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
    unit: Unit
    measure: Measure | None = None
    """Of a flow and a stock."""
    numerator: Measure | None = None
    """Of a ratio."""
    denominator: Measure | None = None
    """Of a ratio."""
    basis: Basis = Basis.EVENT
    """Of a ratio."""
    duration: Stay | None = None
    """Of a duration."""
    per: Per | None = None
    """Of a flow and a stock: what the measure is divided by, for example a quota."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The value's measure, or numerator and denominator."""
        found = (self.measure, self.numerator, self.denominator)
        return tuple(measure for measure in found if measure is not None)

    @property
    def is_cohort(self) -> bool:
        """Whether it follows deals instead of counting events."""
        return self.kind is KpiKind.RATIO and self.basis is Basis.COHORT

    @property
    def is_additive(self) -> bool:
        """Whether its value comes from sums per day."""
        by_day = self.kind in {KpiKind.FLOW, KpiKind.RATIO} and not self.is_cohort
        return by_day and all(measure.is_additive for measure in self.measures)

    @property
    def is_proportion(self) -> bool:
        """Whether its numerator counts some of what its denominator counts, so that it lies between 0 and 1."""
        if self.numerator is None or self.denominator is None:
            return False
        return self.is_cohort or self.numerator.narrows(self.denominator)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Find what does not fit together, as (pointer below the KPI, message)."""
        needed = NEEDED[self.kind]
        for name in PARTS:
            part: Any = getattr(self, name)
            if part is None and name in needed:
                yield f"/{name}", f"a {self.kind.value} KPI needs it"
            elif part is not None and name not in needed:
                yield f"/{name}", f"a {self.kind.value} KPI does not have it"
            elif isinstance(part, Measure):
                yield from ((f"/{name}{pointer}", message) for pointer, message in part.problems())
                yield from self._source_problems(name, part)
        if self.per is not None and self.kind not in {KpiKind.FLOW, KpiKind.STOCK}:
            yield "/per", f"a {self.kind.value} KPI does not have it"
        if self.basis is Basis.COHORT and self.kind is not KpiKind.RATIO:
            yield "/basis", "only a ratio KPI follows cohorts"
        if self.duration is not None and self.duration.from_stage in CLOSED:
            yield "/duration/from_stage", "is where deals end: none leaves it"
        if self.duration is not None and self.duration.to_stage == self.duration.from_stage:
            yield "/duration/to_stage", "is where it starts: this would take no time"
        yield from self._unit_problems()

    def _source_problems(self, name: str, measure: Measure) -> Iterator[tuple[str, str]]:
        pointer = f"/{name}/source"
        if self.kind is KpiKind.STOCK and measure.source is not Source.OPEN_DEALS:
            yield pointer, "a stock KPI is a level of open_deals"
        if self.kind is not KpiKind.STOCK and measure.source is Source.OPEN_DEALS:
            yield pointer, "open_deals are a level: use them in a stock KPI"
        if self.kind is KpiKind.RATIO and not (measure.is_additive or measure.source is Source.OPEN_DEALS):
            yield f"/{name}/aggregate", "a ratio KPI divides counts and sums"
        if self.is_cohort:
            allowed = COHORT_ENTRIES if name == "denominator" else COHORT_OUTCOMES
            if measure.source not in allowed:
                yield pointer, f"of a cohort it is one of: {', '.join(sorted(allowed))}"
            if measure.aggregate is not Aggregate.COUNT:
                yield f"/{name}/aggregate", "a cohort counts deals"

    def _unit_problems(self) -> Iterator[tuple[str, str]]:
        expected = self._expected_unit()
        if expected is not None and self.unit is not expected:
            yield "/unit", f"would be {expected.value} for what is measured"

    def _expected_unit(self) -> Unit | None:
        """The unit that follows from the parts; None where nothing follows, or a part is missing."""
        if self.kind is KpiKind.DURATION:
            return Unit.DAYS
        if self.kind is KpiKind.RATIO:
            if self.numerator is None or self.denominator is None:
                return Unit.RATIO
            above, below = self.numerator.unit, self.denominator.unit
            is_mean = below is Unit.COUNT and above is not Unit.COUNT
            return above if is_mean else Unit.RATIO
        if self.measure is None:
            return None if self.unit is not Unit.RATIO else Unit.COUNT
        return self.measure.unit if self.per is None else Unit.RATIO
