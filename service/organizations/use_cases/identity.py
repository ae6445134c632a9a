"""Who the caller is and may do."""

from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.principal import Principal
from service.organizations.dto.identity import MeDTO
from service.organizations.repository import organizations, people
from service.organizations.use_cases.organizations import to_dto
from service.organizations.use_cases.people import present


async def get_me(session: AsyncSession, principal: Principal) -> MeDTO:
    """The caller's organization, person and permissions; every principal may ask this."""
    organization = await organizations.get_organization(session, principal.org_id)
    if organization is None:
        raise not_found("organization")
    person = None
    if principal.person_id is not None:
        row = await people.get_person(session, principal.org_id, principal.person_id)
        today = utc_now().astimezone(ZoneInfo(organization.time_zone)).date()
        person = (await present(session, principal.org_id, [row], today))[0] if row else None
    return MeDTO(
        organization=to_dto(organization),
        person=person,
        role=principal.role,
        permissions=sorted(principal.permissions),
    )
