"""How a command reaches the service: settings, a runtime, and errors a person can read."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import typer
from rich.console import Console

from service.core.errors import ServiceError, not_found
from service.core.logging import configure_logging
from service.core.runtime import Runtime, open_runtime
from service.core.settings import Settings, get_settings
from service.organizations.use_cases.organizations import find_organization_id

T = TypeVar("T")

console = Console(highlight=False)


def load_settings() -> Settings:
    """The settings, with logging configured from them."""
    settings = get_settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    return settings


def run(work: Callable[[Runtime], Awaitable[T]]) -> T:
    """Run one command's work on a runtime; an expected failure prints its message and exits with 1."""

    async def body() -> T:
        async with open_runtime(load_settings()) as runtime:
            return await work(runtime)

    try:
        return asyncio.run(body())
    except ServiceError as error:
        typer.echo(f"{error.code}: {error.message}", err=True)
        for field in error.fields:
            typer.echo(f"  {field.pointer}: {field.message}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        sys.exit(130)


async def organization_id(runtime: Runtime, name_or_id: str) -> UUID:
    """The organization that an operator names by id or by name."""
    found = await find_organization_id(runtime.database, name_or_id)
    if found is None:
        raise not_found("organization")
    return found
