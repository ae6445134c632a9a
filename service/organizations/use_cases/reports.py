"""Who reports to a manager, directly and through others, as the lines were on a day."""

from collections.abc import Awaitable, Callable, Collection
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.principal import Principal, require
from service.organizations.dto.people import PersonDTO
from service.organizations.hierarchy import Line, Span, find_spans_below
from service.organizations.permissions import Permission
from service.organizations.repository import people as repository
from service.organizations.use_cases.people import present
from service.organizations.use_cases.scope import local_today, require_visible

TeamIds = Callable[[AsyncSession, UUID, UUID, date], Awaitable[Collection[UUID]]]


async def direct_reports(session: AsyncSession, principal: Principal, manager_id: UUID, on: date) -> list[PersonDTO]:
    """Who reports to a manager directly on a day, by name."""
    return await _team(session, principal, manager_id, on, repository.list_report_ids)


async def everyone_below(session: AsyncSession, principal: Principal, manager_id: UUID, on: date) -> list[PersonDTO]:
    """The whole tree below a manager on a day, by name."""
    return await _team(session, principal, manager_id, on, repository.list_tree_ids)


async def _team(
    session: AsyncSession, principal: Principal, manager_id: UUID, on: date, list_ids: TeamIds
) -> list[PersonDTO]:
    require(principal, Permission.PEOPLE_READ)
    await require_visible(session, principal, manager_id, on)
    if await repository.get_person(session, principal.org_id, manager_id) is None:
        raise not_found("person")
    ids = set(await list_ids(session, principal.org_id, manager_id, on)) - {manager_id}
    people = await repository.get_people(session, principal.org_id, ids)
    return await present(session, principal.org_id, people, await local_today(session, principal.org_id))


async def spans_below(
    session: AsyncSession, principal: Principal, manager_id: UUID, within: Span
) -> dict[UUID, list[Span]]:
    """Who was below a manager on which days of a span, its end excluded: those who left or moved since, too."""
    return (await spans_below_each(session, principal, [manager_id], within))[manager_id]


async def spans_below_each(
    session: AsyncSession, principal: Principal, manager_ids: Collection[UUID], within: Span
) -> dict[UUID, dict[UUID, list[Span]]]:
    """The same for each of several managers."""
    require(principal, Permission.PEOPLE_READ)
    periods = await repository.list_manager_periods(session, principal.org_id)
    lines = [Line(period.person_id, period.manager_id, period.start_on, period.end_on) for period in periods]
    return {manager_id: find_spans_below(lines, manager_id, within) for manager_id in manager_ids}
