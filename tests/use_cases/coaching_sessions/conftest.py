"""Everybody around one manager's sessions with one rep."""

import pytest_asyncio

from service.core.database import Database
from tests.factories.coaching_cast import Cast, make_cast


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> Cast:
    """One organization for a module; each test has sessions of its own."""
    return await make_cast(database)
