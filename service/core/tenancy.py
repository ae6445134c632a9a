"""Tenant isolation by row-level security: the shape every tenant table has, and the DDL that enforces it."""

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

SETTING = "app.org_id"
READER_SETTING = "app.reader"
PUBLICATION = "publication"
"""Who reads personal rows: a person's id, or this where rows of many become one number."""

NON_TENANT_TABLES = {
    "organization_directory": "finds an organization at all: its id and a hash of its name",
    "api_key_route": "finds the organization of an API key by the key's hash",
    "identity_provider_route": "finds the organization of a token by hashes of its issuer and of one claim",
    "calendar_feed_route": "finds the organization of a calendar feed by its token's hash",
    "connection_route": "finds the connection of a delivery by system, application, account, token hash or id",
    "unclaimed_delivery": "verified deliveries whose account no connection claims yet; the operator's CLI only",
    "pgqueuer": "jobs; payloads hold ids only",
    "pgqueuer_log": "jobs",
    "pgqueuer_schedules": "jobs",
    "pgqueuer_statistics": "jobs",
    "alembic_version": "the schema's own revision",
}
"""The tables without `org_id`, each with the reason; a contract test refuses any other."""

APPEND_ONLY_TABLES = {
    "audit_event": "a log that its subjects could rewrite would prove nothing",
    "inspection": "a verdict that could be taken back in silence would be none",
    "confirmation": "what somebody vouched for stays said",
    "session_format": "a past session keeps the format it was held by",
    "lead_grade": "what people were told that a KPI is worth stays known",
    "forecast": "who could change a forecast afterwards would always have been right",
    "session_move": "that a session was moved, and how late, stays known",
    "competency_framework": "an old answer keeps the words it was given to",
    "rating_period": "a period that could be published again would tell by its difference",
    "rating_group": "the same: what changed since would be somebody's answer",
    "assessment_template": "an old answer keeps the question it was given to",
}
"""Tenant tables whose rows the application may neither change nor, while their organization exists, delete."""

FINAL_TABLES = {
    "skill_assessment": "status = 'draft'",
    "assessment_answer": (
        "EXISTS (SELECT FROM skill_assessment AS a WHERE a.org_id = assessment_answer.org_id"
        " AND a.id = assessment_answer.assessment_id AND a.status = 'draft')"
    ),
}
"""Tenant tables whose rows can change while this holds of them, and never after that."""

KEPT_TABLES = APPEND_ONLY_TABLES.keys() | FINAL_TABLES.keys()
"""Tables with rows that stay for as long as their organization exists."""

PERSONAL_TABLES = {"coaching_rating": "rater_id"}
"""Tenant tables of which a transaction reads one person's rows, named by this column, unless it publishes sums."""

CURRENT_ORG = f"(SELECT nullif(current_setting('{SETTING}', true), '')::uuid)"
"""The organization of this transaction, or NULL. The sub-select makes it one evaluation per query;
`nullif` survives the empty string that the setting becomes after its first transaction."""


def tenant_tables(metadata: MetaData = SQLModel.metadata) -> list[Table]:
    """Every table of the metadata that holds one organization's rows."""
    return [table for table in metadata.sorted_tables if table.name not in NON_TENANT_TABLES]


def append_only_ddl(table: str, *, unless: str = "false") -> str:
    """The statement that keeps an append-only table's rows for as long as their organization exists."""
    return (
        f"CREATE POLICY keep_while_organization_exists ON {table} AS RESTRICTIVE FOR DELETE "
        f"USING ({unless} OR NOT EXISTS (SELECT FROM organization AS o WHERE o.org_id = {table}.org_id))"
    )


def final_ddl(table: str, *, children: bool = False) -> list[str]:
    """Statements that let a row of `FINAL_TABLES` change only while it may; `children`: none is added later either.

    A row that may not change cannot be locked with `FOR UPDATE` either: it is not found.
    """
    changing = FINAL_TABLES[table]
    policy = f"CREATE POLICY change_until_final ON {table} AS RESTRICTIVE"
    after = changing if children else "true"
    statements = [
        f"{policy} FOR UPDATE USING ({changing}) WITH CHECK ({after})",
        append_only_ddl(table, unless=changing),
    ]
    if children:
        statements.append(f"CREATE POLICY add_until_final ON {table} AS RESTRICTIVE FOR INSERT WITH CHECK ({changing})")
    return statements


def personal_ddl(table: str) -> str:
    """The statement that shows a row of `PERSONAL_TABLES` to nobody but its person, and to what publishes sums."""
    reader = f"(SELECT current_setting('{READER_SETTING}', true))"
    return (
        f"CREATE POLICY own_rows_only ON {table} AS RESTRICTIVE FOR SELECT "
        f"USING ({PERSONAL_TABLES[table]}::text = {reader} OR {reader} = '{PUBLICATION}')"
    )


def row_security_ddl(table: str) -> list[str]:
    """Statements that force row-level security on a tenant table, for a migration."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_isolation ON {table} USING (org_id = {CURRENT_ORG}) WITH CHECK (org_id = {CURRENT_ORG})",
    ]
