"""What one version of a model changed against another, KPI by KPI; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.success_models.document import ModelDocument

PARTS = (
    "name", "kind", "level", "polarity", "unit", "measure", "numerator", "denominator", "basis", "duration", "per",
)  # fmt: skip


class Change(StrEnum):
    """What became of a KPI."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """A KPI, what became of it, and where in the newer document (of a removed one: the older) that stands."""

    kpi: str
    name: str
    change: Change
    pointers: tuple[str, ...]


def find_differences(before: ModelDocument | None, after: ModelDocument) -> list[Difference]:
    """Every KPI of either document: the newer one's in its order, then those that it has no more.

    A KPI changed where its definition or one of its targets did; targets that are gone are shown as `/targets`.
    """
    older = {} if before is None else {kpi.key: kpi for kpi in before.kpis}
    found = []
    for index, kpi in enumerate(after.kpis):
        if kpi.key not in older:
            found.append(Difference(kpi.key, kpi.name, Change.ADDED, (f"/kpis/{index}",)))
            continue
        pointers = (*_parts(index, older[kpi.key].model_dump(mode="json"), kpi.model_dump(mode="json")),)
        pointers += (*_targets(kpi.key, before, after),)
        found.append(Difference(kpi.key, kpi.name, Change.CHANGED if pointers else Change.UNCHANGED, pointers))
    newer = {kpi.key for kpi in after.kpis}
    for index, kpi in enumerate([] if before is None else before.kpis):
        if kpi.key not in newer:
            found.append(Difference(kpi.key, kpi.name, Change.REMOVED, (f"/kpis/{index}",)))
    return found


def _parts(index: int, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    yield from (f"/kpis/{index}/{part}" for part in PARTS if before[part] != after[part])


def _targets(kpi: str, before: ModelDocument | None, after: ModelDocument) -> Iterator[str]:
    older = [] if before is None else [one.model_dump(mode="json") for one in before.targets if one.kpi == kpi]
    newer = [(index, one.model_dump(mode="json")) for index, one in enumerate(after.targets) if one.kpi == kpi]
    yield from (f"/targets/{index}" for index, one in newer if one not in older)
    if any(one not in [target for _, target in newer] for one in older):
        yield "/targets"
