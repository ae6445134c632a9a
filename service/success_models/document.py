"""A success model as one JSON document, which a partner keeps in git: stages, KPIs and targets."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from service.core.dto import InputDTO, Key, ShortNumber, Text, example
from service.core.errors import FieldError
from service.organizations.dto.fields import Email
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


class PeriodKind(StrEnum):
    """Spans of the organization's own calendar."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Stage(InputDTO):
    """A step of the sales process, in the order of the list."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: Text
    exit_criteria: list[Text] = Field(default_factory=list, max_length=20)


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


class Scope(InputDTO):
    """Whom a target is for; exactly one of the three. The narrowest that fits wins."""

    model_config = example(job_role="AE")

    organization: Literal[True] | None = None
    job_role: Text | None = None
    person: Email | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Scope":
        if sum(value is not None for value in (self.organization, self.job_role, self.person)) != 1:
            raise ValueError("give exactly one of organization, job_role and person")
        return self

    @property
    def key(self) -> str:
        """The scope as text; two targets of a KPI and period cannot share it."""
        if self.organization:
            return "organization"
        return f"job_role:{self.job_role}" if self.job_role else f"person:{self.person}"


class Target(InputDTO):
    """What a KPI should reach in a period."""

    kpi: Key
    period: PeriodKind
    value: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False), ShortNumber()]
    scope: Scope


class ModelDocument(InputDTO):
    """A whole model; `job_role` null is for everyone whose job role has no model of its own."""

    key: Key
    name: Text
    job_role: Text | None = None
    stages: list[Stage] = Field(default_factory=list, max_length=30)
    kpis: list[Kpi] = Field(min_length=1, max_length=60)
    targets: list[Target] = Field(default_factory=list, max_length=2000)

    def kpi(self, key: str) -> Kpi | None:
        """Find a KPI by its key."""
        return next((kpi for kpi in self.kpis if kpi.key == key), None)

    def stored(self) -> dict[str, Any]:
        """Render the document as its column holds it."""
        return self.model_dump(mode="json", exclude_none=True)


def find_problems(document: ModelDocument) -> list[FieldError]:
    """Check everything that types alone cannot see; each problem with its pointer in the document."""
    found: list[FieldError] = []
    found += _repeated("/stages", [stage.key for stage in document.stages], "key")
    found += _repeated("/kpis", [kpi.key for kpi in document.kpis], "key")
    for index, kpi in enumerate(document.kpis):
        found += [FieldError(f"/kpis/{index}{pointer}", message) for pointer, message in kpi.problems()]
    keys = {kpi.key for kpi in document.kpis}
    seen: set[tuple[str, PeriodKind, str]] = set()
    for index, target in enumerate(document.targets):
        if target.kpi not in keys:
            found.append(FieldError(f"/targets/{index}/kpi", "is no KPI of this model"))
        place = (target.kpi, target.period, target.scope.key)
        if place in seen:
            found.append(FieldError(f"/targets/{index}", "repeats a target of the same KPI, period and scope"))
        seen.add(place)
    return found


def _repeated(pointer: str, keys: list[str], name: str) -> list[FieldError]:
    return [
        FieldError(f"{pointer}/{index}/{name}", f"{key} stands here twice")
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]
