"""`/v1/api-keys`: keys of the organization, and keys that act as a person."""

from uuid import UUID

from fastapi import APIRouter

from service.api.deps import PageDep, PrincipalDep, SessionDep
from service.api.problems import problem_responses
from service.api.rendering import ListEnvelope, render_page
from service.organizations.dto import ApiKeyDTO, CreateApiKey, CreatedApiKeyDTO, UpdateApiKey
from service.organizations.use_cases import api_keys
from service.permissions import ROLES

router = APIRouter(prefix="/v1/api-keys", tags=["api keys"])


@router.get("", operation_id="listApiKeys", summary="List API keys", responses=problem_responses(403))
async def list_api_keys(session: SessionDep, principal: PrincipalDep, page: PageDep) -> ListEnvelope[ApiKeyDTO]:
    """In order of creation, revoked ones included, never with the secret. Needs `api_keys:read`."""
    return render_page(await api_keys.list_api_keys(session, principal, page))


@router.post(
    "", status_code=201, operation_id="createApiKey", summary="Create an API key", responses=problem_responses(403)
)
async def create_api_key(data: CreateApiKey, session: SessionDep, principal: PrincipalDep) -> CreatedApiKeyDTO:
    """The answer shows the key this once. Scopes are permissions, or `admin` for all. Needs `api_keys:write`."""
    return await api_keys.create_api_key(session, principal, data, ROLES)


@router.get("/{key_id}", operation_id="getApiKey", summary="Read an API key", responses=problem_responses(403, 404))
async def get_api_key(key_id: UUID, session: SessionDep, principal: PrincipalDep) -> ApiKeyDTO:
    """Without the secret. Needs `api_keys:read`."""
    return await api_keys.get_api_key(session, principal, key_id)


@router.patch(
    "/{key_id}", operation_id="updateApiKey", summary="Change an API key", responses=problem_responses(403, 404)
)
async def update_api_key(key_id: UUID, data: UpdateApiKey, session: SessionDep, principal: PrincipalDep) -> ApiKeyDTO:
    """Name, scopes or expiry. Needs `api_keys:write`."""
    return await api_keys.update_api_key(session, principal, key_id, data, ROLES)


@router.delete(
    "/{key_id}",
    status_code=204,
    operation_id="revokeApiKey",
    summary="Revoke an API key",
    responses=problem_responses(403, 404),
)
async def revoke_api_key(key_id: UUID, session: SessionDep, principal: PrincipalDep) -> None:
    """Works at once. Needs `api_keys:write`."""
    await api_keys.revoke_api_key(session, principal, key_id)
