"""The organization's OpenID provider: whose tokens are taken, and how they are told from other customers' of it.

Tokens find their organization by issuer and, where several customers share an issuer, by one claim. A
claim cannot be mixed with none for one issuer, and all of its organizations use the same claim: so no
token ever fits two organizations.
"""

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.principal import Principal, require
from service.core.settings import Settings
from service.organizations.dto.identity import IdentityProviderDTO, PutIdentityProvider
from service.organizations.models import IdentityProvider, IdentityProviderRoute
from service.organizations.permissions import Permission
from service.organizations.repository import identity_providers as repository
from service.organizations.use_cases.changes import announce
from service.webhooks.addresses import UrlPolicy


async def get_identity_provider(session: AsyncSession, principal: Principal) -> IdentityProviderDTO:
    """The organization's provider; `not_found` while there is none."""
    require(principal, Permission.IDENTITY_PROVIDER_READ)
    row = await repository.get_identity_provider(session, principal.org_id)
    if row is None:
        raise not_found("identity_provider")
    return IdentityProviderDTO.model_validate(row)


async def put_identity_provider(
    session: AsyncSession,
    principal: Principal,
    data: PutIdentityProvider,
    settings: Settings,
    expected: Precondition = UNCONDITIONAL,
) -> IdentityProviderDTO:
    """Set the provider; `conflict` when another organization takes the same tokens."""
    require(principal, Permission.IDENTITY_PROVIDER_WRITE)
    policy = UrlPolicy(settings.webhook_allow_http, tuple(settings.webhook_allowed_networks))
    fault = policy.find_fault(data.issuer)
    if fault is not None:
        raise invalid("/issuer", fault)
    row = await repository.get_identity_provider(session, principal.org_id, lock=True)
    if row is not None:
        expected.check(IdentityProviderDTO.model_validate(row))
    await _require_unambiguous(session, principal, data)
    now = utc_now()
    if row is None:
        row = IdentityProvider(org_id=principal.org_id, created_at=now, updated_at=now, **data.model_dump())
        session.add(row)
    for name, value in data.model_dump().items():
        setattr(row, name, value)
    row.updated_at = now
    await session.flush()
    await repository.delete_route(session, principal.org_id)
    session.add(
        IdentityProviderRoute(
            issuer_hash=repository.issuer_hash(data.issuer),
            claim_hash=repository.claim_hash(data.claim_name, data.claim_value),
            claim_name=data.claim_name,
            org_id=principal.org_id,
        )
    )
    await announce(session, principal.org_id)
    return IdentityProviderDTO.model_validate(row)


async def delete_identity_provider(
    session: AsyncSession, principal: Principal, expected: Precondition = UNCONDITIONAL
) -> None:
    """Take no tokens any more; keys work on."""
    require(principal, Permission.IDENTITY_PROVIDER_WRITE)
    row = await repository.get_identity_provider(session, principal.org_id, lock=True)
    if row is None:
        raise not_found("identity_provider")
    expected.check(IdentityProviderDTO.model_validate(row))
    await session.delete(row)
    await repository.delete_route(session, principal.org_id)
    await announce(session, principal.org_id)


async def _require_unambiguous(session: AsyncSession, principal: Principal, data: PutIdentityProvider) -> None:
    wanted = repository.claim_hash(data.claim_name, data.claim_value)
    for route in await repository.list_routes_of_issuer(session, data.issuer):
        if route.org_id == principal.org_id:
            continue
        if route.claim_hash == wanted or route.claim_name != data.claim_name:
            raise conflict(
                "identity_provider_claimed", "Another organization takes tokens of this issuer already.", "/issuer"
            )
