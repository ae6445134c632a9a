"""Snapshots from figures: each line's value, target and where that leaves the person."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.dto import KpiSnapshotDTO
from service.kpi_snapshots.figures import Figures
from service.kpi_snapshots.lines import PreparedModel, SnapshotLine
from service.kpi_snapshots.snapshot import KpiValue, compute_attainment, compute_value
from service.kpi_snapshots.use_cases.gathering import Frame, gather_figures
from service.organizations.dto.people import PersonDTO
from service.success_models.kpis import Kpi, Per


async def compute_snapshots(
    session: AsyncSession, org_id: UUID, lines: Sequence[SnapshotLine], frame: Frame
) -> list[KpiSnapshotDTO]:
    """Compute the snapshots of some lines, in their order."""
    if not lines:
        return []
    asked: dict[UUID, tuple[PreparedModel, set[str]]] = {}
    for line in lines:
        asked.setdefault(line.model.id, (line.model, set()))[1].add(line.kpi.definition.key)
    kpis = [kpi for model, keys in asked.values() for kpi in model.with_divisors(sorted(keys))]
    people = sorted({line.person.id for line in lines})
    figures = await gather_figures(session, org_id, people, kpis, frame)
    return [_snapshot(line, frame, figures) for line in lines]


def _snapshot(line: SnapshotLine, frame: Frame, figures: Figures) -> KpiSnapshotDTO:
    person, kpi = line.person, line.kpi.definition
    result = _value(kpi, line.model, person, frame, figures)
    target = line.model.targets.resolve(kpi.key, frame.period.kind, person.email, person.job_role)
    return KpiSnapshotDTO(
        person_id=person.id,
        kpi=kpi.key,
        level=kpi.level,
        period=frame.period.kind,
        period_start=frame.period.start,
        period_end=frame.period.end,
        as_of=frame.as_of,
        value=result.value,
        numerator=result.numerator,
        denominator=result.denominator,
        n=result.n,
        undecided=result.undecided,
        target=target,
        attainment=compute_attainment(result.value, target, kpi.polarity),
        model_version=line.model.version,
    )


def _value(kpi: Kpi, model: PreparedModel, person: PersonDTO, frame: Frame, figures: Figures) -> KpiValue:
    """A KPI's value; what it is divided by is a target or, in turn, another KPI's value."""

    def divisor(per: Per) -> Decimal | None:
        if per.target_of is not None:
            return model.targets.resolve(per.target_of, frame.period.kind, person.email, person.job_role)
        other = model.kpis[str(per.kpi)].definition
        return _value(other, model, person, frame, figures).value

    return compute_value(kpi, figures, person.id, divisor)
