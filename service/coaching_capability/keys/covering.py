"""Whether a person was covered by a success model on a day: one in force for them, and targets that hold; pure.

Process apart from outcome needs both: of the process KPIs of the model one at least must have a target for the person,
and one of its results, where it has such KPIs at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from service.organizations.known import KnownPerson
from service.success_models.document import ModelDocument
from service.success_models.target_table import scopes_of
from service.success_models.targets import Target


class Cover(StrEnum):
    """How far somebody is covered."""

    COVERED = "covered"
    NO_MODEL = "no_model"
    NO_TARGETS = "no_targets"


@dataclass(frozen=True, slots=True, eq=False)
class DatedModel:
    """A version of a model and when it was in force; `retired_at` None: it still is."""

    document: ModelDocument
    activated_at: datetime
    retired_at: datetime | None
    _process: frozenset[str] = field(init=False, repr=False)
    _results: frozenset[str] = field(init=False, repr=False)
    _targets: dict[str, list[Target]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index targets by scope, once for thousands of people."""
        kpis = self.document.kpis
        targets: dict[str, list[Target]] = {}
        for target in self.document.targets:
            targets.setdefault(target.scope.key, []).append(target)
        object.__setattr__(self, "_process", frozenset(kpi.key for kpi in kpis if kpi.level.is_process))
        object.__setattr__(self, "_results", frozenset(kpi.key for kpi in kpis if not kpi.level.is_process))
        object.__setattr__(self, "_targets", targets)

    def was_active(self, at: datetime) -> bool:
        """Whether it was in force at an instant."""
        return self.activated_at <= at and (self.retired_at is None or self.retired_at > at)

    def asks_of(self, person: KnownPerson, day: date) -> bool:
        """Whether targets of both kinds hold for a person on a day."""
        held = {
            target.kpi for scope in scopes_of(person) for target in self._targets.get(scope, ()) if target.holds_on(day)
        }
        return all(not kind or held & kind for kind in (self._process, self._results))


def find_cover(models: Sequence[DatedModel], person: KnownPerson, day: date, at: datetime) -> Cover:
    """How far a person was covered on a day, by the models in force at an instant."""
    model = _model_of(models, person.job_role, at)
    if model is None:
        return Cover.NO_MODEL
    return Cover.COVERED if model.asks_of(person, day) else Cover.NO_TARGETS


def _model_of(models: Iterable[DatedModel], job_role: str | None, at: datetime) -> DatedModel | None:
    """That of the job role, else the one for everybody else."""
    found = {model.document.job_role: model for model in models if model.was_active(at)}
    return found.get(job_role) or found.get(None)
