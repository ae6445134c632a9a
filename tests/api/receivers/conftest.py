"""The receivers as vendors call them."""

from collections.abc import AsyncIterator

import pytest_asyncio

from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from tests.factories.receivers import Receivers
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.receivers import running_receivers


@pytest_asyncio.fixture(scope="session")
async def receivers(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> AsyncIterator[Receivers]:
    """Receivers with a low limit for HubSpot's bodies."""
    limited = settings.model_copy(update={"hubspot_body_bytes": 65536})
    async with running_receivers(limited, urls, database, secret_box) as running:
        yield running


@pytest_asyncio.fixture
async def other_org(database: Database) -> SalesOrg:
    """A second organization."""
    return await make_sales_org(database)
