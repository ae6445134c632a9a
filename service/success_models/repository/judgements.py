"""Every query of inspections and confirmations."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.success_models.dto.judgements import JUDGEMENT_SORTING
from service.success_models.models import Confirmation, Inspection

JudgementT = TypeVar("JudgementT", Inspection, Confirmation)


async def get_judgement(
    session: AsyncSession, table: type[JudgementT], org_id: UUID, judgement_id: UUID
) -> JudgementT | None:
    """One of them."""
    query = select(table).where(col(table.org_id) == org_id, col(table.id) == judgement_id)
    return (await session.exec(query)).first()


async def list_judgements(
    session: AsyncSession, table: type[JudgementT], org_id: UUID, deal_id: UUID, page: PageRequest
) -> Page[JudgementT]:
    """One page of a deal's."""
    query = select(table).where(col(table.org_id) == org_id, col(table.deal_id) == deal_id)
    return await fetch_page(session, query, table, JUDGEMENT_SORTING, page)


async def list_judged_deals(session: AsyncSession, table: type[JudgementT], org_id: UUID) -> frozenset[UUID]:
    """Of which deals anybody said anything: few, of however many there are."""
    query = select(table.deal_id).where(col(table.org_id) == org_id).distinct()
    return frozenset((await session.exec(query)).all())


async def judgements_of(
    session: AsyncSession, table: type[JudgementT], org_id: UUID, deal_ids: Sequence[UUID]
) -> list[JudgementT]:
    """All of some deals, oldest first."""
    wanted = any_(literal(list(deal_ids), ARRAY(Uuid)))
    query = select(table).where(col(table.org_id) == org_id, col(table.deal_id) == wanted)
    return list((await session.exec(query.order_by(col(table.created_at), col(table.id)))).all())
