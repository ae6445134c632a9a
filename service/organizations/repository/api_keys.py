"""Every query of API keys and their routes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Uuid, column, or_, update, values
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.organizations.dto.api_keys import API_KEY_SORTING
from service.organizations.models import ApiKey, ApiKeyRoute, Organization, Person


async def find_route(session: AsyncSession, key_hash: bytes) -> ApiKeyRoute | None:
    """The organization of a key."""
    return (await session.exec(select(ApiKeyRoute).where(col(ApiKeyRoute.key_hash) == key_hash))).first()


async def get_key_with_person(
    session: AsyncSession, org_id: UUID, key_id: UUID
) -> tuple[ApiKey, Person | None, str] | None:
    """A key, the person it acts as (if any), and the organization's time zone."""
    query = (
        select(ApiKey, Person, Organization.time_zone)
        .join(Organization, col(Organization.org_id) == col(ApiKey.org_id))
        .outerjoin(Person, (col(Person.org_id) == col(ApiKey.org_id)) & (col(Person.id) == col(ApiKey.person_id)))
        .where(col(ApiKey.org_id) == org_id, col(ApiKey.id) == key_id)
    )
    return (await session.exec(query)).first()


async def get_key(session: AsyncSession, org_id: UUID, key_id: UUID) -> ApiKey | None:
    """One key, locked for an update."""
    query = select(ApiKey).where(col(ApiKey.org_id) == org_id, col(ApiKey.id) == key_id).with_for_update()
    return (await session.exec(query)).first()


async def list_keys(session: AsyncSession, org_id: UUID, page: PageRequest) -> Page[ApiKey]:
    """One page of keys."""
    query = select(ApiKey).where(col(ApiKey.org_id) == org_id)
    return await fetch_page(session, query, ApiKey, API_KEY_SORTING, page)


async def list_all_keys(session: AsyncSession, org_id: UUID, working_at: datetime | None) -> list[ApiKey]:
    """Every key, by name; those that work at an instant if given."""
    query = select(ApiKey).where(col(ApiKey.org_id) == org_id)
    if working_at is not None:
        query = query.where(
            col(ApiKey.revoked_at).is_(None),
            or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > working_at),
        )
    return list((await session.exec(query.order_by(col(ApiKey.name), col(ApiKey.id)))).all())


async def touch_keys(session: AsyncSession, org_id: UUID, used: Mapping[UUID, datetime]) -> None:
    """Note when keys were used last; an older instant than the noted one changes nothing."""
    noted = values(column("id", Uuid), column("at", DateTime(timezone=True)), name="used").data(list(used.items()))
    await session.exec(
        update(ApiKey)
        .where(col(ApiKey.org_id) == org_id, col(ApiKey.id) == noted.c.id)
        .where(or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) < noted.c.at))
        .values(last_used_at=noted.c.at)
    )


async def take_expiring(session: AsyncSession, org_id: UUID, now: datetime, until: datetime) -> list[ApiKey]:
    """Keys that end before an instant and whose end has not been told yet; it counts as told from now on."""
    query = select(ApiKey).where(
        col(ApiKey.org_id) == org_id,
        col(ApiKey.revoked_at).is_(None),
        col(ApiKey.expiry_told_at).is_(None),
        col(ApiKey.expires_at) > now,
        col(ApiKey.expires_at) <= until,
    )
    rows = list((await session.exec(query.with_for_update(skip_locked=True))).all())
    for row in rows:
        row.expiry_told_at = now
    return rows


async def delete_person_routes(session: AsyncSession, org_id: UUID, person_id: UUID) -> None:
    """Make the keys that act as a person unfindable."""
    keys = select(ApiKey.id).where(col(ApiKey.org_id) == org_id, col(ApiKey.person_id) == person_id)
    await session.exec(delete(ApiKeyRoute).where(col(ApiKeyRoute.org_id) == org_id, col(ApiKeyRoute.key_id).in_(keys)))


async def delete_routes(session: AsyncSession, hashes: Collection[bytes | None]) -> None:
    """Make secrets unfindable."""
    await session.exec(delete(ApiKeyRoute).where(col(ApiKeyRoute.key_hash).in_([one for one in hashes if one])))
