"""Every query of CRM connections, their routes and their state."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.crm.dto.connections import CONNECTION_SORTING
from service.crm.models import ConnectionRoute, CrmConnection, CrmEvent, Delivery


class DeliveryState(NamedTuple):
    """What a connection has received."""

    total: int
    pending: int
    last_received_at: datetime | None


async def get_connection(
    session: AsyncSession, org_id: UUID, connection_id: UUID, *, lock: bool = False
) -> CrmConnection | None:
    """One connection."""
    query = select(CrmConnection).where(col(CrmConnection.org_id) == org_id, col(CrmConnection.id) == connection_id)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def get_connections(session: AsyncSession, org_id: UUID, ids: list[UUID] | None = None) -> list[CrmConnection]:
    """The connections with these ids (None: all)."""
    query = select(CrmConnection).where(col(CrmConnection.org_id) == org_id)
    if ids is not None:
        query = query.where(col(CrmConnection.id).in_(ids))
    return list((await session.exec(query)).all())


async def find_connection(session: AsyncSession, org_id: UUID, system: str, account_id: str) -> CrmConnection | None:
    """The organization's connection of an account."""
    query = select(CrmConnection).where(
        col(CrmConnection.org_id) == org_id,
        col(CrmConnection.system) == system,
        col(CrmConnection.account_id) == account_id,
    )
    return (await session.exec(query)).first()


async def list_connections(session: AsyncSession, org_id: UUID, page: PageRequest) -> Page[CrmConnection]:
    """One page of connections."""
    query = select(CrmConnection).where(col(CrmConnection.org_id) == org_id)
    return await fetch_page(session, query, CrmConnection, CONNECTION_SORTING, page)


async def find_route(session: AsyncSession, system: str, account_id: str) -> ConnectionRoute | None:
    """Who has claimed an account, in any organization."""
    query = select(ConnectionRoute).where(
        col(ConnectionRoute.system) == system, col(ConnectionRoute.account_id) == account_id
    )
    return (await session.exec(query)).first()


async def list_routes_of_app(session: AsyncSession, system: str, app_id: str) -> list[ConnectionRoute]:
    """Every connection of an application, in all organizations."""
    query = select(ConnectionRoute).where(col(ConnectionRoute.system) == system, col(ConnectionRoute.app_id) == app_id)
    return list((await session.exec(query)).all())


async def list_some_routes(session: AsyncSession, system: str, limit: int) -> list[ConnectionRoute]:
    """A bounded number of connections of a system, the same ones each time."""
    query = select(ConnectionRoute).where(col(ConnectionRoute.system) == system)
    return list((await session.exec(query.order_by(col(ConnectionRoute.account_id)).limit(limit))).all())


async def find_route_of_token(session: AsyncSession, token_hash: bytes) -> ConnectionRoute | None:
    """The connection whose URL holds this token."""
    query = select(ConnectionRoute).where(col(ConnectionRoute.token_hash) == token_hash)
    return (await session.exec(query)).first()


async def find_route_of_connection(session: AsyncSession, connection_id: UUID) -> ConnectionRoute | None:
    """The route of a connection that its own URL names."""
    query = select(ConnectionRoute).where(col(ConnectionRoute.connection_id) == connection_id)
    return (await session.exec(query)).first()


async def delete_connection(session: AsyncSession, org_id: UUID, connection_id: UUID) -> None:
    """Remove a connection with its route, events and deliveries; records and facts stay."""
    await session.exec(
        delete(ConnectionRoute).where(
            col(ConnectionRoute.org_id) == org_id, col(ConnectionRoute.connection_id) == connection_id
        )
    )
    for table in (CrmEvent, Delivery):
        await session.exec(delete(table).where(col(table.org_id) == org_id, col(table.connection_id) == connection_id))
    await session.exec(
        delete(CrmConnection).where(col(CrmConnection.org_id) == org_id, col(CrmConnection.id) == connection_id)
    )


async def delivery_state(session: AsyncSession, org_id: UUID, connection_id: UUID) -> DeliveryState:
    """Counts and the time of the last delivery."""
    query = select(
        func.count(),
        func.count().filter(col(Delivery.processed_at).is_(None)),
        func.max(Delivery.received_at),
    ).where(col(Delivery.org_id) == org_id, col(Delivery.connection_id) == connection_id)
    return DeliveryState(*(await session.exec(query)).one())


async def count_events(session: AsyncSession, org_id: UUID, connection_id: UUID) -> dict[str, int]:
    """Events by status."""
    query = (
        select(CrmEvent.status, func.count())
        .where(col(CrmEvent.org_id) == org_id, col(CrmEvent.connection_id) == connection_id)
        .group_by(col(CrmEvent.status))
    )
    return dict((await session.exec(query)).all())


async def last_error(session: AsyncSession, org_id: UUID, connection_id: UUID) -> tuple[str, datetime] | None:
    """The newest reason why a delivery or an event could not be read."""
    deliveries = (
        select(Delivery.error, Delivery.received_at)
        .where(
            col(Delivery.org_id) == org_id,
            col(Delivery.connection_id) == connection_id,
            col(Delivery.error).is_not(None),
        )
        .order_by(col(Delivery.received_at).desc())
        .limit(1)
    )
    events = (
        select(CrmEvent.reason, CrmEvent.received_at)
        .where(
            col(CrmEvent.org_id) == org_id,
            col(CrmEvent.connection_id) == connection_id,
            col(CrmEvent.status) == "quarantined",
        )
        .order_by(col(CrmEvent.received_at).desc())
        .limit(1)
    )
    found = [row for query in (deliveries, events) for row in (await session.exec(query)).all()]
    newest = max(found, key=lambda row: row[1], default=None)
    return None if newest is None else (str(newest[0]), newest[1])
