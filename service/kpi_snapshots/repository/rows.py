"""Statements on the session's connection, where there is nothing for the ORM to map."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable
from sqlmodel.ext.asyncio.session import AsyncSession


async def run(session: AsyncSession, statement: Executable) -> None:
    """Execute."""
    await (await session.connection()).execute(statement)


async def rows(session: AsyncSession, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """Execute, with values for the parameters that have none, and fetch all rows."""
    return (await (await session.connection()).execute(statement, values)).all()
