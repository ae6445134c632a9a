"""REST tests talk HTTP to the application in this process, on the real database."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.rest import rest_client


@pytest_asyncio.fixture(scope="session")
async def rest(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with rest_client(settings, urls, database, secret_box) as client:
        yield client


@pytest_asyncio.fixture
async def org(database: Database) -> SalesOrg:
    """An organization in New York time."""
    return await make_sales_org(database)
