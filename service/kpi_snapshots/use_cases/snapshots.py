"""KPI snapshots: where people stand against their model; a constant number of statements for any number of people."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.pagination import Page, PageRequest, cut_list
from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases.computing import compute_snapshots
from service.kpi_snapshots.use_cases.framing import frame_question
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import direct_reports, get_people, list_everyone
from service.organizations.use_cases.scope import require_visible, visible_people


async def list_kpi_snapshots(
    session: AsyncSession, principal: Principal, query: KpiSnapshotQuery, page: PageRequest
) -> Page[KpiSnapshotDTO]:
    """Read snapshots by person's name and in the model's order of KPIs.

    Scope and reporting lines are those of the day of `as_of`. `not_found` for a person outside the
    caller's scope and for an unknown KPI, `invalid` for a `period_start` that starts no such period.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    question = await frame_question(session, principal, query)
    people = await people_asked_for(session, principal, query, question.frame.today)
    lines = question.lines(people, query.kpi)
    chosen = cut_list(lines, [line.position for line in lines], page, length=3)
    return chosen.with_items(await compute_snapshots(session, principal.org_id, question, chosen.items))


async def kpi_snapshots_of(
    session: AsyncSession, principal: Principal, person_ids: Sequence[UUID], query: KpiSnapshotQuery
) -> dict[UUID, list[KpiSnapshotDTO]]:
    """Read all snapshots of several people, the batch behind loaders; people outside the scope are left out.

    Of `query`, the person and the manager are not looked at.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    question = await frame_question(session, principal, query)
    visible = await visible_people(session, principal, question.frame.today)
    wanted = set(person_ids) if visible is None else visible.intersection(person_ids)
    people = await get_people(session, Principal.system(principal.org_id), wanted)
    lines = question.lines(list(people.values()), query.kpi)
    found: dict[UUID, list[KpiSnapshotDTO]] = {}
    for snapshot in await compute_snapshots(session, principal.org_id, question, lines):
        found.setdefault(snapshot.person_id, []).append(snapshot)
    return found


async def people_asked_for(
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
