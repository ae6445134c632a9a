"""KPI snapshots: where people stand against their model; a constant number of statements for any number of people."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.pagination import Page, PageRequest, cut_list
from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.closing import number_revisions
from service.kpi_snapshots.use_cases.computing import compute_snapshots
from service.kpi_snapshots.use_cases.framing import frame_question
from service.kpi_snapshots.use_cases.reading import find_wanted, read_ready, read_ready_page
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import get_people, list_everyone
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import require_visible, visible_people


async def list_kpi_snapshots(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, page: PageRequest
) -> Page[KpiSnapshotDTO]:
    """Read snapshots by person's name and in the model's order of KPIs.

    Scope and reporting lines are those of the day of `as_of`. `not_found` for a person outside the
    caller's scope and for an unknown KPI, `invalid` for a `period_start` that starts no such period.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    ready = await _ready_page(session, principal, query, page)
    if ready is not None:
        return ready
    question = await frame_question(session, principal, query)
    people = await people_asked_for(session, principal, query, question.frame.today)
    lines = question.lines(people, query.kpi)
    chosen = cut_list(lines, [line.position for line in lines], page, length=3)
    computed = await compute_snapshots(session, principal.org_id, question, chosen.items)
    return chosen.with_items(await number_revisions(session, principal.org_id, question, computed))


async def _ready_page(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, page: PageRequest
) -> Page[KpiSnapshotDTO] | None:
    wanted = await find_wanted(session, principal.org_id, query, None)
    if wanted is None:
        return None
    ids = await _ids_asked_for(session, principal, query, wanted.today)
    return await read_ready_page(session, wanted._replace(person_ids=ids), query.kpi, page)


async def kpi_snapshots_of(
    session: AsyncSession, principal: Principal, person_ids: Sequence[UUID], query: KpiSnapshotQuery
) -> dict[UUID, list[KpiSnapshotDTO]]:
    """Read all snapshots of several people, the batch behind loaders; people outside the scope are left out.

    Of `query`, the person and the manager are not looked at.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    found: dict[UUID, list[KpiSnapshotDTO]] = {}
    left = set(person_ids)
    wanted = await find_wanted(session, principal.org_id, query, person_ids)
    if wanted is not None:
        visible = await visible_people(session, principal, wanted.today)
        wanted = wanted._replace(person_ids=left if visible is None else left & visible)
        found, left = await read_ready(session, wanted, query.kpi)
    if not left:
        return found
    question = await frame_question(session, principal, query)
    visible = await visible_people(session, principal, question.frame.today)
    people = await get_people(session, principal.as_system(), left if visible is None else left & visible)
    lines = question.lines(list(people.values()), query.kpi)
    computed = await compute_snapshots(session, principal.org_id, question, lines)
    for snapshot in await number_revisions(session, principal.org_id, question, computed):
        found.setdefault(snapshot.person_id, []).append(snapshot)
    return found


async def people_asked_for(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, on: date
) -> Sequence[PersonDTO]:
    """Find who is asked for; the scope is the caller's, the people's data that of any reader of snapshots."""
    system = principal.as_system()
    ids = await _ids_asked_for(session, principal, query, on)
    if ids is None:
        return await list_everyone(session, system)
    people = list((await get_people(session, system, ids)).values())
    if not people and query.manager_id is None and query.person_id is not None:
        raise not_found("person")
    return people


async def _ids_asked_for(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, on: date
) -> Collection[UUID] | None:
    """Whose snapshots are meant; None: everybody's. `not_found` for whom the caller does not see."""
    if query.manager_id is not None:
        await require_visible(session, principal, query.manager_id, on)
        reports = await direct_reports(session, principal.as_system(), query.manager_id, on)
        return [person.id for person in reports if query.person_id in {None, person.id}]
    if query.person_id is not None:
        await require_visible(session, principal, query.person_id, on)
        return [query.person_id]
    return await visible_people(session, principal, on)
