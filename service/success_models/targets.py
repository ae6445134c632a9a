"""Which target holds for whom: person before job role before organization."""

from decimal import Decimal

from service.success_models.document import ModelDocument, PeriodKind


def resolve_target(
    document: ModelDocument, kpi: str, period: PeriodKind, email: str, job_role: str | None
) -> Decimal | None:
    """The narrowest target of a KPI for a person in a kind of period; None where there is none."""
    for scope in (f"person:{email}", f"job_role:{job_role}", "organization"):
        for target in document.targets:
            if target.kpi == kpi and target.period is period and target.scope.key == scope:
                return target.value
    return None
