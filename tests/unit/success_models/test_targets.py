"""Targets: a person's before their job role's before the organization's."""

from decimal import Decimal

import pytest

from service.success_models.document import ModelDocument
from service.success_models.target_table import TargetTable
from service.success_models.targets import PeriodKind
from tests.factories.success_models import model_document, target

TABLE = TargetTable(
    ModelDocument.model_validate(
        model_document(
            targets=[
                target("calls", "month", "10"),
                target("calls", "month", "20", job_role="AE"),
                target("calls", "month", "30", person="Ann@example.com"),
                target("calls", "week", "0", job_role="AE"),
                target("calls", "week", "7"),
            ]
        )
    ).targets
)


@pytest.mark.parametrize(
    ("email", "job_role", "period", "value"),
    [
        ("ann@example.com", "AE", PeriodKind.MONTH, "30"),
        ("ann@example.com", None, PeriodKind.MONTH, "30"),
        ("bob@example.com", "AE", PeriodKind.MONTH, "20"),
        ("bob@example.com", "SDR", PeriodKind.MONTH, "10"),
        ("bob@example.com", None, PeriodKind.MONTH, "10"),
        ("ann@example.com", "AE", PeriodKind.WEEK, "0"),
        ("ann@example.com", "SDR", PeriodKind.WEEK, "7"),
        ("ann@example.com", "AE", PeriodKind.YEAR, None),
    ],
)
def test_the_narrowest_scope_wins(email: str, job_role: str | None, period: PeriodKind, value: str | None) -> None:
    expected = None if value is None else Decimal(value)
    assert TABLE.resolve("calls", period, email, job_role) == expected


def test_a_kpi_without_targets_has_none() -> None:
    assert TABLE.resolve("win-rate", PeriodKind.MONTH, "ann@example.com", "AE") is None
