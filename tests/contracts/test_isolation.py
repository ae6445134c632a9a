"""Two organizations in one database: direct SQL sees and changes only the rows of the one it is set to."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

import service.activities.models
import service.coaching_capability.models
import service.coaching_opportunities.models
import service.coaching_sessions.models
import service.crm.models
import service.kpi_snapshots.models
import service.organizations.models
import service.skill_assessments.models
import service.success_models.models
import service.webhooks.models  # noqa: F401 - imported for the metadata, as those above
from service.core.database import Database, raw_connection
from service.core.embedded import DatabaseUrls
from service.core.ids import new_id
from service.core.tables import metadata
from service.core.tenancy import (
    APPEND_ONLY_TABLES,
    FINAL_TABLES,
    PERSONAL_TABLES,
    PUBLICATION,
    READER_SETTING,
    tenant_tables,
)
from tests.factories.rows import NOW, fill_organization, sample_row

TENANT_TABLES = [table.name for table in tenant_tables(metadata)]
ADD_ANSWER = """
INSERT INTO assessment_answer (org_id, assessment_id, item, kind, skill, level)
SELECT org_id, id, 'added', 'rating', 'discovery', 5 FROM skill_assessment
"""
SUBMIT = "UPDATE skill_assessment SET status = 'submitted', assessed_on = '2026-03-04', submitted_at = now()"
SEE_ALL = f"SET LOCAL {READER_SETTING} = '{PUBLICATION}'"
CHANGING_TABLES = [name for name in TENANT_TABLES if name not in APPEND_ONLY_TABLES]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def filled(database: Database) -> tuple[UUID, UUID]:
    """Two organizations with a row in every table."""
    return await fill_organization(database), await fill_organization(database)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(urls: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    """The application's role without the service's session factory."""
    connection = await asyncpg.connect(urls.app)
    yield connection
    await connection.close()


async def insert_row(app: asyncpg.Connection, table: str, org_id: UUID) -> None:
    """A row of an organization, in whatever setting the connection is."""
    values = sample_row(metadata.tables[table], org_id, new_id())
    columns, places = ", ".join(values), ", ".join(f"${index + 1}" for index in range(len(values)))
    encoded = ["{}" if isinstance(value, dict) else value for value in values.values()]
    await app.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", *encoded)


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_without_the_setting_nothing_is_seen(
    filled: tuple[UUID, UUID], app: asyncpg.Connection, table: str
) -> None:
    assert await app.fetchval(f"SELECT count(*) FROM {table}") == 0
    assert await app.execute(f"DELETE FROM {table}") == "DELETE 0"
    async with app.transaction():
        await app.execute(f"SET LOCAL app.org_id = '{filled[0]}'")
        await app.execute(SEE_ALL)
        assert await app.fetchval(f"SELECT count(*) FROM {table}") > 0
    # The setting is now the empty string rather than unset; that is no organization either.
    assert await app.fetchval(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize("table", sorted(APPEND_ONLY_TABLES))
async def test_a_log_is_not_rewritten(filled: tuple[UUID, UUID], app: asyncpg.Connection, table: str) -> None:
    async with app.transaction():
        await app.execute(f"SET LOCAL app.org_id = '{filled[0]}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            async with app.transaction():
                await app.execute(f"UPDATE {table} SET org_id = org_id")
        assert await app.execute(f"DELETE FROM {table}") == "DELETE 0"
        assert await app.fetchval(f"SELECT count(*) FROM {table} WHERE org_id <> '{filled[0]}'") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with app.transaction():
                await insert_row(app, table, filled[1])


@pytest_asyncio.fixture(loop_scope="session")
async def tried(filled: tuple[UUID, UUID], app: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The first organization's rows, in a transaction that is never committed."""
    transaction = app.transaction()
    await transaction.start()
    await app.execute(f"SET LOCAL app.org_id = '{filled[0]}'")
    yield app
    await transaction.rollback()


@pytest.mark.parametrize("table", sorted(FINAL_TABLES))
async def test_a_submitted_assessment_is_final(tried: asyncpg.Connection, table: str) -> None:
    rows = await tried.fetchval(f"SELECT count(*) FROM {table}")
    assert await tried.execute(f"UPDATE {table} SET org_id = org_id") == f"UPDATE {rows}"
    assert await tried.execute(ADD_ANSWER) == "INSERT 0 1"
    assert await tried.execute(SUBMIT) == "UPDATE 1"
    assert await tried.execute(f"UPDATE {table} SET org_id = org_id") == "UPDATE 0"
    assert await tried.execute(f"DELETE FROM {table}") == "DELETE 0"
    assert await tried.fetchval(f"SELECT count(*) FROM {table}") >= rows > 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await tried.execute(ADD_ANSWER.replace("'added'", "'added later'"))


