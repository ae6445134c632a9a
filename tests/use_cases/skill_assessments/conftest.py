"""Everybody around what is said of one rep's skills."""

import pytest_asyncio

from service.core.database import Database
from tests.factories.skills_cast import SkillsCast, make_skills_cast


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> SkillsCast:
    """One organization for a module; each test has assessments of its own."""
    return await make_skills_cast(database)
