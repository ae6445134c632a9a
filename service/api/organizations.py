"""`/v1/organization`: the caller's own organization."""

from fastapi import APIRouter

from service.api.deps import PrincipalDep, SessionDep
from service.api.problems import problem_responses
from service.organizations.dto import OrganizationDTO, UpdateOrganization
from service.organizations.use_cases import organizations

router = APIRouter(prefix="/v1/organization", tags=["organization"])


@router.get("", operation_id="getOrganization", summary="Read the organization", responses=problem_responses(403))
async def get_organization(session: SessionDep, principal: PrincipalDep) -> OrganizationDTO:
    """Name, time zone, currency, week start and fiscal year start. Needs `organization:read`."""
    return await organizations.get_organization(session, principal)


@router.patch(
    "", operation_id="updateOrganization", summary="Change the organization", responses=problem_responses(403, 409)
)
async def update_organization(
    data: UpdateOrganization, session: SessionDep, principal: PrincipalDep
) -> OrganizationDTO:
    """Merge-patch. Another time zone or currency derives every fact anew. Needs `organization:write`."""
    return await organizations.update_organization(session, principal, data)