@pytest.mark.parametrize("table", CHANGING_TABLES)
async def test_another_organizations_rows_can_neither_be_seen_nor_changed_nor_made(
    filled: tuple[UUID, UUID], app: asyncpg.Connection, table: str
) -> None:
    mine, other = filled
    async with app.transaction():
        await app.execute(f"SET LOCAL app.org_id = '{mine}'")
        await app.execute(SEE_ALL)
        assert await app.fetchval(f"SELECT count(*) FROM {table} WHERE org_id <> '{mine}'") == 0
        assert await app.execute(f"UPDATE {table} SET org_id = org_id WHERE org_id = '{other}'") == "UPDATE 0"
        assert await app.execute(f"DELETE FROM {table} WHERE org_id = '{other}'") == "DELETE 0"
        assert int((await app.execute(f"UPDATE {table} SET org_id = org_id")).split()[1]) > 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with app.transaction():
                await app.execute(f"UPDATE {table} SET org_id = '{other}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with app.transaction():
                await insert_row(app, table, other)


@pytest.mark.parametrize("table", sorted(PERSONAL_TABLES))
async def test_a_personal_row_is_seen_by_its_person_alone(
    filled: tuple[UUID, UUID], app: asyncpg.Connection, table: str
) -> None:
    person = PERSONAL_TABLES[table]
    async with app.transaction():
        await app.execute(f"SET LOCAL app.org_id = '{filled[0]}'")
        assert await app.fetchval(f"SELECT count(*) FROM {table}") == 0
        assert await app.execute(f"UPDATE {table} SET org_id = org_id") == "UPDATE 0"
        await app.execute(SEE_ALL)
        (mine,) = [row[person] for row in await app.fetch(f"SELECT {person} FROM {table}")]
        for reader, seen in ((new_id(), 0), (mine, 1)):
            await app.execute(f"SET LOCAL {READER_SETTING} = '{reader}'")
            assert await app.fetchval(f"SELECT count(*) FROM {table}") == seen


async def test_the_owner_is_held_back_too(filled: tuple[UUID, UUID], urls: DatabaseUrls) -> None:
    """FORCE: a data migration that forgets the setting changes nothing."""
    owner = await asyncpg.connect(urls.owner)
    try:
        assert await owner.fetchval("SELECT count(*) FROM person") == 0
    finally:
        await owner.close()


async def test_ingest_may_insert_deliveries_and_nothing_else(filled: tuple[UUID, UUID], urls: DatabaseUrls) -> None:
    ingest = await asyncpg.connect(urls.ingest)
    insert = "INSERT INTO delivery (org_id, id, connection_id, received_at, body) VALUES ($1, $2, $3, $4, $5)"
    values = (filled[0], new_id(), new_id(), NOW, b"{}")
    try:
        async with ingest.transaction():
            assert await ingest.execute(insert, *values) == "INSERT 0 1"
        for statement in (
            *(f"SELECT 1 FROM {table}" for table in metadata.tables),
            "DELETE FROM delivery",
            "UPDATE delivery SET body = ''",
            "INSERT INTO api_key_route (key_hash, org_id, key_id) VALUES ('', gen_random_uuid(), gen_random_uuid())",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await ingest.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ingest.fetch(f"{insert} RETURNING id", *values)
    finally:
        await ingest.close()


async def test_a_session_of_the_service_has_its_organization_from_the_start(
    filled: tuple[UUID, UUID], database: Database
) -> None:
    """Also when a pooled connection served another organization, or none, just before."""
    for org_id in (filled[0], filled[1], filled[0]):
        async with database.tenant(org_id) as session:
            raw = await raw_connection(session)
            assert {row["org_id"] for row in await raw.fetch("SELECT org_id FROM person")} == {org_id}
        async with database.directory() as session:
            raw = await raw_connection(session)
            assert await raw.fetchval("SELECT count(*) FROM person") == 0


async def test_the_setting_is_not_in_the_statement_cache(filled: tuple[UUID, UUID], database: Database) -> None:
    """Prepared, each organization's literal would push useful statements out."""
    for org_id in filled:
        async with database.tenant(org_id) as session:
            raw = await raw_connection(session)
            assert await raw.fetchval("SELECT count(*) FROM person WHERE org_id = $1", org_id) > 0
            prepared = [row["statement"] for row in await raw.fetch("SELECT statement FROM pg_prepared_statements")]
        assert any("FROM person" in statement for statement in prepared)
        assert not [statement for statement in prepared if re.search(r"\bSET\b.*app\.org_id", statement)]
