"""An API key to its principal. Authentication has no principal yet, so it takes none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.core.authentication import unauthenticated
from service.core.database import Database
from service.core.principal import Principal, Role
from service.core.secrets import digest, same
from service.organizations.models import ApiKey, Person
from service.organizations.repository import api_keys as repository
from service.organizations.use_cases.api_keys import ALL_SCOPES


async def authenticate_key(
    database: Database, token: str, roles: Mapping[Role, frozenset[str]], now: datetime
) -> Principal:
    """Who a key speaks for; `roles` says what each role may do, the admin role everything.

    A person's role is read from the database each time, so that a change holds at once.
    """
    key_hash = digest(token)
    async with database.directory() as session:
        route = await repository.find_route(session, key_hash)
    if route is None:
        raise unauthenticated()
    async with database.tenant(route.org_id) as session:
        found = await repository.get_key_with_person(session, route.org_id, route.key_id)
    if found is None:
        raise unauthenticated()
    key, person, time_zone = found
    ends = [key.expires_at]
    if not same(key.key_hash, key_hash):
        if key.previous_key_hash is None or not same(key.previous_key_hash, key_hash):
            raise unauthenticated()
        if key.previous_expires_at is None or key.previous_expires_at <= now:
            raise unauthenticated("This secret has been replaced by another.")
        ends.append(key.previous_expires_at)
    if person is not None and person.left_on is not None:
        ends.append(end_of_day(person.left_on, ZoneInfo(time_zone)))
    return replace(_principal(key, person, roles, ends, now), expires_at=min(filter(None, ends), default=None))


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day of an organization is over."""
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def _principal(
    key: ApiKey,
    person: Person | None,
    roles: Mapping[Role, frozenset[str]],
    ends: Sequence[datetime | None],
    now: datetime,
) -> Principal:
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise unauthenticated("This API key has been revoked or has expired.")
    if key.person_id is None:
        everything = roles[Role.ADMIN]
        scopes = everything if ALL_SCOPES in key.scopes else everything & frozenset(key.scopes)
        return Principal(org_id=key.org_id, permissions=scopes, key_id=key.id)
    if person is None or any(end is not None and end <= now for end in ends):
        raise unauthenticated("The person this API key acts as has left.")
    role = Role(person.role)
    return Principal(key.org_id, roles[role], person_id=person.id, role=role, key_id=key.id)
