"""Every query of success models."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.success_models.dto.success_models import SUCCESS_MODEL_SORTING
from service.success_models.models import SuccessModel


async def get_model(session: AsyncSession, org_id: UUID, model_id: UUID, *, lock: bool = False) -> SuccessModel | None:
    """Get one version of a model."""
    query = select(SuccessModel).where(col(SuccessModel.org_id) == org_id, col(SuccessModel.id) == model_id)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def list_models(session: AsyncSession, org_id: UUID, status: str | None, page: PageRequest) -> Page[SuccessModel]:
    """One page of versions."""
    query = select(SuccessModel).where(col(SuccessModel.org_id) == org_id)
    if status is not None:
        query = query.where(col(SuccessModel.status) == status)
    return await fetch_page(session, query, SuccessModel, SUCCESS_MODEL_SORTING, page)


async def list_active(session: AsyncSession, org_id: UUID, at: datetime | None) -> list[SuccessModel]:
    """List the active model of each job role, or the one that was active at an instant."""
    query = select(SuccessModel).where(col(SuccessModel.org_id) == org_id)
    if at is None:
        query = query.where(col(SuccessModel.status) == "active")
    else:
        retired_at = col(SuccessModel.retired_at)
        query = query.where(col(SuccessModel.activated_at) <= at, or_(retired_at.is_(None), retired_at > at))
    return list((await session.exec(query.order_by(col(SuccessModel.id)))).all())


async def list_active_ids(session: AsyncSession, org_id: UUID) -> list[tuple[str | None, UUID]]:
    """List job roles and the ids of their active models, without the documents."""
    query = select(SuccessModel.job_role, SuccessModel.id).where(
        col(SuccessModel.org_id) == org_id, col(SuccessModel.status) == "active"
    )
    return [(row[0], row[1]) for row in (await session.exec(query)).all()]


async def find_earlier(session: AsyncSession, org_id: UUID, key: str, version: int) -> SuccessModel | None:
    """The latest version of a key before one."""
    query = select(SuccessModel).where(
        col(SuccessModel.org_id) == org_id, col(SuccessModel.key) == key, col(SuccessModel.version) < version
    )
    return (await session.exec(query.order_by(col(SuccessModel.version).desc()).limit(1))).first()


async def find_active(session: AsyncSession, org_id: UUID, job_role: str | None) -> SuccessModel | None:
    """Find the active model of exactly this job role (None: the one for everyone else)."""
    query = select(SuccessModel).where(
        col(SuccessModel.org_id) == org_id,
        col(SuccessModel.status) == "active",
        col(SuccessModel.job_role).is_not_distinct_from(job_role),
    )
    return (await session.exec(query.with_for_update())).first()


async def last_version(session: AsyncSession, org_id: UUID, key: str) -> int:
    """Find the highest version of a model's key; 0 where there is none."""
    query = select(func.max(SuccessModel.version)).where(
        col(SuccessModel.org_id) == org_id, col(SuccessModel.key) == key
    )
    return (await session.exec(query)).one() or 0


async def lock_models(session: AsyncSession, org_id: UUID) -> None:
    """Serialise creations and activations within an organization."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"models:{org_id}", 0))))
