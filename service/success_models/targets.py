"""What a KPI should reach, for whom: a person's target before their job role's before the organization's; pure."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from service.core.dto import InputDTO, Key, ShortNumber, Text, example
from service.organizations.dto.fields import Email


class PeriodKind(StrEnum):
    """Spans of the organization's own calendar."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


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


class TargetTable:
    """A model's targets, indexed once, so that thousands of people are resolved without scanning them."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._values = {(target.kpi, target.period, target.scope.key): target.value for target in targets}

    def resolve(self, kpi: str, period: PeriodKind, email: str, job_role: str | None) -> Decimal | None:
        """Find the narrowest target of a KPI for a person in a kind of period; None where there is none."""
        for scope in (f"person:{email}", f"job_role:{job_role}", "organization"):
            value = self._values.get((kpi, period, scope))
            if value is not None:
                return value
        return None
