"""Tenant isolation as the database itself enforces it; the rules are shown to catch what breaks them."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
import sqlalchemy as sa

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
from service.core.embedded import APP, INGEST, DatabaseUrls
from service.core.tables import metadata
from service.core.tenancy import row_security_ddl
from tests.contracts.tenancy_rules import catalogue_breaches, metadata_breaches

GRANT = f"GRANT SELECT, INSERT, UPDATE, DELETE ON probe TO {APP}"
SOUND = [
    "CREATE TABLE probe (org_id uuid, id uuid, name text, PRIMARY KEY (org_id, id))",
    *row_security_ddl("probe"),
    GRANT,
]

BROKEN = {
    "probe has no org_id and is not a named exception": ["CREATE TABLE probe (id uuid PRIMARY KEY)"],
    "probe has no primary key": ["CREATE TABLE probe (org_id uuid NOT NULL)"],
    "probe: probe_pkey does not begin with org_id": [
        "CREATE TABLE probe (org_id uuid NOT NULL, id uuid, PRIMARY KEY (id, org_id))"
    ],
    "probe: probe_name_key does not begin with org_id": [*SOUND, "ALTER TABLE probe ADD UNIQUE (name)"],
    "probe: probe_lower_idx does not begin with org_id": [*SOUND, "CREATE UNIQUE INDEX ON probe (lower(name))"],
    "probe: probe_id_fkey does not begin with org_id": [
        *SOUND,
        "CREATE TABLE parent (org_id uuid, id uuid UNIQUE, PRIMARY KEY (org_id, id))",
        "ALTER TABLE probe ADD FOREIGN KEY (id) REFERENCES parent (id)",
    ],
    "probe does not force row-level security": [*SOUND, "ALTER TABLE probe NO FORCE ROW LEVEL SECURITY"],
    "probe has no policy tenant_isolation": [*SOUND, "DROP POLICY tenant_isolation ON probe"],
    "probe: policy tenant_isolation lets more through than the organization's own rows": [
        *SOUND,
        "ALTER POLICY tenant_isolation ON probe WITH CHECK (true)",
    ],
    "probe: policy everyone lets more through than the organization's own rows": [
        *SOUND,
        "CREATE POLICY everyone ON probe FOR SELECT USING (true)",
    ],
    "probe.id has a database default": [*SOUND, "ALTER TABLE probe ALTER id SET DEFAULT gen_random_uuid()"],
    "probe has a trigger": [
        *SOUND,
        "CREATE TRIGGER probing AFTER INSERT ON probe EXECUTE FUNCTION fn_pgqueuer_changed()",
    ],
    f"{APP} holds nothing on probe": [*SOUND, f"REVOKE ALL ON probe FROM {APP}"],
    f"{APP} holds ['DELETE', 'INSERT', 'SELECT', 'TRUNCATE', 'UPDATE'] on probe": [
        *SOUND,
        f"GRANT TRUNCATE ON probe TO {APP}",
    ],
    f"{INGEST} holds ['INSERT'] on probe": [*SOUND, f"GRANT INSERT ON probe TO {INGEST}"],
    f"{INGEST} holds ['INSERT', 'SELECT'] on delivery": [f"GRANT SELECT (body) ON delivery TO {INGEST}"],
    f"{INGEST} cannot write delivery": [f"REVOKE INSERT ON delivery FROM {INGEST}"],
    "PUBLIC holds ['SELECT'] on probe": [*SOUND, "GRANT SELECT ON probe TO PUBLIC"],
    "seen is a view: it would read with its owner's rights": ["CREATE VIEW seen AS SELECT * FROM person"],
    "function peek runs as its owner": [
        "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM person'"
    ],
    "api_key_route is a named exception and does not exist": ["DROP TABLE api_key_route"],
}


@pytest_asyncio.fixture
async def owner(urls: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection in a transaction that is never committed."""
    connection = await asyncpg.connect(urls.owner)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_the_database_keeps_the_rules(owner: asyncpg.Connection) -> None:
    assert await catalogue_breaches(owner) == []
    for statement in SOUND:
        await owner.execute(statement)
    assert await catalogue_breaches(owner) == []


@pytest.mark.parametrize("breach", BROKEN)
async def test_a_table_that_breaks_a_rule_is_named(owner: asyncpg.Connection, breach: str) -> None:
    for statement in BROKEN[breach]:
        await owner.execute(statement)
    assert breach in await catalogue_breaches(owner)


@pytest.mark.parametrize("attribute", ["BYPASSRLS", "SUPERUSER", "CREATEROLE"])
async def test_a_powerful_role_is_named(server_urls: DatabaseUrls, owner: asyncpg.Connection, attribute: str) -> None:
    """The owner cannot give such power, so a superuser plays the careless administrator."""
    superuser = await asyncpg.connect(server_urls.owner.replace("touchline_owner@", "postgres@"))
    transaction = superuser.transaction()
    await transaction.start()
    try:
        await superuser.execute(f"ALTER ROLE {APP} {attribute}")
        assert f"{APP} powerful" in await catalogue_breaches(superuser)
    finally:
        await transaction.rollback()
        await superuser.close()


def test_the_metadata_keeps_the_rules() -> None:
    assert metadata_breaches(metadata) == []


def test_metadata_that_breaks_a_rule_is_named() -> None:
    broken = sa.MetaData()
    sa.Table("homeless", broken, sa.Column("id", sa.Uuid, primary_key=True))
    sa.Table(
        "probe",
        broken,
        sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("org_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.String),
        sa.UniqueConstraint("name", name="uq"),
        sa.Index("ix", "name"),
    )
    assert set(metadata_breaches(broken)) == {
        "homeless has no org_id and is not a named exception",
        *(f"probe: {name} does not begin with org_id" for name in ("None", "uq", "ix")),
        "probe.id has a database default",
    }
