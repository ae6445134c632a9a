"""Which target holds for whom: a person's before their job role's before the organization's."""

from collections.abc import Iterable
from decimal import Decimal

from service.success_models.document import PeriodKind, Target


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
