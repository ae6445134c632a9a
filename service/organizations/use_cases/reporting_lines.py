"""Dated reporting lines: at any date a person has one manager at most, and nobody is above themself.

Both rules are about several rows, so writers take turns: each locks the organization's row first.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import conflict, invalid, not_found
from service.core.ids import new_id
from service.core.principal import Principal, require
from service.organizations.dto.people import ManagerPeriodDTO, ManagerPeriodInput
from service.organizations.hierarchy import Line, find_cycle, overlaps
from service.organizations.models import ManagerPeriod
from service.organizations.permissions import Permission
from service.organizations.repository import organizations
from service.organizations.repository import people as repository
from service.organizations.use_cases.changes import follow_people
from service.organizations.use_cases.scope import local_today, require_visible, visible_people
from service.webhooks.outbox import EventType, emit

MANAGER = "manager_id"
"""What the surfaces show of the lines: the manager of today."""


async def list_manager_periods(session: AsyncSession, principal: Principal, person_id: UUID) -> list[ManagerPeriodDTO]:
    """A person's reporting lines, by start."""
    require(principal, Permission.PEOPLE_READ)
    await require_visible(session, principal, person_id, await local_today(session, principal.org_id))
    if await repository.get_person(session, principal.org_id, person_id) is None:
        raise not_found("person")
    rows = await repository.list_manager_periods(session, principal.org_id, [person_id])
    return [ManagerPeriodDTO.model_validate(row) for row in rows]


async def get_manager_period(session: AsyncSession, principal: Principal, period_id: UUID) -> ManagerPeriodDTO:
    """One reporting line; `not_found` outside the caller's scope."""
    require(principal, Permission.PEOPLE_READ)
    row = await repository.get_manager_period(session, principal.org_id, period_id)
    if row is None:
        raise not_found("manager_period")
    await require_visible(session, principal, row.person_id, await local_today(session, principal.org_id))
    return ManagerPeriodDTO.model_validate(row)


async def manager_periods_of(
    session: AsyncSession, principal: Principal, person_ids: Sequence[UUID]
) -> dict[UUID, list[ManagerPeriodDTO]]:
    """The reporting lines of those people whom the caller may see, by start; the batch behind loaders."""
    require(principal, Permission.PEOPLE_READ)
    visible = await visible_people(session, principal, await local_today(session, principal.org_id))
    wanted = set(person_ids) if visible is None else set(person_ids) & visible
    found: dict[UUID, list[ManagerPeriodDTO]] = {}
    for row in await repository.list_manager_periods(session, principal.org_id, wanted):
        found.setdefault(row.person_id, []).append(ManagerPeriodDTO.model_validate(row))
    return found


async def add_manager_period(
    session: AsyncSession, principal: Principal, person_id: UUID, data: ManagerPeriodInput
) -> ManagerPeriodDTO:
    """Add a line; an open line that started earlier ends where this one starts."""
    added = await link_manager(session, principal, person_id, data)
    await emit_person_updated(session, principal.org_id, person_id, [MANAGER])
    await follow_people(session, principal.org_id)
    return added


async def link_manager(
    session: AsyncSession, principal: Principal, person_id: UUID, data: ManagerPeriodInput
) -> ManagerPeriodDTO:
    """Add a line and tell nobody yet: for callers that tell of more at once.

    `conflict` for an overlap or for a cycle at any date, `invalid` for an unknown manager.
    """
    require(principal, Permission.PEOPLE_WRITE)
    await organizations.lock_organization(session, principal.org_id)
    if await repository.get_person(session, principal.org_id, person_id) is None:
        raise not_found("person")
    if await repository.get_person(session, principal.org_id, data.manager_id) is None:
        raise invalid("/manager_id", "is not a person of this organization")
    own = await repository.list_manager_periods(session, principal.org_id, [person_id])
    for row in own:
        if row.end_on is None and row.start_on < data.start_on:
            row.end_on = data.start_on
    new = Line(person_id, data.manager_id, data.start_on, data.end_on)
    if any(overlaps(_line(row), new) for row in own):
        raise conflict("manager_period_overlaps", "The person has a manager in this period already.", "/start_on")
    if find_cycle(await repository.list_lines_above(session, principal.org_id, data.manager_id), new):
        raise conflict("manager_cycle", "Nobody can be above themself at any date.", "/manager_id")
    row = ManagerPeriod(org_id=principal.org_id, id=new_id(), person_id=person_id, **data.model_dump())
    session.add(row)
    await session.flush()
    return ManagerPeriodDTO.model_validate(row)


async def delete_manager_period(session: AsyncSession, principal: Principal, person_id: UUID, period_id: UUID) -> None:
    """Remove a line; the one before it stays as it is."""
    require(principal, Permission.PEOPLE_WRITE)
    row = await repository.get_manager_period(session, principal.org_id, period_id)
    if row is None or row.person_id != person_id:
        raise not_found("manager_period")
    await session.delete(row)
    await session.flush()
    await emit_person_updated(session, principal.org_id, person_id, [MANAGER])
    await follow_people(session, principal.org_id)


async def emit_person_updated(session: AsyncSession, org_id: UUID, person_id: UUID, changed: Sequence[str]) -> None:
    """Tell those who listen that a person changed, and in what."""
    await emit(session, org_id, EventType.PERSON_UPDATED, {"person_id": person_id, "changed": changed})


def _line(row: ManagerPeriod) -> Line:
    return Line(row.person_id, row.manager_id, row.start_on, row.end_on)
