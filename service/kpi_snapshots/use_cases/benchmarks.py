"""The spread of each KPI of a model over peers, in a period that is over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import conflict
from service.core.principal import Principal, require
from service.kpi_snapshots.benchmarks import Benchmark, PeerGroup, PeerValue, Tenure, find_benchmarks, tenure_on
from service.kpi_snapshots.dto import BenchmarkDTO, BenchmarksDTO, BenchmarksQuery, KpiSnapshotQuery
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.lines import SnapshotLine
from service.kpi_snapshots.pace import to_decimal
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.computing import value_of
from service.kpi_snapshots.use_cases.framing import MOMENT, Question, frame_question
from service.kpi_snapshots.use_cases.gathering import Frame, gather_figures
from service.kpi_snapshots.use_cases.lead_grades import load_lead_grades
from service.organizations.use_cases.people import list_everyone
from service.organizations.use_cases.scope import visible_people
from service.success_models.kpis import Kpi
from service.success_models.use_cases.success_models import get_success_model

LEAST_SEEN_BY_ALL = 5
"""Who does not see everybody sees no group in which somebody could be guessed."""
Values = Mapping[tuple[UUID, str], float | None]


async def get_benchmarks(
    session: AsyncSession, principal: Principal, model_id: UUID, query: BenchmarksQuery
) -> BenchmarksDTO:
    """Benchmarks of a model's KPIs by job role and tenure, each group beside all of its job role.

    `not_found` for an unknown model, `conflict` for one that is not active. Of those who do not see everybody, groups
    of fewer than five are kept back.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    await get_success_model(session, principal.as_system(), model_id)
    question = await _last_complete(session, principal, query)
    everybody = await list_everyone(session, principal.as_system())
    lines = [line for line in question.lines(everybody, None) if line.model.id == model_id]
    if not any(model.id == model_id for model in question.models.values()):
        raise conflict("not_active", "Benchmarks are those of an active model.")
    there = [line for line in lines if _was_there(line, question.frame)]
    now = await _values(session, principal.org_id, question, there)
    before = await _values(session, principal.org_id, _the_one_before(question), there)
    found = find_benchmarks(_groups(there, now, before, question.frame.period.end))
    sees_all = await visible_people(session, principal, question.frame.today) is None
    kpis = {line.kpi.definition.key: line.kpi.definition for line in lines}
    grades = await load_lead_grades(session, principal.org_id, [model_id], *question.graded_by)
    return BenchmarksDTO(
        success_model_id=model_id,
        period=question.frame.period.kind,
        period_start=question.frame.period.start,
        period_end=question.frame.period.end,
        as_of=question.frame.as_of,
        benchmarks=[
            _present(one, kpis[one.group.kpi], grades.of(model_id, kpis[one.group.kpi]))
            for one in found
            if _is_asked(one, query) and (sees_all or one.n >= LEAST_SEEN_BY_ALL)
        ],
    )


async def _last_complete(session: AsyncSession, principal: Principal, query: BenchmarksQuery) -> Question:
    """The period that is asked for, or else the last one that is over."""
    asked = KpiSnapshotQuery(period=query.period, period_start=query.period_start, as_of=query.as_of)
    question = await frame_question(session, principal, asked)
    return question if query.period_start is not None else _the_one_before(question)


def _the_one_before(question: Question) -> Question:
    """The same question of the period before, at its end."""
    start = question.frame.period.start
    period = question.calendar.period_of(question.frame.period.kind, start - timedelta(days=1))
    ended_at = datetime.combine(start, time.min, question.zone).astimezone(UTC) - MOMENT
    return replace(question, frame=Frame(period, ended_at, period.end, question.frame.known_at, ended_at))


def _was_there(line: SnapshotLine, frame: Frame) -> bool:
    """Whether the person was there the whole period: a part of one is no peer's figure."""
    hired_on, left_on = line.known.hired_on, line.known.left_on
    return (hired_on is None or hired_on <= frame.period.start) and (left_on is None or left_on >= frame.period.end)


async def _values(session: AsyncSession, org_id: UUID, question: Question, lines: Sequence[SnapshotLine]) -> Values:
    if not lines:
        return {}
    model = lines[0].model
    people = sorted({line.person.id for line in lines})
    kpis = model.with_divisors(sorted(model.kpis))
    figures = await gather_figures(session, org_id, people, kpis, question.frame)
    found: dict[tuple[UUID, str], float | None] = {}
    for line in lines:
        value = (
            value_of(line.kpi.definition, line, question, figures).value if _was_there(line, question.frame) else None
        )
        found[line.person.id, line.kpi.definition.key] = None if value is None else float(value)
    return found


def _groups(lines: Sequence[SnapshotLine], now: Values, before: Values, day: date) -> Iterator[PeerGroup]:
    """Of each KPI and job role all, and then each tenure; in the model's order."""
    members: dict[tuple[int, str, str | None], list[SnapshotLine]] = {}
    for line in lines:
        members.setdefault((line.kpi.place, line.kpi.definition.key, line.known.job_role), []).append(line)
    for (_, kpi, job_role), peers in sorted(members.items(), key=lambda item: (item[0][0], item[0][2] or "")):
        polarity = peers[0].kpi.definition.polarity
        bands: dict[Tenure | None, list[PeerValue]] = {None: []}
        for line in sorted(peers, key=lambda one: one.person.id):
            key = (line.person.id, kpi)
            value = PeerValue(line.person.id, now[key], before[key])
            bands[None].append(value)
            bands.setdefault(tenure_on(line.known.hired_on, day), []).append(value)
        order = [None, *(band for band in Tenure if band in bands)]
        yield from (PeerGroup(kpi, polarity, job_role, band, bands[band]) for band in order)


def _is_asked(one: Benchmark, query: BenchmarksQuery) -> bool:
    group = one.group
    return (
        query.kpi in {None, group.kpi}
        and query.job_role in {None, group.job_role}
        and query.tenure in {None, group.tenure}
    )


def _present(one: Benchmark, kpi: Kpi, lead_grade: LeadGrade | None) -> BenchmarkDTO:
    return BenchmarkDTO(
        kpi=kpi.key,
        name=kpi.name,
        unit=kpi.unit,
        polarity=kpi.polarity,
        job_role=one.group.job_role,
        tenure=one.group.tenure,
        n=one.n,
        lower_quartile=to_decimal(one.low),
        median=to_decimal(one.median),
        upper_quartile=to_decimal(one.high),
        proposed_target=to_decimal(one.proposed),
        reliability=None if one.reliability is None else Decimal(repr(one.reliability)).quantize(Decimal("0.0001")),
        lead_grade=lead_grade,
        proof=one.proof,
    )
