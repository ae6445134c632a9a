"""A success model as one JSON document, which a partner keeps in git: stages, KPIs and targets."""

from typing import Any

from pydantic import Field

from service.core.dto import InputDTO, Key, Text
from service.core.errors import FieldError
from service.success_models.kpis import Kpi
from service.success_models.process import Stage
from service.success_models.targets import PeriodKind, Target


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
