"""`/v1/me`: who the caller is and may do."""

from fastapi import APIRouter

from service.api.deps import PrincipalDep, SessionDep
from service.api.problems import problem_responses
from service.organizations.dto import MeDTO
from service.organizations.use_cases import identity

router = APIRouter(prefix="/v1/me", tags=["me"])


@router.get("", operation_id="getMe", summary="Who am I?", responses=problem_responses())
async def get_me(session: SessionDep, principal: PrincipalDep) -> MeDTO:
    """The organization and person behind the key, the role, and every permission it holds."""
    return await identity.get_me(session, principal)
