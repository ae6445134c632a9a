"""GraphQL tests talk HTTP to the application in this process, on the real database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.secrets import SecretBox
from service.core.settings import Settings
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.rest import bearer, rest_client
from tests.fixtures.serving import serving

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest_asyncio.fixture(scope="session")
async def client(
    settings: Settings, urls: DatabaseUrls, database: Database, secret_box: SecretBox
) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with rest_client(settings, urls, database, secret_box) as found:
        yield found


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    """Run one operation with a key; returns data and errors, without the cost that every answer tells."""

    async def run(key: str, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        answer = await client.post("/graphql", json=body, headers=bearer(key))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        found.pop("extensions", None)
        return found

    return run


@pytest_asyncio.fixture
async def org(database: Database) -> SalesOrg:
    """An organization in New York time."""
    return await make_sales_org(database)


@pytest_asyncio.fixture
async def other(database: Database) -> SalesOrg:
    """Another organization."""
    return await make_sales_org(database)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def host(settings: Settings, urls: DatabaseUrls, secret_box: SecretBox) -> AsyncIterator[str]:
    """A serving process without a worker: what it tells of was done elsewhere."""
    async with serving(settings, urls, secret_box) as found:
        yield found
