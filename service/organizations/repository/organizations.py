"""Every query of organizations and their directory."""

from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.organizations.models import ApiKeyRoute, Organization, OrganizationDirectory


async def get_organization(session: AsyncSession, org_id: UUID, *, lock: bool = False) -> Organization | None:
    """The organization's row, locked for an update on request."""
    query = select(Organization).where(col(Organization.org_id) == org_id)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def lock_organization(session: AsyncSession, org_id: UUID) -> None:
    """Let writers whose rules span several rows take turns until the transaction ends."""
    await session.exec(select(Organization.org_id).where(col(Organization.org_id) == org_id).with_for_update())


async def get_time_zone(session: AsyncSession, org_id: UUID) -> str | None:
    """The organization's IANA time zone."""
    query = select(Organization.time_zone).where(col(Organization.org_id) == org_id)
    return (await session.exec(query)).first()


async def find_in_directory(session: AsyncSession, name_hash: bytes) -> UUID | None:
    """The organization whose name has this hash."""
    query = select(OrganizationDirectory.org_id).where(col(OrganizationDirectory.name_hash) == name_hash)
    return (await session.exec(query)).first()


async def is_in_directory(session: AsyncSession, org_id: UUID) -> bool:
    """Whether the organization exists."""
    query = select(OrganizationDirectory.org_id).where(col(OrganizationDirectory.org_id) == org_id)
    return (await session.exec(query)).first() is not None


async def list_directory(session: AsyncSession) -> list[UUID]:
    """Every organization."""
    return list((await session.exec(select(OrganizationDirectory.org_id))).all())


async def rename_in_directory(session: AsyncSession, org_id: UUID, name_hash: bytes) -> None:
    """Follow a change of name."""
    entry = await session.get_one(OrganizationDirectory, org_id)
    entry.name_hash = name_hash


async def remove_from_directory(session: AsyncSession, org_id: UUID) -> None:
    """Forget an organization and the routes of its keys."""
    await session.exec(delete(ApiKeyRoute).where(col(ApiKeyRoute.org_id) == org_id))
    await session.exec(delete(OrganizationDirectory).where(col(OrganizationDirectory.org_id) == org_id))
