"""Use cases run on the real database; every test has an organization of its own."""

import pytest_asyncio

from service.core.database import Database
from tests.factories.sales_org import SalesOrg, make_sales_org


@pytest_asyncio.fixture
async def org(database: Database) -> SalesOrg:
    """An organization in New York time."""
    return await make_sales_org(database)
