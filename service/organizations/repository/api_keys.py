"""Every query of API keys and their routes."""

from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.organizations.dto import API_KEY_SORTING
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


async def delete_person_routes(session: AsyncSession, org_id: UUID, person_id: UUID) -> None:
    """Make the keys that act as a person unfindable."""
    hashes = select(ApiKey.key_hash).where(col(ApiKey.org_id) == org_id, col(ApiKey.person_id) == person_id)
    await session.exec(delete(ApiKeyRoute).where(col(ApiKeyRoute.key_hash).in_(hashes)))


async def delete_route(session: AsyncSession, key_hash: bytes) -> None:
    """Make a key unfindable."""
    await session.exec(delete(ApiKeyRoute).where(col(ApiKeyRoute.key_hash) == key_hash))
