"""Migrations as a release step: run as the owner, make the two other roles, then upgrade."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from service.core.embedded import APP, INGEST, DatabaseUrls

STATEMENT_TIMEOUT = "10min"
LOCK_TIMEOUT = "5s"
"""A migration that cannot get its lock fails fast instead of queueing every request behind it."""


def alembic_config(connection: Connection | None) -> Config:
    """Alembic's configuration without an ini file; the connection is the owner's, or None to print the SQL."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


async def migrate(urls: DatabaseUrls, revision: str = "head") -> None:
    """Create missing roles and upgrade the schema to `revision`; safe to run again."""
    engine = create_async_engine(async_url(urls.owner))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, urls, revision)
    finally:
        await engine.dispose()


def async_url(url: str) -> str:
    """A libpq URL as SQLAlchemy's asyncpg dialect wants it."""
    return str(make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False))


def _upgrade(connection: Connection, urls: DatabaseUrls, revision: str) -> None:
    connection.execute(text("SELECT pg_advisory_lock(hashtext('touchline.migrate'))"))
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    for role, url in ((APP, urls.app), (INGEST, urls.ingest)):
        _ensure_role(connection, role, make_url(url).password)
    connection.commit()
    command.upgrade(alembic_config(connection), revision)
    connection.commit()


def _ensure_role(connection: Connection, role: str, password: object) -> None:
    """Make a login role without any power of its own; a password is set where the URL has one."""
    exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    if exists:
        return
    secret = f" PASSWORD '{str(password).replace(chr(39), chr(39) * 2)}'" if password else ""
    connection.execute(text(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS{secret}"))
