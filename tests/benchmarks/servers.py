"""The servers under test, each a uvicorn process: ours, the same endpoint without grouping, and the plain build.

Run as `python -m tests.benchmarks.servers NAME PORT` with the settings in the environment.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from starlette.types import ASGIApp

from service.api.integrations.dispatch import HUBSPOT_PATH, IntegrationsDispatcher
from service.core.bulk import insert_statement
from service.core.clock import utc_now
from service.core.ids import new_id
from service.core.migrating import async_url
from service.core.runtime import open_runtime
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.crm.models import ConnectionRoute, CrmConnection, Delivery
from service.crm.receiving.runtime import ReceiverRuntime
from service.crm.receiving.writer import DELIVERY_COLUMNS, DeliveryRow, UnclaimedRow
from service.crm.verification import verify_v3
from service.main import build_app
from tests.factories.receivers import now_ms

POOL = 16
"""Database connections of the two servers we are compared with."""


def touchline(settings: Settings) -> ASGIApp:
    """The whole application, without a worker."""
    return build_app(settings, run_worker=False)


class AutocommitWriter:
    """What the group-commit writer replaces: one autocommitted INSERT per request, from a pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def start(self) -> None:
        """Nothing runs beside the requests."""

    async def stop(self) -> None:
        """As above."""

    async def store(self, deliveries: list[DeliveryRow], _unclaimed: list[UnclaimedRow]) -> None:
        """Insert the only row."""
        (row,) = deliveries
        statement = insert_statement("delivery", DELIVERY_COLUMNS, 1, "")
        async with self._pool.acquire() as connection:
            await connection.fetch(statement, row.org_id, row.id, row.connection_id, row.received_at, row.body)


def autocommit(settings: Settings) -> ASGIApp:
    """The same ASGI endpoint; only the writer differs."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with open_runtime(settings) as runtime:
            receivers = ReceiverRuntime(runtime)
            async with asyncpg.create_pool(runtime.urls.ingest, min_size=POOL, max_size=POOL) as pool:
                receivers.writer = AutocommitWriter(pool)  # type: ignore[assignment]  # it has the methods in use
                await receivers.start()
                dispatcher.receivers = receivers
                yield
                await receivers.stop()

    dispatcher = IntegrationsDispatcher(FastAPI(lifespan=lifespan))
    return dispatcher


class Event(BaseModel):
    """What a plain build declares of an event."""

    event_id: int = Field(alias="eventId")
    subscription_type: str = Field(alias="subscriptionType")
    portal_id: int = Field(alias="portalId")
    app_id: int = Field(alias="appId")
    occurred_at: datetime = Field(alias="occurredAt")
    object_id: int = Field(alias="objectId")
    property_name: str | None = Field(default=None, alias="propertyName")
    property_value: str | None = Field(default=None, alias="propertyValue")


def plain(settings: Settings) -> ASGIApp:
    """FastAPI and SQLAlchemy as their tutorials show: a session per request, the ORM, a transaction per request."""
    assert settings.database_url is not None
    engine = create_async_engine(async_url(settings.database_url.get_secret_value()), pool_size=POOL, max_overflow=0)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    box = SecretBox(settings.fernet_keys())
    events = TypeAdapter(list[Event])
    app = FastAPI()

    async def open_session() -> AsyncIterator[AsyncSession]:
        async with sessions() as session, session.begin():
            yield session

    @app.post(HUBSPOT_PATH)
    async def receive(request: Request, session: Annotated[AsyncSession, Depends(open_session)]) -> dict[str, Any]:
        body = await request.body()
        first = events.validate_json(body)[0]
        route = await session.get(ConnectionRoute, ("hubspot", str(first.portal_id)))
        if route is None:
            raise HTTPException(404)
        await session.execute(text(f"SET LOCAL app.org_id = '{UUID(str(route.org_id))}'"))
        query = select(CrmConnection).where(
            CrmConnection.org_id == route.org_id,  # type: ignore[arg-type]  # SQLModel's fields are columns
            CrmConnection.id == route.connection_id,  # type: ignore[arg-type]  # as above
        )
        connection = (await session.execute(query)).scalar_one()
        stamp, signature = (request.headers[f"x-hubspot-{name}"] for name in ("request-timestamp", "signature-v3"))
        secret = box.open(connection.secret or b"")
        if not verify_v3(secret, "POST", settings.base_url + HUBSPOT_PATH, body, stamp, signature, now_ms()):
            raise HTTPException(401)
        session.add(
            Delivery(org_id=route.org_id, id=new_id(), connection_id=connection.id, received_at=utc_now(), body=body)
        )
        return {"accepted": True}

    return app


SERVERS = {"touchline": touchline, "autocommit": autocommit, "plain": plain}

if __name__ == "__main__":
    uvicorn.run(
        SERVERS[sys.argv[1]](Settings(_env_file=None)),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        access_log=False,
        proxy_headers=False,
        log_level="warning",
    )
