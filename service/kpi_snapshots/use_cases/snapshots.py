"""KPI snapshots: where people stand against their model, from cells and, for the last day, from facts."""

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import invalid
from service.core.pagination import Page, PageRequest, encode_cursor
from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.periods import Calendar, Period
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import cells as repository
from service.kpi_snapshots.snapshot import Total, compute_attainment, compute_value
from service.organizations.dto import OrganizationDTO, PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import direct_reports, get_people, get_person, list_everyone
from service.success_models.document import Kpi
from service.success_models.dto import SuccessModelDTO
from service.success_models.measures import Measure
from service.success_models.targets import resolve_target
from service.success_models.use_cases import list_active_models

MAX_INSTANT_YEARS = (1970, 2200)


@dataclass(frozen=True, slots=True)
class _Line:
    """One snapshot to be computed: a person, a KPI and the model it comes from."""

    person: PersonDTO
    kpi: Kpi
    model: SuccessModelDTO


@dataclass(frozen=True, slots=True)
class _Frame:
    """The question's calendar: the period, the instant and its local day."""

    organization: OrganizationDTO
    period: Period
    as_of: datetime

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.organization.time_zone)


async def list_kpi_snapshots(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, page: PageRequest
) -> Page[KpiSnapshotDTO]:
    """Snapshots by person's name and in the model's order of KPIs; a constant number of statements.

    `not_found` for a person outside the caller's scope, `invalid` for an unknown KPI or a
    `period_start` that starts no such period of the organization's calendar.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    frame = await _frame(session, principal, query)
    people = await _people(session, principal, query, frame)
    lines = await _lines(session, principal, people, query.kpi)
    positions = [(line.person.name, str(line.person.id), f"{index:05d}") for index, line in _numbered(lines)]
    after = page.position(3)
    start = 0 if after is None else sum(1 for position in positions if position <= after)
    chosen = lines[start : start + page.limit]
    items = await _compute(session, principal, chosen, frame)
    cursors = [encode_cursor(*position) for position in positions[start : start + page.limit]]
    more = start + page.limit < len(lines)
    return Page(items=items, cursors=cursors, next_cursor=cursors[-1] if more else None)


async def kpi_snapshots_of(
    session: AsyncSession, principal: Principal, person_ids: Sequence[UUID], query: KpiSnapshotQuery
) -> dict[UUID, list[KpiSnapshotDTO]]:
    """All snapshots of several people; the batch behind loaders. People outside the scope are left out."""
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    frame = await _frame(session, principal, query)
    people = await get_people(session, principal, person_ids)
    lines = await _lines(session, principal, list(people.values()), query.kpi)
    found: dict[UUID, list[KpiSnapshotDTO]] = {}
    for snapshot in await _compute(session, principal, lines, frame):
        found.setdefault(snapshot.person_id, []).append(snapshot)
    return found


async def _frame(session: AsyncSession, principal: Principal, query: KpiSnapshotQuery) -> _Frame:
    organization = await get_organization(session, Principal.system(principal.org_id))
    as_of = query.as_of or utc_now()
    first, last = MAX_INSTANT_YEARS
    if not first <= as_of.year <= last:
        raise invalid("as_of", f"must be between the years {first} and {last}")
    local_day = as_of.astimezone(zoneinfo.ZoneInfo(organization.time_zone)).date()
    asked = query.period_start or local_day
    if not first <= asked.year <= last:
        raise invalid("period_start", f"must be between the years {first} and {last}")
    calendar = Calendar(organization.week_start, organization.fiscal_year_start_month)
    period = calendar.period_of(query.period, asked)
    if query.period_start is not None and query.period_start != period.start:
        raise invalid("period_start", f"is not the start of a {query.period.value}; that would be {period.start}")
    return _Frame(organization, period, as_of)


async def _people(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, frame: _Frame
) -> list[PersonDTO]:
    """Reporting lines count as of the asked day, within the period."""
    if query.person_id is not None and query.manager_id is not None:
        raise invalid("manager_id", "give either person_id or manager_id")
    if query.person_id is not None:
        return [await get_person(session, principal, query.person_id)]
    if query.manager_id is not None:
        on = min(frame.as_of.astimezone(frame.zone).date(), frame.period.end)
        return await direct_reports(session, principal, query.manager_id, on)
    return await list_everyone(session, principal)


async def _lines(
    session: AsyncSession, principal: Principal, people: Sequence[PersonDTO], kpi_key: str | None
) -> list[_Line]:
    """Each person with the KPIs of the model of their job role, else of the model for everyone."""
    models = {model.job_role: model for model in await list_active_models(session, Principal.system(principal.org_id))}
    if kpi_key is not None and not any(model.document.kpi(kpi_key) for model in models.values()):
        raise invalid("kpi", "is no KPI of an active success model")
    lines = []
    for person in sorted(people, key=lambda item: (item.name, str(item.id))):
        model = models.get(person.job_role) or models.get(None)
        if model is not None:
            kpis = [kpi for kpi in model.document.kpis if kpi_key in (None, kpi.key)]
            lines += [_Line(person, kpi, model) for kpi in kpis]
    return lines


def _numbered(lines: Sequence[_Line]) -> list[tuple[int, _Line]]:
    """Each line with the number of its KPI in the model."""
    return [(line.model.document.kpis.index(line.kpi), line) for line in lines]


async def _compute(
    session: AsyncSession, principal: Principal, lines: Sequence[_Line], frame: _Frame
) -> list[KpiSnapshotDTO]:
    if not lines:
        return []
    measures: dict[UUID, Measure] = {}
    for line in lines:
        measures |= {measure.identity(): measure for measure in line.kpi.measures}
    kept = {row.id for row in await repository.list_measures(session, principal.org_id) if row.built_at is not None}
    rows = await repository.load_totals(
        session,
        principal.org_id,
        sorted({line.person.id for line in lines}),
        [measure for id_, measure in measures.items() if id_ in kept],
        [measure for id_, measure in measures.items() if id_ not in kept],
        (frame.period.start, frame.period.end),
        (frame.as_of, frame.as_of.astimezone(frame.zone).date()),
    )
    totals: dict[tuple[UUID, UUID], Total] = {}
    for person_id, measure_id, value, n in rows:
        before = totals.get((person_id, measure_id), Total())
        totals[person_id, measure_id] = Total(before.value + value, before.n + int(n))
    return [_snapshot(line, frame, totals) for line in lines]


def _snapshot(line: _Line, frame: _Frame, totals: dict[tuple[UUID, UUID], Total]) -> KpiSnapshotDTO:
    person, kpi = line.person, line.kpi
    result = compute_value(kpi, [totals.get((person.id, m.identity()), Total()) for m in kpi.measures])
    target = resolve_target(line.model.document, kpi.key, frame.period.kind, person.email, person.job_role)
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
        target=target,
        attainment=compute_attainment(result.value, target, kpi.polarity),
        model_version=line.model.version,
    )
