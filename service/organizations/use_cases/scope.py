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


async def require_visible(session: AsyncSession, principal: Principal, person_id: UUID, on: date) -> None:
    """`not_found` for a person outside the caller's scope: what one may not see does not exist."""
    visible = await visible_people(session, principal, on)
    if visible is not None and person_id not in visible:
        raise not_found("person")
