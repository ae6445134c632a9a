"""What a KPI should reach, for whom and from when, as data; pure. Which target wins is in `target_table.py`."""

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from service.core.dto import Day, InputDTO, Key, ShortNumber, Text, example
from service.organizations.dto.fields import Email


class PeriodKind(StrEnum):
    """Spans of the organization's own calendar."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class ScopeKind(StrEnum):
    """Whom targets are for, from the narrowest on."""

    PERSON = "person"
    JOB_ROLE = "job_role"
    TEAM = "team"
    ORGANIZATION = "organization"


def scope_key(kind: ScopeKind, name: str | None) -> str:
    """A scope as text."""
    return kind.value if name is None else kind.value + ":" + name


class Scope(InputDTO):
    """Whom a target is for; exactly one of the four. The narrowest that fits wins."""

    model_config = example(job_role="AE")

    organization: Literal[True] | None = None
    team: Text | None = None
    """A team's name or id. Whether there is such a team is not checked: documents are written before teams are."""
    job_role: Text | None = None
    person: Email | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Scope":
        if sum(value is not None for value in (self.organization, self.team, self.job_role, self.person)) != 1:
            raise ValueError("give exactly one of organization, team, job_role and person")
        return self

    @property
    def kind(self) -> ScopeKind:
        """Which of the four it is."""
        return next(kind for kind in ScopeKind if getattr(self, kind.value) is not None)

    @property
    def name(self) -> str | None:
        """Which team, job role or person; None for the organization."""
        return self.person or self.job_role or self.team

    @property
    def key(self) -> str:
        """The scope as text; two targets of a KPI and period cannot share it on the same day."""
        return scope_key(self.kind, self.name)

    def __str__(self) -> str:
        kind, name = self.kind, self.name
        if kind is ScopeKind.ORGANIZATION:
            return "the organization's target"
        return f"{name}'s own target" if kind is ScopeKind.PERSON else f"the target of the {_WORDS[kind]} {name}"


_WORDS = {ScopeKind.TEAM: "team", ScopeKind.JOB_ROLE: "job role"}


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class RampStep(InputDTO):
    """From so many months after the day of hiring on, a share of the target holds."""

    after_months: int = Field(ge=0, le=60, strict=True)
    """0: from the first day; 1: from the same day of the next month (its last, where it is shorter)."""
    share: Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6, allow_inf_nan=False), ShortNumber()]
    """1 is the whole target."""


class Target(InputDTO):
    """What a KPI should reach in a period."""

    model_config = example(
        kpi="calls_held",
        period="month",
        value="400",
        scope={"job_role": "SDR"},
        effective_from="2026-04-01",
        ramp=[
            {"after_months": 0, "share": "0.25"},
            {"after_months": 1, "share": "0.5"},
            {"after_months": 3, "share": "1"},
        ],
    )

    kpi: Key
    period: PeriodKind
    value: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False), ShortNumber()]
    scope: Scope
    effective_from: Day | None = None
    """The first day on which it holds; null: always did."""
    effective_until: Day | None = None
    """The first day on which it no longer holds; null: holds on."""
    ramp: list[RampStep] = Field(default_factory=list, max_length=24)
    """By tenure, in order; empty: the whole target from the first day. The last step is the whole target."""

    @field_validator("effective_until")
    @classmethod
    def _ends_after_start(cls, value: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("effective_from")
        if value is not None and start is not None and value <= start:
            raise ValueError("must be after effective_from")
        return value

    def holds_on(self, day: date) -> bool:
        """Whether a day lies within the effective dates."""
        return self.starts <= day < self.ends

    @property
    def starts(self) -> date:
        """The first day on which it holds."""
        return self.effective_from or date.min

    @property
    def ends(self) -> date:
        """The first day on which it no longer holds."""
        return self.effective_until or date.max

    def ramp_days(self, hired_on: date | None) -> list[tuple[date, RampStep]]:
        """The day from which each step of the ramp holds, the first from ever; none without the day of hiring."""
        if hired_on is None:
            return []
        return [
            (months_after(hired_on, step.after_months) if step.after_months else date.min, step) for step in self.ramp
        ]

    def ramp_problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with the ramp, as (pointer below the target, message)."""
        steps = self.ramp
        if not steps:
            return
        if steps[0].after_months != 0:
            yield "/ramp/0/after_months", "must be 0: the first step holds from the first day"
        for index in range(1, len(steps)):
            if steps[index].after_months <= steps[index - 1].after_months:
                yield f"/ramp/{index}/after_months", "must be greater than that of the step before"
        if steps[-1].share != 1:
            yield f"/ramp/{len(steps) - 1}/share", "must be 1: a ramp ends with the whole target"


def problems(targets: Sequence[Target], lower_is_better: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """Check targets against each other and the model, as (pointer below the document, message).

    `lower_is_better` has an entry for each KPI of the model. Teams, job roles and people are not looked
    up: a document may be written, and kept in git, before they exist.
    """
    seen: dict[tuple[str, PeriodKind, str], list[tuple[int, Target]]] = {}
    for index, target in enumerate(targets):
        pointer = f"/targets/{index}"
        if target.kpi not in lower_is_better:
            yield f"{pointer}/kpi", "is no KPI of this model"
        elif target.ramp and lower_is_better[target.kpi]:
            yield f"{pointer}/ramp", "a KPI of which less is better has no ramp: it would be hardest at first"
        yield from ((f"{pointer}{below}", message) for below, message in target.ramp_problems())
        others = seen.setdefault((target.kpi, target.period, target.scope.key), [])
        yield from _overlaps(pointer, target, others)
        others.append((index, target))


def _overlaps(pointer: str, target: Target, others: Collection[tuple[int, Target]]) -> Iterator[tuple[str, str]]:
    for index, other in others:
        if target.starts < other.ends and other.starts < target.ends:
            yield pointer, f"overlaps /targets/{index}, which is of the same KPI, period and scope"
            return
