"""Keys: what they are worth, until when, and that nobody gives away more than they have."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.pagination import PageRequest
from service.core.principal import Principal, Role
from service.core.secrets import digest
from service.organizations.dto.api_keys import CreateApiKey, CreatedApiKeyDTO, UpdateApiKey
from service.organizations.dto.people import UpdatePerson
from service.organizations.models import ApiKey, ApiKeyRoute
from service.organizations.use_cases.api_keys import create_api_key, list_api_keys, revoke_api_key, update_api_key
from service.organizations.use_cases.authentication.keys import authenticate_key
from service.organizations.use_cases.people import delete_person, update_person
from service.permissions import ALL_PERMISSIONS, ROLES
from tests.factories.sales_org import SalesOrg, make_sales_org


async def new_key(org: SalesOrg, principal: Principal | None = None, **fields: Any) -> CreatedApiKeyDTO:
    data = CreateApiKey.model_validate({"name": "Key", **fields})
    async with org.database.tenant(org.id) as session:
        return await create_api_key(session, principal or org.system, data, ROLES)


async def who(org: SalesOrg, key: str, now: datetime | None = None) -> Principal:
    return await authenticate_key(org.database, key, ROLES, now or utc_now())


async def refused(org: SalesOrg, key: str, now: datetime | None = None) -> bool:
    try:
        await who(org, key, now)
    except ServiceError as error:
        return error.kind is ErrorKind.UNAUTHENTICATED
    return False


async def test_a_key_of_the_organization_may_what_its_scopes_say(org: SalesOrg) -> None:
    key = await new_key(org, scopes=["people:read", "people:read", "kpi_snapshots:read"])
    principal = await who(org, key.key)
    assert principal.permissions == {"people:read", "kpi_snapshots:read"}
    assert (principal.org_id, principal.person_id, principal.role, principal.key_id) == (org.id, None, None, key.id)
    assert principal.sees_everyone
    assert (await who(org, (await new_key(org, scopes=["admin"])).key)).permissions == ALL_PERMISSIONS


async def test_a_key_of_a_person_follows_their_role_at_once(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    key = await new_key(org, person_id=ann.id)
    principal = await who(org, key.key)
    assert (principal.person_id, principal.role, principal.permissions) == (ann.id, Role.REP, ROLES[Role.REP])
    assert not principal.sees_everyone
    async with org.database.tenant(org.id) as session:
        await update_person(session, org.system, ann.id, UpdatePerson(role=Role.ENABLEMENT))
    assert (await who(org, key.key)).permissions == ROLES[Role.ENABLEMENT]


async def test_unknown_expired_and_revoked_keys(org: SalesOrg) -> None:
    assert await refused(org, "tl_unknown")
    assert await refused(org, "")
    expires = utc_now() + timedelta(hours=1)
    key = await new_key(org, scopes=["admin"], expires_at=expires)
    assert not await refused(org, key.key, expires - timedelta(seconds=1))
    assert await refused(org, key.key, expires)
    for _ in range(2):
        async with org.database.tenant(org.id) as session:
            await revoke_api_key(session, org.system, key.id)
    assert await refused(org, key.key)
    async with org.database.tenant(org.id) as session:
        page = await list_api_keys(session, org.system, PageRequest())
    assert [one.revoked_at is not None for one in page.items] == [False, True]


async def test_a_person_works_until_the_end_of_their_last_day(database: Any) -> None:
    """By the organization's clock: New York is five hours behind in winter."""
    org = await make_sales_org(database)
    ann = await org.add_person("Ann", left_on=date(2026, 1, 31))
    key = (await new_key(org, person_id=ann.id)).key
    assert not await refused(org, key, org.local(2026, 1, 31, 23, 59))
    assert await refused(org, key, org.local(2026, 2, 1, 0, 0))


async def test_only_a_hash_is_kept_and_it_goes_with_the_person(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    key = await new_key(org, person_id=ann.id)
    assert key.key.startswith(key.prefix)
    async with org.database.tenant(org.id) as session:
        row = (await session.exec(select(ApiKey).where(col(ApiKey.id) == key.id))).one()
        assert row.key_hash == digest(key.key)
        assert key.key not in str(row.model_dump())
        await delete_person(session, org.system, ann.id)
    assert await refused(org, key.key)
    async with org.database.directory() as session:
        assert not (await session.exec(select(ApiKeyRoute).where(col(ApiKeyRoute.key_id) == key.id))).all()


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"scopes": ["people:read", "people:fly"]}, "/scopes/1"),
        ({"scopes": ["people:read", "people:write"]}, "/scopes/1"),
        ({"scopes": ["admin"]}, "/scopes/0"),
        ({"person_id": UUID(int=1)}, "/person_id"),
        ({"scopes": ["people:read"], "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
    ],
)
async def test_nobody_gives_away_what_they_do_not_have(org: SalesOrg, fields: dict[str, Any], pointer: str) -> None:
    narrow = Principal(org.id, frozenset({"api_keys:write", "people:read"}))
    with pytest.raises(ServiceError) as error:
        await new_key(org, narrow, **fields)
    assert [field.pointer for field in error.value.fields] == [pointer]


async def test_a_narrow_key_cannot_act_as_an_administrator(org: SalesOrg) -> None:
    narrow = Principal(org.id, frozenset({"api_keys:write"}) | ROLES[Role.REP])
    ann, root = await org.add_person("Ann"), await org.add_person("Root", role="admin")
    assert not await refused(org, (await new_key(org, narrow, person_id=ann.id)).key)
    with pytest.raises(ServiceError, match="may do more than you"):
        await new_key(org, narrow, person_id=root.id)


async def test_changing_a_key(org: SalesOrg) -> None:
    key = await new_key(org, scopes=["people:read"])
    mine = await new_key(org, person_id=(await org.add_person("Ann")).id)
    narrow = Principal(org.id, frozenset({"api_keys:write", "people:read"}))
    async with org.database.tenant(org.id) as session:
        with pytest.raises(ServiceError, match="invalid field"):
            await update_api_key(session, narrow, key.id, UpdateApiKey(scopes=["admin"]), roles=ROLES)
        with pytest.raises(ServiceError, match="belong to a key of the organization"):
            await update_api_key(session, org.system, mine.id, UpdateApiKey(scopes=["people:read"]), roles=ROLES)
        with pytest.raises(ServiceError, match="belong to a key of the organization"):
            await update_api_key(session, org.system, key.id, UpdateApiKey(scopes=[]), roles=ROLES)
        await update_api_key(
            session, org.system, key.id, UpdateApiKey(name="N", scopes=["organization:read"]), roles=ROLES
        )
    assert (await who(org, key.key)).permissions == {"organization:read"}
