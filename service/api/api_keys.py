"""`/v1/api-keys`: keys of the organization, and keys that act as a person."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.organizations.dto.api_keys import (
    API_KEY_SORTING,
    ApiKeyDTO,
    CreateApiKey,
    CreatedApiKeyDTO,
    RotateApiKey,
    UpdateApiKey,
)
from service.organizations.permissions import Permission
from service.organizations.use_cases import api_keys
from service.permissions import ROLES

router = resource_router("/v1/api-keys", "api keys")


@router.get("", **operation("listApiKeys", "List API keys", Permission.API_KEYS_READ))
async def list_api_keys(
    session: SessionDep, principal: PrincipalDep, page: Annotated[ListRequest, sorted_by(API_KEY_SORTING)]
) -> ListEnvelope[ApiKeyDTO]:
    """In order of creation, revoked ones included, never with the secret."""
    return page.answer(await api_keys.list_api_keys(session, principal, page))


@router.post("", status_code=201, **operation("createApiKey", "Create an API key", Permission.API_KEYS_WRITE))
async def create_api_key(data: CreateApiKey, session: SessionDep, principal: PrincipalDep) -> CreatedApiKeyDTO:
    """The answer shows the key this once. Scopes are permissions, or `admin` for all."""
    return await api_keys.create_api_key(session, principal, data, ROLES)


@router.get("/{key_id}", **operation("getApiKey", "Read an API key", Permission.API_KEYS_READ, 404))
async def get_api_key(key_id: UUID, session: SessionDep, principal: PrincipalDep) -> ApiKeyDTO:
    """Without the secret."""
    return await api_keys.get_api_key(session, principal, key_id)


@router.patch("/{key_id}", **operation("updateApiKey", "Change an API key", Permission.API_KEYS_WRITE, 404))
async def update_api_key(
    key_id: UUID, data: UpdateApiKey, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> ApiKeyDTO:
    """Name, scopes or expiry."""
    return await api_keys.update_api_key(session, principal, key_id, data, expected, ROLES)


@router.post(
    "/{key_id}/rotate", **operation("rotateApiKey", "Give an API key a new secret", Permission.API_KEYS_WRITE, 404, 409)
)
async def rotate_api_key(
    key_id: UUID, data: RotateApiKey, session: SessionDep, principal: PrincipalDep
) -> CreatedApiKeyDTO:
    """The answer shows the secret this once; the one before works for `grace_hours` more."""
    return await api_keys.rotate_api_key(session, principal, key_id, data)


@router.delete(
    "/{key_id}", status_code=204, **operation("revokeApiKey", "Revoke an API key", Permission.API_KEYS_WRITE, 404)
)
async def revoke_api_key(key_id: UUID, session: SessionDep, principal: PrincipalDep) -> None:
    """Works at once."""
    await api_keys.revoke_api_key(session, principal, key_id)
