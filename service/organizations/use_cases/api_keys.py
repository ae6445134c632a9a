"""API keys: shown once, stored as a hash, found through a route that holds ids and hashes only."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import FieldError, conflict, invalid, invalid_fields, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, Role, require
from service.core.secrets import digest, new_token
from service.organizations.dto.api_keys import ApiKeyDTO, CreateApiKey, CreatedApiKeyDTO, RotateApiKey, UpdateApiKey
from service.organizations.models import ApiKey, ApiKeyRoute
from service.organizations.permissions import Permission
from service.organizations.repository import api_keys as repository
from service.organizations.repository import people
from service.organizations.use_cases.changes import announce
from service.webhooks.outbox import EventType, emit_many

KEY_PREFIX = "tl"
SHOWN_CHARACTERS = 10
ALL_SCOPES = "admin"
EXPIRY_NOTICE = timedelta(days=7)

RoleTable = Mapping[Role, frozenset[str]]
"""What each role may do; the administrator's permissions are all there are."""

NO_ROLES: RoleTable = MappingProxyType({})
"""For callers that give no scopes: workers and tests that make keys of people."""


async def create_api_key(
    session: AsyncSession,
    principal: Principal,
    data: CreateApiKey,
    roles: RoleTable = NO_ROLES,
) -> CreatedApiKeyDTO:
    """Create a key; its text is in the answer and nowhere else.

    `invalid` for an unknown scope, for more power than the caller's own, for an expiry in the past.
    """
    require(principal, Permission.API_KEYS_WRITE)
    _check_scopes(principal, data.scopes, roles)
    _check_expiry(data.expires_at)
    if data.person_id is not None:
        person = await people.get_person(session, principal.org_id, data.person_id)
        if person is None:
            raise invalid("/person_id", "is not a person of this organization")
        if not principal.is_system and not roles[Role(person.role)] <= principal.permissions:
            raise invalid("/person_id", "may do more than you")
    text = new_token(KEY_PREFIX)
    row = ApiKey(
        org_id=principal.org_id,
        id=new_id(),
        name=data.name,
        prefix=text[:SHOWN_CHARACTERS],
        key_hash=digest(text),
        person_id=data.person_id,
        scopes=sorted(set(data.scopes)),
        created_at=utc_now(),
        expires_at=data.expires_at,
    )
    session.add(row)
    session.add(ApiKeyRoute(key_hash=row.key_hash, org_id=row.org_id, key_id=row.id))
    await session.flush()
    return CreatedApiKeyDTO.model_validate({**row.model_dump(), "key": text})


async def list_api_keys(session: AsyncSession, principal: Principal, page: PageRequest) -> Page[ApiKeyDTO]:
    """Keys, revoked ones included."""
    require(principal, Permission.API_KEYS_READ)
    found = await repository.list_keys(session, principal.org_id, page)
    return found.with_items([ApiKeyDTO.model_validate(row) for row in found.items])


async def keys_of_organization(session: AsyncSession, principal: Principal, *, ended: bool = False) -> list[ApiKeyDTO]:
    """Every key that works now, by name; with `ended` those too that work no more."""
    require(principal, Permission.API_KEYS_READ)
    rows = await repository.list_all_keys(session, principal.org_id, None if ended else utc_now())
    return [ApiKeyDTO.model_validate(row) for row in rows]


async def get_api_key(session: AsyncSession, principal: Principal, key_id: UUID) -> ApiKeyDTO:
    """One key without its secret."""
    require(principal, Permission.API_KEYS_READ)
    return ApiKeyDTO.model_validate(await _existing(session, principal, key_id))


