"""A programme for 2,000 reps laid down by the worker, while others book and write absences."""

import asyncio
from pathlib import Path

from service.core.database import Database
from service.core.embedded import DatabaseUrls, ensure_database
from service.core.migrating import migrate
from tests.factories.programmes import Waits, add_many, add_programme, cascade_under_load
from tests.factories.sales_org import make_sales_org

MANAGERS, REPS = 200, 2000


def measure_cascade(folder: Path) -> Waits:
    """Eight weeks of weekly sessions for everybody, in a database of its own."""
    return asyncio.run(_measure(ensure_database(folder / "data")))


async def _measure(urls: DatabaseUrls) -> Waits:
    await migrate(urls)
    database = Database(urls.app)
    try:
        org = await make_sales_org(database)
        leads, reps = await add_many(org, MANAGERS, REPS)
        await add_programme(org, rule="FREQ=WEEKLY", starts_on="2026-01-01")
        return await cascade_under_load(org, leads, reps)
    finally:
        await database.close()
