"""`/v1/me`: who the caller is and may do."""

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import ANYONE, operation
from service.api.route import resource_router
from service.organizations.dto.identity import MeDTO
from service.organizations.use_cases import identity

router = resource_router("/v1/me", "me")


@router.get("", **operation("getMe", "Who am I?", ANYONE))
async def get_me(session: SessionDep, principal: PrincipalDep) -> MeDTO:
    """The organization and person behind the key, the role, and every permission it holds."""
    return await identity.get_me(session, principal)
