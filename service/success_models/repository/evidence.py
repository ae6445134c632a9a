"""Every query of what could be evidence about deals: each set-based, whatever the number of deals."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Uuid, any_, cast, func, literal, union_all
from sqlalchemy import select as sa_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Activity, Deal, DealVersion, Record, StageChange
from service.success_models.filters import ATTRIBUTE_PREFIX
from service.success_models.process import CLOSE_DATE
from service.success_models.readings import record_field

OLDEST = 200
"""Among how many of the oldest deals that have a field its first write is looked for. Later than the true one it
can only make more unknown, never anything unmet."""


def _among(column: object, ids: Iterable[UUID]) -> ColumnElement[bool]:
    """One array parameter, however many ids there are."""
    return col(column) == any_(literal(list(ids), ARRAY(Uuid)))


async def list_deals(session: AsyncSession, org_id: UUID, deal_ids: Collection[UUID]) -> list[Deal]:
    """Deals by their ids."""
    query = select(Deal).where(col(Deal.org_id) == org_id, _among(Deal.id, deal_ids))
    return list((await session.exec(query)).all())


async def list_open_deals(session: AsyncSession, org_id: UUID) -> list[Deal]:
    """Every deal that is open now."""
    query = select(Deal).where(col(Deal.org_id) == org_id, col(Deal.outcome) == "open")
    return list((await session.exec(query.order_by(col(Deal.id)))).all())


async def list_owned_deals(
    session: AsyncSession, org_id: UUID, owner_id: UUID, since: datetime, as_of: datetime
) -> list[Deal]:
    """The open deals of an owner, and those that were theirs when they were decided after `since`, up to `as_of`."""
    is_open = (col(Deal.outcome) == "open") & (col(Deal.owner_id) == owner_id) & (col(Deal.created_at) <= as_of)
    decided = (col(Deal.closed_owner_id) == owner_id) & (col(Deal.closed_at) > since) & (col(Deal.closed_at) <= as_of)
    query = select(Deal).where(col(Deal.org_id) == org_id, is_open | decided)
    return list((await session.exec(query.order_by(col(Deal.id)))).all())


async def list_moved_deals(
    session: AsyncSession, org_id: UUID, person_ids: Collection[UUID], start: date, until: date
) -> list[UUID]:
    """The deals that came into a stage from `start` to before `until` while one of the people owned them."""
    query = (
        select(StageChange.deal_id)
        .where(col(StageChange.org_id) == org_id, _among(StageChange.person_id, person_ids))
        .where(col(StageChange.occurred_on) >= start, col(StageChange.occurred_on) < until)
        .distinct()
    )
    return list((await session.exec(query)).all())


async def list_writes(
    session: AsyncSession, org_id: UUID, deal_ids: Collection[UUID]
) -> dict[UUID, dict[str, datetime]]:
    """When each field of the deals' records was written last, by deal and name in the record."""
    query = select(Record.id, Record.state["fields"]).where(col(Record.org_id) == org_id, _among(Record.id, deal_ids))
    return {
        deal_id: {name: _instant(write[0]) for name, write in fields.items()}
        for deal_id, fields in (await session.exec(query)).all()
    }


async def list_versions(session: AsyncSession, org_id: UUID, deal_ids: Collection[UUID]) -> list[DealVersion]:
    """What the deals were known to be before, oldest first."""
    query = select(DealVersion).where(col(DealVersion.org_id) == org_id, _among(DealVersion.id, deal_ids))
    return list((await session.exec(query.order_by(col(DealVersion.known_from)))).all())


async def list_linked_activities(
    session: AsyncSession, org_id: UUID, deal_ids: Collection[UUID], kinds: Collection[str]
) -> list[Activity]:
    """The activities of some kinds that are about the deals, oldest first."""
    query = select(Activity).where(
        col(Activity.org_id) == org_id, _among(Activity.deal_id, deal_ids), col(Activity.kind).in_(kinds)
    )
    return list((await session.exec(query.order_by(col(Activity.occurred_at), col(Activity.id)))).all())


async def find_voices(
    session: AsyncSession, org_id: UUID, fields: Sequence[str], kinds: Sequence[str]
) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """Since when each field of deals is filled, and each kind of activity linked to one; what never was is absent."""
    parts = [_field_voice(org_id, name) for name in fields] + [_kind_voice(org_id, kind) for kind in kinds]
    if not parts:
        return {}, {}
    rows = (await session.exec(union_all(*parts))).all()  # type: ignore[call-overload]
    found = {(source, name): _instant(at) for source, name, at in rows if at is not None}
    by_source = {source: {name: at for (of, name), at in found.items() if of == source} for source in ("field", "kind")}
    return by_source["field"], by_source["kind"]


def _field_voice(org_id: UUID, name: str) -> Any:
    oldest = (
        sa_select(Deal.id)  # type: ignore[call-overload]
        .where(col(Deal.org_id) == org_id, _is_filled(name))
        .order_by(col(Deal.created_at))
        .limit(OLDEST)
        .subquery()
    )
    written = cast(Record.state["fields"][record_field(name)][0].astext, BigInteger)
    return (
        sa_select(literal("field"), literal(name), func.min(written))
        .select_from(oldest)
        .join(Record, (col(Record.org_id) == org_id) & (col(Record.id) == oldest.c.id))
    )


def _kind_voice(org_id: UUID, kind: str) -> Any:
    epoch_ms = cast(func.floor(func.extract("epoch", func.min(Activity.occurred_at)) * 1000), BigInteger)
    return sa_select(literal("kind"), literal(kind), epoch_ms).where(
        col(Activity.org_id) == org_id, col(Activity.kind) == kind, col(Activity.deal_id).is_not(None)
    )


def _is_filled(name: str) -> Any:
    if name.startswith(ATTRIBUTE_PREFIX):
        return col(Deal.attributes).has_key(name.removeprefix(ATTRIBUTE_PREFIX))  # type: ignore[attr-defined]
    if name == CLOSE_DATE:
        return func.jsonb_array_length(Deal.close_date_history) > 0
    return col(getattr(Deal, name)).is_not(None)


def _instant(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