async def update_api_key(
    session: AsyncSession,
    principal: Principal,
    key_id: UUID,
    data: UpdateApiKey,
    expected: Precondition = UNCONDITIONAL,
    roles: RoleTable = NO_ROLES,
) -> ApiKeyDTO:
    """Change name, scopes or expiry; a key that acts as a person has no scopes."""
    require(principal, Permission.API_KEYS_WRITE)
    row = await _existing(session, principal, key_id)
    expected.check(ApiKeyDTO.model_validate(row))
    changes = data.model_dump(exclude_unset=True)
    if "scopes" in changes:
        if row.person_id is not None or not changes["scopes"]:
            raise invalid("/scopes", "belong to a key of the organization, which has at least one")
        _check_scopes(principal, changes["scopes"], roles)
        changes["scopes"] = sorted(set(changes["scopes"]))
    _check_expiry(changes.get("expires_at"))
    if "expires_at" in changes:
        row.expiry_told_at = None
    for name, value in changes.items():
        setattr(row, name, value)
    await announce(session, principal.org_id)
    return ApiKeyDTO.model_validate(row)


async def revoke_api_key(session: AsyncSession, principal: Principal, key_id: UUID) -> None:
    """End a key at once; revoking it again changes nothing."""
    require(principal, Permission.API_KEYS_WRITE)
    row = await _existing(session, principal, key_id)
    if row.revoked_at is None:
        row.revoked_at = utc_now()
        await repository.delete_routes(session, (row.key_hash, row.previous_key_hash))
        await announce(session, principal.org_id)


async def rotate_api_key(
    session: AsyncSession, principal: Principal, key_id: UUID, data: RotateApiKey
) -> CreatedApiKeyDTO:
    """Give a key a new secret; the one before works until the grace time ends. Two are live at most.

    `conflict` for a key that works no more: make a new one.
    """
    require(principal, Permission.API_KEYS_WRITE)
    row = await _existing(session, principal, key_id)
    now = utc_now()
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise conflict("api_key_ended", "This key has been revoked or has expired: create another.")
    text = new_token(KEY_PREFIX)
    await repository.delete_routes(session, [row.previous_key_hash, None if data.grace_hours else row.key_hash])
    row.previous_key_hash = row.key_hash if data.grace_hours else None
    row.previous_expires_at = now + timedelta(hours=data.grace_hours) if data.grace_hours else None
    row.key_hash, row.prefix = digest(text), text[:SHOWN_CHARACTERS]
    session.add(ApiKeyRoute(key_hash=row.key_hash, org_id=row.org_id, key_id=row.id))
    await announce(session, principal.org_id)
    return CreatedApiKeyDTO.model_validate({**row.model_dump(), "key": text})


async def tell_expiring_keys(session: AsyncSession, principal: Principal, now: datetime) -> None:
    """Warn once, some days ahead, of each key that is about to end."""
    require(principal, Permission.API_KEYS_READ)
    rows = await repository.take_expiring(session, principal.org_id, now, now + EXPIRY_NOTICE)
    events = [(EventType.API_KEY_EXPIRING, {"api_key_id": row.id, "expires_at": row.expires_at}) for row in rows]
    await emit_many(session, principal.org_id, events)


async def _existing(session: AsyncSession, principal: Principal, key_id: UUID) -> ApiKey:
    row = await repository.get_key(session, principal.org_id, key_id)
    if row is None:
        raise not_found("api_key")
    return row


def _check_scopes(principal: Principal, scopes: list[str], roles: RoleTable) -> None:
    """Nobody gives away what they do not have."""
    known = roles.get(Role.ADMIN, frozenset())
    errors = []
    for index, scope in enumerate(scopes):
        if scope != ALL_SCOPES and scope not in known:
            errors.append(FieldError(f"/scopes/{index}", f"unknown scope {scope}"))
        elif not principal.is_system and not ({scope} if scope != ALL_SCOPES else known) <= principal.permissions:
            errors.append(FieldError(f"/scopes/{index}", "goes beyond your own permissions"))
    if errors:
        raise invalid_fields(errors)


def _check_expiry(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= utc_now():
        raise invalid("/expires_at", "must be in the future")
