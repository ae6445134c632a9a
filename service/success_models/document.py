"""A success model as one JSON document, which a partner keeps in git: stages, KPIs and targets."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from service.activities.mapping import CLOSED_LOST, CLOSED_WON
from service.core.dto import InputDTO, Key, ShortNumber, Text
from service.core.errors import FieldError
from service.core.validation import repeated
from service.success_models import targets
from service.success_models.kpis import Kpi, Polarity
from service.success_models.process import Criterion, SalesProcess, Stage, find_process_problems
from service.success_models.standards import Standards
from service.success_models.targets import Target

ProcessStandard = Annotated[
    Decimal, Field(ge=Decimal("0.01"), le=Decimal("0.99"), decimal_places=4, allow_inf_nan=False), ShortNumber()
]
"""At 0 every process would be good, and at 1 none could surely be."""


class ModelDocument(InputDTO):
    """A whole model; `job_role` null is for everyone whose job role has no model of its own."""

    key: Key
    name: Text
    job_role: Text | None = None
    stages: list[Stage] = Field(default_factory=list, max_length=30)
    criteria: list[Criterion] = Field(default_factory=list, max_length=200)
    """What stages and standards name by key."""
    standards: Standards = Field(default_factory=Standards)
    process_standard: ProcessStandard = Decimal("0.7")
    """The share of criteria and process KPIs that a good process meets."""
    kpis: list[Kpi] = Field(min_length=1, max_length=60)
    targets: list[Target] = Field(default_factory=list, max_length=2000)

    def kpi(self, key: str) -> Kpi | None:
        """Find a KPI by its key."""
        return next((kpi for kpi in self.kpis if kpi.key == key), None)

    @property
    def process(self) -> SalesProcess:
        """Stages and criteria, indexed."""
        return SalesProcess(self.stages, self.criteria)

    def stored(self) -> dict[str, Any]:
        """Render the document as its column holds it."""
        return self.model_dump(mode="json", exclude_none=True)


def find_problems(document: ModelDocument) -> list[FieldError]:
    """Check everything that types alone cannot see; each problem with its pointer in the document."""
    found: list[FieldError] = []
    found += _at("", find_process_problems(document.stages, document.criteria))
    found += _at("/standards", document.standards.problems(document.stages, document.criteria))
    found += repeated("/kpis", [kpi.key for kpi in document.kpis], "key")
    for index, kpi in enumerate(document.kpis):
        problems = [*kpi.problems(), *_stage_problems(kpi, document.stages), *_per_problems(kpi, document)]
        found += [FieldError(f"/kpis/{index}{pointer}", message) for pointer, message in problems]
    lower = {kpi.key: kpi.polarity is Polarity.LOWER for kpi in document.kpis}
    found += [FieldError(pointer, message) for pointer, message in targets.problems(document.targets, lower)]
    found += [
        FieldError(f"/targets/{index}/value", "is a share of the whole, 0 to 1: 40 % is 0.4")
        for index, target in enumerate(document.targets)
        if target.value > 1 and (of := document.kpi(target.kpi)) is not None and of.is_proportion
    ]
    return found


def _stage_problems(kpi: Kpi, stages: Sequence[Stage]) -> Iterator[tuple[str, str]]:
    """Stages that the process does not have: a slip of the pen would count nothing for ever.

    Without a process
    there is nothing to check against.
    """
    known = {stage.key for stage in stages} | {CLOSED_WON, CLOSED_LOST}
    if not stages:
        return
    for name, measure in (("measure", kpi.measure), ("numerator", kpi.numerator), ("denominator", kpi.denominator)):
        named = [] if measure is None else measure.stage_values()
        yield from (
            (f"/{name}{pointer}", f"{stage} is no stage of this model")
            for pointer, stage in named
            if stage not in known
        )
    if kpi.duration is not None:
        for name, stage in (("from_stage", kpi.duration.from_stage), ("to_stage", kpi.duration.to_stage)):
            if stage is not None and stage not in known:
                yield f"/duration/{name}", f"{stage} is no stage of this model"


def _per_problems(kpi: Kpi, document: ModelDocument) -> Iterator[tuple[str, str]]:
    """What a KPI is divided by must be there, and must not lead back to itself."""
    if kpi.per is None:
        return
    if kpi.per.target_of is not None:
        if document.kpi(kpi.per.target_of) is None:
            yield "/per/target_of", "is no KPI of this model"
        elif all(target.kpi != kpi.per.target_of or not target.value for target in document.targets):
            yield "/per/target_of", "has no target above zero in this model: this would divide by nothing"
    elif document.kpi(str(kpi.per.kpi)) is None:
        yield "/per/kpi", "is no KPI of this model"
    elif _leads_to(document, str(kpi.per.kpi), kpi.key):
        yield "/per/kpi", "leads back to this KPI: a cycle"


def _leads_to(document: ModelDocument, start: str, goal: str) -> bool:
    """Whether following `per.kpi` from one KPI comes to another."""
    seen: set[str] = set()
    key: str | None = start
    while key is not None and key not in seen:
        if key == goal:
            return True
        seen.add(key)
        kpi = document.kpi(key)
        key = None if kpi is None or kpi.per is None else kpi.per.kpi
    return False


def _at(pointer: str, problems: list[tuple[str, str]]) -> list[FieldError]:
    return [FieldError(pointer + below, message) for below, message in problems]
