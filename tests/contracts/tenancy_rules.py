"""The rules of tenant isolation, checked on PostgreSQL's own catalogue; each breach is one sentence."""

from collections.abc import Iterable
from typing import Any

import asyncpg
import sqlalchemy as sa

from service.core.embedded import APP, INGEST
from service.core.tenancy import APPEND_ONLY_TABLES, NON_TENANT_TABLES, SETTING

TENANT_POLICY = "tenant_isolation"
APP_PRIVILEGES = {"SELECT", "INSERT", "UPDATE", "DELETE"}
INGEST_TABLES = {"delivery", "unclaimed_delivery"}

TABLES = """
SELECT c.relname AS name, c.relkind::text AS kind, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
       pg_get_userbyid(c.relowner) AS owner,
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS has_trigger
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname
"""
COLUMNS = """
SELECT c.relname AS table, a.attname AS name, a.atttypid::regtype::text AS type, a.attnotnull AS required,
       a.atthasdef AS has_default
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
"""
UNIQUE_INDEXES = """
SELECT t.relname AS table, i.relname AS name, x.indisprimary AS primary, a.attname AS first_column
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace
"""
FOREIGN_KEYS = """
SELECT t.relname AS table, k.conname AS name, r.relname AS target, a.attname AS first_column, b.attname AS first_target
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.confkey[1]
WHERE k.contype = 'f' AND t.relnamespace = 'public'::regnamespace
"""
POLICIES = """
SELECT tablename AS table, policyname AS name, permissive, roles::text[] AS roles, cmd, qual, with_check
FROM pg_policies WHERE schemaname = 'public'
"""
GRANTS = """
SELECT c.relname AS table, coalesce(r.rolname, 'PUBLIC') AS role, array_agg(DISTINCT a.privilege_type) AS privileges
FROM pg_class c
CROSS JOIN LATERAL (
    SELECT (aclexplode(c.relacl)).*
    UNION ALL
    SELECT (aclexplode(at.attacl)).* FROM pg_attribute at WHERE at.attrelid = c.oid AND at.attacl IS NOT NULL
) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.grantee <> c.relowner
GROUP BY 1, 2
"""
ROLES = """
SELECT r.rolname AS name,
       r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication AS powerful,
       EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS is_member,
       EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid) AS owns,
       has_schema_privilege(r.oid, 'public', 'CREATE') AS creates
FROM pg_roles r WHERE r.rolname = ANY($1)
"""
DEFINERS = "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"


async def catalogue_breaches(connection: asyncpg.Connection) -> list[str]:
    """Every way in which the live database breaks the rules (empty: none)."""
    tables = await connection.fetch(TABLES)
    tenants = {row["name"] for row in tables if row["kind"] in "rp"} - set(NON_TENANT_TABLES)
    breaches = list(_tables(tables, tenants))
    breaches += _columns(await connection.fetch(COLUMNS), tenants)
    breaches += _keys(await connection.fetch(UNIQUE_INDEXES), await connection.fetch(FOREIGN_KEYS), tenants)
    breaches += _policies(await connection.fetch(POLICIES), tenants)
    breaches += _grants(await connection.fetch(GRANTS), tenants)
    breaches += _roles(await connection.fetch(ROLES, [APP, INGEST]))
    breaches += [f"function {row['proname']} runs as its owner" for row in await connection.fetch(DEFINERS)]
    return breaches


def metadata_breaches(metadata: sa.MetaData) -> list[str]:
    """The same rules on what migrations are generated from."""
    breaches = []
    for table in metadata.tables.values():
        if table.name in NON_TENANT_TABLES:
            continue
        if "org_id" not in table.columns:
            breaches.append(f"{table.name} has no org_id and is not a named exception")
            continue
        keys = [
            constraint
            for constraint in table.constraints
            if isinstance(constraint, sa.PrimaryKeyConstraint | sa.UniqueConstraint | sa.ForeignKeyConstraint)
        ]
        breaches += [
            f"{table.name}: {key.name} does not begin with org_id"
            for key in (*keys, *table.indexes)
            if next(iter(key.columns)).name != "org_id"
        ]
        breaches += [
            f"{table.name}.{column.name} has a database default"
            for column in table.columns
            if column.server_default is not None
        ]
    return breaches


