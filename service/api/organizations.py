"""`/v1/organization`: the caller's own organization."""

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.organizations.dto.organizations import OrganizationDTO, UpdateOrganization
from service.organizations.permissions import Permission
from service.organizations.use_cases import organizations

router = resource_router("/v1/organization", "organization")


@router.get("", **operation("getOrganization", "Read the organization", Permission.ORGANIZATION_READ))
async def get_organization(session: SessionDep, principal: PrincipalDep) -> OrganizationDTO:
    """Name, time zone, currency, week start, fiscal year start and working time."""
    return await organizations.get_organization(session, principal)


@router.patch("", **operation("updateOrganization", "Change the organization", Permission.ORGANIZATION_WRITE, 409))
async def update_organization(
    data: UpdateOrganization, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> OrganizationDTO:
    """Merge-patch. Another time zone or currency derives every fact anew; lists replace what is there."""
    return await organizations.update_organization(session, principal, data, expected)
