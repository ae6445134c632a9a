"""Which snapshots a question is about: each person with the KPIs of the model that holds for them; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.organizations.dto.people import PersonDTO
from service.organizations.known import KnownPerson
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.kpis import Kpi
from service.success_models.target_table import TargetTable
from service.success_models.targets import PeriodKind


@dataclass(frozen=True, slots=True)
class ModelKpi:
    """A KPI and its place in the model."""

    definition: Kpi
    place: int


@dataclass(frozen=True, slots=True)
class PreparedModel:
    """A model with what is the same for every person computed once."""

    id: UUID
    version: int
    kpis: Mapping[str, ModelKpi]
    targets: TargetTable
    periods: frozenset[PeriodKind]
    """The kinds of period whose snapshots are kept ready: those with targets, and months."""

    def with_divisors(self, keys: Iterable[str]) -> list[Kpi]:
        """The KPIs of some keys, and those whose values they are divided by, directly or in turn."""
        found: dict[str, Kpi] = {}
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found[key] = self.kpis[key].definition
                per = found[key].per
                waiting += [] if per is None or per.kpi is None else [per.kpi]
        return list(found.values())


@dataclass(frozen=True, slots=True)
class SnapshotLine:
    """One snapshot to compute."""

    person: PersonDTO
    known: KnownPerson
    """What counts of the person, as it was known."""
    kpi: ModelKpi
    model: PreparedModel

    @property
    def position(self) -> tuple[str, str, str]:
        """Where the line stands in a list by name and place."""
        return self.person.name, str(self.person.id), f"{self.kpi.place:05d}"


def prepare_models(models: Iterable[SuccessModelDTO]) -> dict[str | None, PreparedModel]:
    """Index the active models by job role; None is the model of everyone else."""
    return {model.job_role: _prepare(model) for model in models}


def lines_for(
    people: Sequence[PersonDTO],
    known: Mapping[UUID, KnownPerson],
    models: Mapping[str | None, PreparedModel],
    kpi: str | None,
) -> list[SnapshotLine]:
    """List the lines of some people by name; `kpi` narrows to one KPI.

    Those who were not known, and those without a model, have none.
    """
    lines = []
    for person in sorted(people, key=lambda item: (item.name, str(item.id))):
        one = known.get(person.id)
        model = None if one is None else models.get(one.job_role) or models.get(None)
        if one is not None and model is not None:
            chosen = model.kpis.values() if kpi is None else [model.kpis[kpi]] if kpi in model.kpis else []
            lines += [SnapshotLine(person, one, member, model) for member in chosen]
    return lines


def _prepare(model: SuccessModelDTO) -> PreparedModel:
    kpis = {kpi.key: ModelKpi(kpi, place) for place, kpi in enumerate(model.document.kpis)}
    periods = frozenset(target.period for target in model.document.targets) | {PeriodKind.MONTH}
    return PreparedModel(model.id, model.version, kpis, TargetTable(model.document.targets), periods)
