"""Activities and deals as they are shown: a rep's own, a manager's tree's, everybody's."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.dto.facts import ActivityDTO, ActivityFilter, DealDTO, DealFilter, FactDTO
from service.activities.models import Activity, Deal
from service.activities.permissions import Permission
from service.activities.repository import facts as repository
from service.core.errors import not_found
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_today, visible_people

DtoT = TypeVar("DtoT", bound=FactDTO)


async def list_activities(
    session: AsyncSession, principal: Principal, filters: ActivityFilter, page: PageRequest
) -> Page[ActivityDTO]:
    """The activities of those the caller may see today, the last first."""
    require(principal, Permission.ACTIVITIES_READ)
    people = await _visible(session, principal)
    found = await repository.list_activities(session, principal.org_id, people, filters, page)
    return found.with_items(await _present(session, principal, ActivityDTO, found.items))


async def get_activity(session: AsyncSession, principal: Principal, activity_id: UUID) -> ActivityDTO:
    """One activity; `not_found` for that of somebody the caller may not see."""
    require(principal, Permission.ACTIVITIES_READ)
    row = await repository.get_activity(session, principal.org_id, activity_id)
    people = await _visible(session, principal)
    if row is None or (people is not None and row.person_id not in people):
        raise not_found("activity")
    return (await _present(session, principal, ActivityDTO, [row]))[0]


async def list_deals(
    session: AsyncSession, principal: Principal, filters: DealFilter, page: PageRequest
) -> Page[DealDTO]:
    """The deals that those the caller may see today own now, the last made first."""
    require(principal, Permission.ACTIVITIES_READ)
    people = await _visible(session, principal)
    found = await repository.list_deals(session, principal.org_id, people, filters, page)
    return found.with_items(await _present(session, principal, DealDTO, found.items))


async def get_deal(session: AsyncSession, principal: Principal, deal_id: UUID) -> DealDTO:
    """One deal; `not_found` for that of somebody the caller may not see."""
    require(principal, Permission.ACTIVITIES_READ)
    row = await repository.get_deal(session, principal.org_id, deal_id)
    people = await _visible(session, principal)
    if row is None or (people is not None and row.owner_id not in people):
        raise not_found("deal")
    return (await _present(session, principal, DealDTO, [row]))[0]


async def _visible(session: AsyncSession, principal: Principal) -> frozenset[UUID] | None:
    return await visible_people(session, principal, await local_today(session, principal.org_id))


async def _present(
    session: AsyncSession, principal: Principal, dto: type[DtoT], rows: Sequence[Activity | Deal]
) -> list[DtoT]:
    """Rows as the surfaces show them; where their records live comes in one statement."""
    origins = await repository.list_origins(session, principal.org_id, [row.id for row in rows])
    names = ("system", "account", "external_id")
    return [dto.model_validate({**row.model_dump(), **dict(zip(names, origins[row.id], strict=True))}) for row in rows]
