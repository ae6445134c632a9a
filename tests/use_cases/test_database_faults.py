"""Faults of the database reach the surfaces as expected failures, whichever way the statement was sent."""

import asyncio

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from service.core.database import Database, raw_connection
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from tests.factories.sales_org import SalesOrg

ROUTE = "INSERT INTO api_key_route (key_hash, org_id, key_id) VALUES ('\\x00', '{0}', '{0}')"


async def test_two_writes_of_the_same_are_a_conflict(database: Database) -> None:
    twice = f"{ROUTE}; {ROUTE}".format(new_id())
    with pytest.raises(ServiceError) as refused:
        async with database.directory() as session:
            await (await raw_connection(session)).execute(twice)
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "concurrent_write")
    statement = sa.text(ROUTE.format(new_id()))
    with pytest.raises(ServiceError) as refused:
        await twice_through_the_orm(database, statement)
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "concurrent_write")


async def twice_through_the_orm(database: Database, statement: sa.TextClause) -> None:
    async with database.directory() as session:
        for _ in range(2):
            await (await session.connection()).execute(statement)


async def test_a_deadlock_is_to_be_tried_again_by_one_of_two(org: SalesOrg) -> None:
    people = [await org.add_person("Ann"), await org.add_person("Bob")]
    met = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> None:
        async with org.database.tenant(org.id) as session:
            raw = await raw_connection(session)
            for index in (first, second):
                await raw.execute("UPDATE person SET name = name WHERE id = $1", people[index].id)
                if index == first:
                    await met.wait()

    outcomes = await asyncio.gather(lock(0, 1), lock(1, 0), return_exceptions=True)
    assert [error.code for error in outcomes if isinstance(error, ServiceError)] == ["database_unavailable"]


async def test_a_mistake_of_ours_is_not_passed_off_as_an_outage(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.directory() as session:
            await (await session.connection()).execute(sa.text("SELECT nothing FROM nowhere"))


async def test_connections_that_were_closed_are_opened_again(database: Database) -> None:
    several = Database(database.url, application_name="touchline-closed")

    async def ask() -> int:
        async with several.directory() as session:
            return int(await (await session.connection()).scalar(sa.text("SELECT 1 FROM pg_sleep(0.01)")))

    assert await asyncio.gather(*(ask() for _ in range(4))) == [1] * 4
    killer = await asyncpg.connect(database.url)
    await killer.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'touchline-closed'"
    )
    await killer.close()
    await asyncio.sleep(0.05)
    assert await asyncio.gather(*(ask() for _ in range(4))) == [1] * 4
    await several.close()
