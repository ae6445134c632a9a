"""Answers about rates, as their use case gives them, from plain numbers."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from service.core.ids import new_id
from service.core.principal import Role
from service.kpi_snapshots.lines import ModelKpi, PreparedModel, SnapshotLine
from service.kpi_snapshots.rates.comparing import Case, Group, compare_groups, count_tests
from service.kpi_snapshots.rates.dto import RateComparisonDTO, RateComparisonsDTO
from service.kpi_snapshots.rates.presenting import present_comparison
from service.organizations.dto.people import PersonDTO
from service.organizations.known import KnownPerson
from service.success_models.kpis import Kpi
from service.success_models.target_table import TargetTable
from service.success_models.targets import PeriodKind
from tests.factories.success_models import ratio_kpi

AT = datetime(2026, 3, 31, 20, tzinfo=UTC)


def answer_about(*comparisons: RateComparisonDTO) -> RateComparisonsDTO:
    """Of the first quarter of 2026."""
    return RateComparisonsDTO(
        period=PeriodKind.QUARTER,
        period_start=date(2026, 1, 1),
        period_end=date(2026, 3, 31),
        as_of=AT,
        team_on=AT.date(),
        interval_level=Decimal("0.9"),
        false_discoveries=Decimal("0.05"),
        tests=len(comparisons),
        comparisons=list(comparisons),
    )


def compared(
    names: Sequence[str], hits: Sequence[int], n: Sequence[int], seen: Collection[str] | None = None
) -> RateComparisonDTO:
    """Win rates of AEs; `seen` by name, None: all of them."""
    lines = [_line(name) for name in names]
    cases = [Case(line.person.id, won, of) for line, won, of in zip(lines, hits, n, strict=True)]
    found = compare_groups([Group(cases, is_share=True)])
    ids = None if seen is None else {line.person.id for line in lines if line.person.name in seen}
    return present_comparison(found[0], lines, ids, count_tests(found))


def _line(name: str) -> SnapshotLine:
    kpi = Kpi.model_validate(
        ratio_kpi("win-rate", {"source": "deals_won"}, {"source": "deals_closed"}, name="Win <rate>")
    )
    person = PersonDTO(
        id=new_id(), email="a@example.com", name=name, role=Role.REP, job_role="AE", time_zone=None, locale=None,
        hired_on=None, left_on=None, holiday_calendar=None, manager_id=None, external_identities=[], created_at=AT,
        updated_at=AT,
    )  # fmt: skip
    model = PreparedModel(new_id(), 1, {}, TargetTable([]), frozenset())
    return SnapshotLine(person, KnownPerson(person.id, person.email, "AE"), ModelKpi(kpi, 0), model)
