"""Scheduled and one-off work on PgQueuer; a job is a name and ids, handled by an upper slice's tasks.

Jobs run at least once (again after a kill -9), so every handler is idempotent. A job that keeps
failing is held for the operator, never dropped.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID

import asyncpg
import orjson
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.database import raw_connection
from service.core.tracing import continue_trace, current_traceparent

JobHandler = Callable[[UUID, Mapping[str, str]], Awaitable[None]]
"""Receives the organization and the job's arguments (strings, ids as a rule)."""


async def enqueue(
    session: AsyncSession, name: str, org_id: UUID, *, delay: timedelta | None = None, **arguments: str
) -> None:
    """Write a job row in the session's transaction: it exists exactly if the change that caused it does."""
    await session.flush()
    driver = AsyncpgDriver(await raw_connection(session))
    payload = orjson.dumps({"org_id": str(org_id), "arguments": arguments, "traceparent": current_traceparent()})
    await Queries(driver).enqueue(name, payload, execute_after=delay)


def build_runner(connection: asyncpg.Connection, handlers: Mapping[str, JobHandler]) -> PgQueuer:
    """A PgQueuer on its own connection that dispatches to `handlers` by job name."""
    runner = PgQueuer(AsyncpgDriver(connection))
    for name, handler in handlers.items():
        _register(runner, name, handler)
    return runner


def _register(runner: PgQueuer, name: str, handler: JobHandler) -> None:
    async def execute(job: Job) -> None:
        body = orjson.loads(job.payload or b"{}")
        continue_trace(body.get("traceparent"))
        await handler(UUID(body["org_id"]), body["arguments"])

    runner.entrypoint(
        name,
        on_failure="hold",
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters=parameters, max_attempts=5, max_delay=timedelta(seconds=30)
        ),
    )(execute)
