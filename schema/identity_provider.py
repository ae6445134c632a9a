"""The OpenID provider whose tokens the organization takes."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import precondition, to_dto
from schema.mutations import mutation
from schema.relay import Node, NullIfAbsent, to_global_id
from service.core.database import TenantSession
from service.core.errors import not_found
from service.core.etags import etag_of
from service.organizations.dto.identity import IdentityProviderDTO, PutIdentityProvider
from service.organizations.permissions import Permission
from service.organizations.use_cases import identity_providers

WRITE = Permission.IDENTITY_PROVIDER_WRITE


@strawberry.type(description="The OpenID provider whose tokens the organization takes.")
class IdentityProvider(Node):
    """There is one at most; its key is that of its organization."""

    @strawberry.field(description="Unique across all types; `node(id)` finds it again.")  # type: ignore[misc]
    def id(self, info: Info) -> strawberry.ID:
        """The organization's own."""
        return _own_id(info)

    row: strawberry.Private[IdentityProviderDTO]
    issuer: str
    audience: str
    claim_name: str | None
    claim_value: str | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(IdentityProvider, IdentityProviderDTO)


def to_identity_provider(dto: IdentityProviderDTO) -> IdentityProvider:
    """The GraphQL view of the provider of the caller's organization."""
    return IdentityProvider(row=dto, **dto.model_dump())


def _own_id(info: Info) -> strawberry.ID:
    return to_global_id("IdentityProvider", info.context.principal.org_id)


async def load_identity_provider(info: Info, id_: UUID) -> IdentityProvider:
    """By the id of its organization, which must be the caller's."""
    if id_ != info.context.principal.org_id:
        raise not_found("identity_provider")
    async with info.context.session() as session:
        found = await identity_providers.get_identity_provider(session, info.context.principal)
    return to_identity_provider(found)


@strawberry.type
class IdentityProviderQuery:
    """Queries of the provider."""

    @strawberry.field(
        description="Whose tokens are taken; null while there is none.",
        metadata={NEEDS: Permission.IDENTITY_PROVIDER_READ},
        extensions=[NullIfAbsent()],
    )
    async def identity_provider(self, info: Info) -> IdentityProvider | None:
        """Of the caller's organization."""
        return await load_identity_provider(info, info.context.principal.org_id)


@strawberry.type(description="The provider as it is now.")
class IdentityProviderPayload:
    """The answer to a change."""

    identity_provider: IdentityProvider = strawberry.field(description="The provider.")


@strawberry.type(description="The provider was removed.")
class DeletedIdentityProviderPayload:
    """The answer to a removal."""

    @strawberry.field(description="The global id that no longer leads anywhere.")
    def deleted_id(self, info: Info) -> strawberry.ID:
        """The input names none."""
        return _own_id(info)


@strawberry.input(description="Whose tokens the organization takes.")
class PutIdentityProviderInput:
    """The whole of it."""

    issuer: str
    audience: str
    claim_name: str | None = UNSET
    claim_value: str | None = UNSET
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Take no tokens any more.")
class DeleteIdentityProviderInput:
    """A removal."""

    if_match: str | None = None
    idempotency_key: str | None = None


@mutation(
    "Set the identity provider; its keys are found by discovery.",
    needs=WRITE,
    payload=IdentityProviderPayload,
    render=lambda dto, _data: IdentityProviderPayload(identity_provider=to_identity_provider(dto)),
)
async def put_identity_provider(
    session: TenantSession, info: Info, data: PutIdentityProviderInput
) -> IdentityProviderDTO:
    """`PUT /v1/identity-provider`."""
    given, expected = to_dto(PutIdentityProvider, data), precondition(data.if_match)
    settings = info.context.runtime.settings
    return await identity_providers.put_identity_provider(session, info.context.principal, given, settings, expected)


@mutation(
    "Remove the identity provider: its tokens are refused at once.",
    needs=WRITE,
    payload=DeletedIdentityProviderPayload,
    render=lambda _none, _data: DeletedIdentityProviderPayload(),
)
async def delete_identity_provider(session: TenantSession, info: Info, data: DeleteIdentityProviderInput) -> None:
    """`DELETE /v1/identity-provider`."""
    await identity_providers.delete_identity_provider(session, info.context.principal, precondition(data.if_match))


@strawberry.type
class IdentityProviderMutation:
    """Mutations of the provider."""

    put_identity_provider = put_identity_provider
    delete_identity_provider = delete_identity_provider
