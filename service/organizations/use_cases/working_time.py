"""People with their working time, as it was known at an instant: what pro-rating and pace count with."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.principal import Principal, require
from service.organizations.known import Staff, assemble
from service.organizations.permissions import Permission
from service.organizations.repository import history as repository
from service.organizations.use_cases.scope import local_today, visible_people


async def staff_as_known(
    session: AsyncSession,
    principal: Principal,
    person_ids: Collection[UUID] | None,
    span: tuple[date, date],
    known_at: datetime | None = None,
) -> Staff:
    """Those of some people (None: of all) whom the caller may see, each with a calendar that is right within `span`.

    Both ends of the span are included; `known_at` None is now. Somebody who was not known yet is not there.
    """
    require(principal, Permission.ABSENCES_READ)
    organization = await repository.organization_as_known(session, principal.org_id, known_at)
    if organization is None:
        raise not_found("organization")
    wanted = None if person_ids is None else frozenset(person_ids)
    if not principal.sees_everyone:
        visible = await visible_people(session, principal, await local_today(session, principal.org_id))
        wanted = visible if wanted is None or visible is None else wanted & visible
    return assemble(
        organization,
        await repository.people_as_known(session, principal.org_id, wanted, known_at),
        await repository.absences_as_known(session, principal.org_id, wanted, span, known_at),
    )
