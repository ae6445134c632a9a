"""The receivers as vendors call them: over ASGI, with writers on the real database."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from starlette.responses import PlainTextResponse

from service.api.integrations.dispatch import IntegrationsDispatcher
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.runtime import Runtime
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.crm.receiving.runtime import ReceiverRuntime
from tests.factories.receivers import Receivers
from tests.factories.sales_org import SalesOrg, make_sales_org


@pytest_asyncio.fixture(scope="session")
async def receivers(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> AsyncIterator[Receivers]:
    """Running receivers in front of an application that answers 404 to all else."""
    runtime = Runtime(settings.model_copy(update={"hubspot_body_bytes": 65536}), urls, database, secret_box)
    dispatcher = IntegrationsDispatcher(PlainTextResponse("not here", 404))
    receiving = ReceiverRuntime(runtime)
    await receiving.start()
    dispatcher.receivers = receiving
    transport = httpx.ASGITransport(app=dispatcher)
    async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        yield Receivers(client, dispatcher, runtime, settings.base_url)
    await receiving.stop()


@pytest_asyncio.fixture
async def other_org(database: Database) -> SalesOrg:
    """A second organization."""
    return await make_sales_org(database)
