"""A team of six in which Ann is behind, reviewed at a fixed instant."""

import pytest_asyncio

from tests.factories.opportunities import Review, team_of_six
from tests.factories.sales_org import SalesOrg


@pytest_asyncio.fixture
async def behind(org: SalesOrg) -> Review:
    """Ann made no call in March, five others made twelve each; ten are asked for."""
    return await team_of_six(org)