def _tables(tables: list[Any], tenants: set[str]) -> Iterable[str]:
    for table in tables:
        name = table["name"]
        if table["kind"] not in "rp":
            yield f"{name} is a view: it would read with its owner's rights"
        elif name in tenants:
            if not table["secured"] or not table["forced"]:
                yield f"{name} does not force row-level security"
            if table["has_trigger"]:
                yield f"{name} has a trigger"
        if table["owner"] in (APP, INGEST):
            yield f"{name} is owned by {table['owner']}"
    for name in sorted(set(NON_TENANT_TABLES) - {table["name"] for table in tables}):
        yield f"{name} is a named exception and does not exist"


def _columns(columns: list[Any], tenants: set[str]) -> Iterable[str]:
    org_ids = {row["table"] for row in columns if row["name"] == "org_id" and row["type"] == "uuid" and row["required"]}
    for name in sorted(tenants - org_ids):
        yield f"{name} has no org_id and is not a named exception"
    for row in columns:
        if row["table"] in tenants and row["has_default"]:
            yield f"{row['table']}.{row['name']} has a database default"


def _keys(indexes: list[Any], foreign_keys: list[Any], tenants: set[str]) -> Iterable[str]:
    for row in indexes:
        if row["table"] in tenants and row["first_column"] != "org_id":
            yield f"{row['table']}: {row['name']} does not begin with org_id"
    for name in sorted(tenants - {row["table"] for row in indexes if row["primary"]}):
        yield f"{name} has no primary key"
    for row in foreign_keys:
        crosses = row["table"] in tenants or row["target"] in tenants
        if crosses and (row["first_column"], row["first_target"]) != ("org_id", "org_id"):
            yield f"{row['table']}: {row['name']} does not begin with org_id"


def _policies(policies: list[Any], tenants: set[str]) -> Iterable[str]:
    isolated = set()
    for row in policies:
        table, expected = row["table"], f"current_setting('{SETTING}'"
        ingest = table == "delivery" and (row["cmd"], row["roles"], row["with_check"]) == ("INSERT", [INGEST], "true")
        sound = (
            row["name"] == TENANT_POLICY
            and (row["cmd"], row["roles"], row["permissive"]) == ("ALL", ["public"], "PERMISSIVE")
            and row["qual"] == row["with_check"]
            and row["qual"].startswith("(org_id = ")
            and expected in row["qual"]
        )
        if sound:
            isolated.add(table)
        elif not ingest and row["permissive"] != "RESTRICTIVE":
            yield f"{table}: policy {row['name']} lets more through than the organization's own rows"
    for name in sorted(tenants - isolated):
        yield f"{name} has no policy {TENANT_POLICY}"


def _grants(grants: list[Any], tenants: set[str]) -> Iterable[str]:
    held = {(row["table"], row["role"]): set(row["privileges"]) for row in grants}
    for (table, role), privileges in sorted(held.items()):
        if role == APP:
            allowed = APP_PRIVILEGES - {"UPDATE"} if table in APPEND_ONLY_TABLES else APP_PRIVILEGES
            if table in tenants and privileges != allowed:
                yield f"{role} holds {sorted(privileges)} on {table}"
        elif role != INGEST or table not in INGEST_TABLES or privileges != {"INSERT"}:
            yield f"{role} holds {sorted(privileges)} on {table}"
    for table in sorted(INGEST_TABLES):
        if (table, INGEST) not in held:
            yield f"{INGEST} cannot write {table}"
    for table in sorted(tenants):
        if (table, APP) not in held:
            yield f"{APP} holds nothing on {table}"


def _roles(roles: list[Any]) -> Iterable[str]:
    for row in roles:
        for power in ("powerful", "is_member", "owns", "creates"):
            if row[power]:
                yield f"{row['name']} {power}"
    if len(roles) != len((APP, INGEST)):
        yield "a role is missing"
