"""API keys: keys of the organization, and keys that act as a person."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, part_of_list, to_connection, to_global_id
from schema.scalars import Scope
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest
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

READ, WRITE = Permission.API_KEYS_READ, Permission.API_KEYS_WRITE


@strawberry.type(description="An API key without its secret.")
class ApiKey(Node):
    """A key."""

    row: strawberry.Private[ApiKeyDTO]
    name: str
    prefix: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None
    previous_expires_at: dt.datetime | None

    @strawberry.field(
        description="What it may do; none for a key that acts as a person.", extensions=[Paged(whole=True)]
    )
    def scopes(self, page: PageRequest) -> Connection[Scope]:
        """By name."""
        return part_of_list(self.row.scopes, Scope, page)

    @strawberry.field(
        description="Whom the key acts as; null for a key of the organization.",
        metadata={NEEDS: Permission.PEOPLE_READ},
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        if self.row.person_id is None:
            return None
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(ApiKey, ApiKeyDTO)


def to_api_key(dto: ApiKeyDTO) -> ApiKey:
    """The GraphQL view of a key."""
    row = ApiKeyDTO.model_validate(dto.model_dump(include=set(ApiKeyDTO.model_fields)))
    return ApiKey(id=to_global_id("ApiKey", row.id), row=row, **row.model_dump(exclude={"id", "person_id", "scopes"}))


async def load_api_key(info: Info, id_: UUID) -> ApiKey:
    """By row id."""
    async with info.context.session() as session:
        return to_api_key(await api_keys.get_api_key(session, info.context.principal, id_))


@strawberry.type
class ApiKeysQuery:
    """Queries of keys."""

    @strawberry.field(description="One key, revoked or not.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def api_key(self, info: Info, id: strawberry.ID) -> ApiKey | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_api_key(info, row_id(id, "ApiKey"))

    @strawberry.field(
        description="Keys, revoked ones included.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("ApiKeySort", API_KEY_SORTING))],
    )
    async def api_keys(self, info: Info, page: PageRequest) -> Connection[ApiKey]:
        """One page."""
        async with info.context.session() as session:
            found = await api_keys.list_api_keys(session, info.context.principal, page)
        return to_connection(found, to_api_key, page)


@strawberry.type(description="A key as it is now.")
class ApiKeyPayload:
    """The answer to a change of a key."""

    api_key: ApiKey = strawberry.field(description="The key.")


@strawberry.type(description="A new key with its secret.")
class CreatedApiKeyPayload:
    """The answer to a creation."""

    api_key: ApiKey = strawberry.field(description="The key.")
    secret: str = strawberry.field(description="What to send as bearer token; shown this once.")


@strawberry.input(description="A key of the organization (`scopes`), or one that acts as a person (`personId`).")
class CreateApiKeyInput:
    """All that a key begins with."""

    name: str
    person_id: strawberry.ID | None = UNSET
    scopes: list[str] | None = UNSET
    expires_at: dt.datetime | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays.")
class UpdateApiKeyInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    name: str | None = UNSET
    scopes: list[str] | None = UNSET
    expires_at: dt.datetime | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which key to give a new secret.")
class RotateApiKeyInput:
    """A rotation."""

    id: strawberry.ID
    grace_hours: int = 24
    idempotency_key: str | None = None


@strawberry.input(description="Which key to revoke.")
class RevokeApiKeyInput:
    """A revocation."""

    id: strawberry.ID
    idempotency_key: str | None = None


@mutation(
    "Create a key; its secret is shown this once.",
    needs=WRITE,
    payload=CreatedApiKeyPayload,
    render=lambda dto, _data: CreatedApiKeyPayload(api_key=to_api_key(dto), secret=dto.key),
)
async def create_api_key(session: TenantSession, info: Info, data: CreateApiKeyInput) -> CreatedApiKeyDTO:
    """`POST /v1/api-keys`."""
    return await api_keys.create_api_key(session, info.context.principal, to_dto(CreateApiKey, data), ROLES)


@mutation(
    "Change name, scopes or expiry of a key.",
    needs=WRITE,
    payload=ApiKeyPayload,
    render=lambda dto, _data: ApiKeyPayload(api_key=to_api_key(dto)),
)
async def update_api_key(session: TenantSession, info: Info, data: UpdateApiKeyInput) -> ApiKeyDTO:
    """`PATCH /v1/api-keys/{id}`."""
    key_id, changes, expected = row_id(data.id, "ApiKey"), to_dto(UpdateApiKey, data), precondition(data.if_match)
    return await api_keys.update_api_key(session, info.context.principal, key_id, changes, expected, ROLES)


@mutation(
    "Give a key a new secret, shown this once; the one before works for `graceHours` more.",
    needs=WRITE,
    payload=CreatedApiKeyPayload,
    render=lambda dto, _data: CreatedApiKeyPayload(api_key=to_api_key(dto), secret=dto.key),
)
async def rotate_api_key(session: TenantSession, info: Info, data: RotateApiKeyInput) -> CreatedApiKeyDTO:
    """`POST /v1/api-keys/{id}/rotate`."""
    key_id, grace = row_id(data.id, "ApiKey"), to_dto(RotateApiKey, data)
    return await api_keys.rotate_api_key(session, info.context.principal, key_id, grace)


@mutation("Revoke a key at once.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def revoke_api_key(session: TenantSession, info: Info, data: RevokeApiKeyInput) -> None:
    """`DELETE /v1/api-keys/{id}`."""
    await api_keys.revoke_api_key(session, info.context.principal, row_id(data.id, "ApiKey"))


@strawberry.type
class ApiKeysMutation:
    """Mutations of keys."""

    create_api_key = create_api_key
    update_api_key = update_api_key
    rotate_api_key = rotate_api_key
    revoke_api_key = revoke_api_key
