"""Whose rows a caller may see: a rep themself, a manager the tree below them as of a date."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.principal import Principal, Role
from service.organizations.repository import organizations
from service.organizations.repository import people as repository


async def local_today(session: AsyncSession, org_id: UUID) -> date:
    """The organization's own day: reporting lines begin and end at its midnight."""
    return (await local_now(session, org_id)).date()


async def local_now(session: AsyncSession, org_id: UUID) -> datetime:
    """The time of day in the organization's time zone; `not_found` for one that is gone."""
    time_zone = await organizations.get_time_zone(session, org_id)
    if time_zone is None:
        raise not_found("organization")
    return utc_now().astimezone(ZoneInfo(time_zone))


async def visible_people(session: AsyncSession, principal: Principal, on: date) -> frozenset[UUID] | None:
    """The people the caller may see on a day; None means everyone of the organization."""
    if principal.sees_everyone or principal.person_id is None:
        return None
    visible = {principal.person_id}
    if principal.role is Role.MANAGER:
        visible |= await repository.list_tree_ids(session, principal.org_id, principal.person_id, on)
    return frozenset(visible)


async def tree_below(session: AsyncSession, principal: Principal, on: date) -> frozenset[UUID]:
    """Everyone below the caller on a day, whatever else they see; nobody of a rep or of a key of the organization."""
    if principal.person_id is None or principal.role is Role.REP:
        return frozenset()
    return frozenset(await repository.list_tree_ids(session, principal.org_id, principal.person_id, on))


async def require_visible(session: AsyncSession, principal: Principal, person_id: UUID, on: date) -> None:
    """`not_found` for a person outside the caller's scope: what one may not see does not exist."""
    visible = await visible_people(session, principal, on)
    if visible is not None and person_id not in visible:
        raise not_found("person")


async def managers_above(session: AsyncSession, org_id: UUID, person_id: UUID, on: date) -> list[UUID]:
    """Whom a person reports to on a day, and whom these report to, the nearest first."""
    lines = await repository.list_lines_above(session, org_id, person_id)
    holding = (line for line in lines if line.start_on <= on and (line.end_on is None or on < line.end_on))
    manager_of = {line.person_id: line.manager_id for line in holding}
    found: list[UUID] = []
    while (above := manager_of.pop(found[-1] if found else person_id, None)) is not None:
        found.append(above)
    return found
