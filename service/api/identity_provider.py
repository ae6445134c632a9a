"""`/v1/identity-provider`: whose tokens the organization takes."""

from service.api.deps import PreconditionDep, PrincipalDep, RuntimeDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.organizations.dto.identity import IdentityProviderDTO, PutIdentityProvider
from service.organizations.permissions import Permission
from service.organizations.use_cases import identity_providers

router = resource_router("/v1/identity-provider", "identity provider")


@router.get(
    "", **operation("getIdentityProvider", "Read the identity provider", Permission.IDENTITY_PROVIDER_READ, 404)
)
async def get_identity_provider(session: SessionDep, principal: PrincipalDep) -> IdentityProviderDTO:
    """Not found while there is none."""
    return await identity_providers.get_identity_provider(session, principal)


@router.put(
    "", **operation("putIdentityProvider", "Set the identity provider", Permission.IDENTITY_PROVIDER_WRITE, 409)
)
async def put_identity_provider(
    data: PutIdentityProvider,
    expected: PreconditionDep,
    session: SessionDep,
    principal: PrincipalDep,
    runtime: RuntimeDep,
) -> IdentityProviderDTO:
    """Its keys are found by discovery.

    People are matched by `sub` (their external identity of the system `oidc`), else by verified e-mail
    address; roles stay those of this service.
    """
    return await identity_providers.put_identity_provider(session, principal, data, runtime.settings, expected)


@router.delete(
    "",
    status_code=204,
    **operation("deleteIdentityProvider", "Remove the identity provider", Permission.IDENTITY_PROVIDER_WRITE, 404),
)
async def delete_identity_provider(expected: PreconditionDep, session: SessionDep, principal: PrincipalDep) -> None:
    """Its tokens are refused at once; API keys work on."""
    await identity_providers.delete_identity_provider(session, principal, expected)
