"""KPI snapshots: where people stand against their model; a constant number of statements for any number of people."""

import zoneinfo
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import invalid, not_found
from service.core.pagination import Page, PageRequest, cut_list
from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.lines import SnapshotLine, lines_for, prepare_models
from service.kpi_snapshots.periods import Calendar
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.computing import compute_snapshots
from service.kpi_snapshots.use_cases.gathering import Frame
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import direct_reports, get_people, list_everyone
from service.organizations.use_cases.scope import require_visible, visible_people
from service.success_models.use_cases.success_models import list_active_models

FIRST_YEAR, LAST_YEAR = 1970, 2200
MOMENT = timedelta(microseconds=1)
"""The least time between two instants: a period ends this long before the next begins."""


async def list_kpi_snapshots(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, page: PageRequest
) -> Page[KpiSnapshotDTO]:
    """Read snapshots by person's name and in the model's order of KPIs.

    Scope and reporting lines are those of the day of `as_of`. `not_found` for a person outside the
    caller's scope and for an unknown KPI, `invalid` for a `period_start` that starts no such period.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    frame = await _frame(session, principal, query)
    people = await _people(session, principal, query, frame.today)
    lines = await _lines(session, principal, people, query.kpi, query.known_at)
    chosen = cut_list(lines, [line.position for line in lines], page, length=3)
    return chosen.with_items(await compute_snapshots(session, principal.org_id, chosen.items, frame))


async def kpi_snapshots_of(
    session: AsyncSession, principal: Principal, person_ids: Sequence[UUID], query: KpiSnapshotQuery
) -> dict[UUID, list[KpiSnapshotDTO]]:
    """Read all snapshots of several people, the batch behind loaders; people outside the scope are left out.

    Of `query`, the person and the manager are not looked at.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    frame = await _frame(session, principal, query)
    visible = await visible_people(session, principal, frame.today)
    wanted = set(person_ids) if visible is None else visible.intersection(person_ids)
    people = await get_people(session, Principal.system(principal.org_id), wanted)
    lines = await _lines(session, principal, list(people.values()), query.kpi, query.known_at)
    found: dict[UUID, list[KpiSnapshotDTO]] = {}
    for snapshot in await compute_snapshots(session, principal.org_id, lines, frame):
        found.setdefault(snapshot.person_id, []).append(snapshot)
    return found


async def _frame(session: AsyncSession, principal: Principal, query: KpiSnapshotQuery) -> Frame:
    organization = await get_organization(session, Principal.system(principal.org_id))
    as_of = query.as_of or utc_now()
    if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise invalid("as_of", f"must be between the years {FIRST_YEAR} and {LAST_YEAR}")
    today = as_of.astimezone(zoneinfo.ZoneInfo(organization.time_zone)).date()
    asked = query.period_start or today
    if not FIRST_YEAR <= asked.year <= LAST_YEAR:
        raise invalid("period_start", f"must be between the years {FIRST_YEAR} and {LAST_YEAR}")
    calendar = Calendar(organization.week_start, organization.fiscal_year_start_month)
    period = calendar.period_of(query.period, asked)
    if query.period_start not in {None, period.start}:
        raise invalid("period_start", f"is not the start of a {query.period.value}; that would be {period.start}")
    zone = zoneinfo.ZoneInfo(organization.time_zone)
    after_end = datetime.combine(period.end + timedelta(days=1), time.min, zone).astimezone(UTC)
    ended_at = after_end - MOMENT if after_end <= as_of else None
    return Frame(period, as_of, today, query.known_at, ended_at)


async def _people(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, on: date
) -> Sequence[PersonDTO]:
    """Find who is asked for; the scope is the caller's, the people's data that of any reader of snapshots."""
    system = Principal.system(principal.org_id)
    if query.manager_id is not None:
        await require_visible(session, principal, query.manager_id, on)
        reports = await direct_reports(session, system, query.manager_id, on)
        return [person for person in reports if query.person_id in {None, person.id}]
    if query.person_id is not None:
        await require_visible(session, principal, query.person_id, on)
        people = list((await get_people(session, system, [query.person_id])).values())
        if not people:
            raise not_found("person")
        return people
    visible = await visible_people(session, principal, on)
    if visible is None:
        return await list_everyone(session, system)
    return list((await get_people(session, system, visible)).values())


async def _lines(
    session: AsyncSession, principal: Principal, people: Sequence[PersonDTO], kpi: str | None, known_at: datetime | None
) -> list[SnapshotLine]:
    models = prepare_models(await list_active_models(session, principal.as_system(), known_at))
    if kpi is not None and not any(kpi in model.kpis for model in models.values()):
        raise not_found("kpi")
    return lines_for(people, models, kpi)
