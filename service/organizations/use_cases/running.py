"""How a worker carries out an operation: its work and its end in one transaction, its progress beside it.

A run that is killed has written nothing: its job comes again and does everything. A run whose transaction
has committed is over: the job that comes again finds the operation ended.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.logging import get_logger
from service.organizations.dto.operations import FINAL, OperationStatus
from service.organizations.repository import operations as repository
from service.organizations.use_cases.operations import end_operation

logger = get_logger(__name__)

PROGRESS_SECONDS = 0.5


class OperationCancelledError(Exception):
    """Somebody asked for the end of the run: its transaction is undone."""


@dataclass(slots=True)
class Progress:
    """How far a run is; `report` it often, it costs nothing and is where a cancellation takes effect."""

    done: int = 0
    total: int | None = None
    cancelled: bool = False

    def report(self, done: int, total: int) -> None:
        """Note how many steps of how many are done; `OperationCancelledError` if the run is to end."""
        self.done, self.total = done, total
        if self.cancelled:
            raise OperationCancelledError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the work: counts by name, and why it failed, if it did."""

    counts: Mapping[str, int] = field(default_factory=dict)
    error: ServiceError | None = None


Work = Callable[[AsyncSession, Progress], Awaitable[Outcome]]


async def run_operation(database: Database, org_id: UUID, operation_id: UUID, work: Work) -> None:
    """Carry out an operation, if it has not ended. An outage of the database is raised, for the job to come again."""
    if not await _take_up(database, org_id, operation_id):
        return
    progress = Progress()
    try:
        async with _told(database, org_id, operation_id, progress), database.tenant(org_id) as session:
            await repository.lock_run(session, operation_id)
            row = await repository.get_operation(session, org_id, operation_id)
            if row is None or row.status in FINAL:
                return
            outcome = await work(session, progress)
            await _finish(session, org_id, operation_id, outcome, progress)
    except OperationCancelledError:
        await _end(database, org_id, operation_id, OperationStatus.CANCELLED)
    except ServiceError as error:
        if error.kind is ErrorKind.UNAVAILABLE:
            raise
        await _end(database, org_id, operation_id, OperationStatus.FAILED, error)
    except Exception:
        logger.exception("operation_failed", org_id=str(org_id), operation_id=str(operation_id))
        masked = ServiceError(ErrorKind.UNAVAILABLE, "internal_error", "Something went wrong on our side.")
        await _end(database, org_id, operation_id, OperationStatus.FAILED, masked)


async def _take_up(database: Database, org_id: UUID, operation_id: UUID) -> bool:
    """Mark an operation as running, for everybody to see; False if there is nothing to do."""
    async with database.tenant(org_id) as session:
        row = await repository.get_operation(session, org_id, operation_id, lock=True)
        if row is None or row.status in FINAL:
            return False
        if row.cancel_requested:
            await end_operation(session, row, OperationStatus.CANCELLED)
            return False
        row.status, row.started_at = OperationStatus.RUNNING, row.started_at or utc_now()
        return True


@asynccontextmanager
async def _told(database: Database, org_id: UUID, operation_id: UUID, progress: Progress) -> AsyncIterator[None]:
    """Write the progress for as long as the block lasts, each time in a transaction of its own."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            try:
                async with database.tenant(org_id) as session:
                    done, total = progress.done, progress.total
                    progress.cancelled = bool(
                        await repository.save_progress(session, org_id, operation_id, done, total)
                    )
            except ServiceError as error:
                logger.warning("progress_not_written", operation_id=str(operation_id), error=error.message)

    task = asyncio.create_task(tell(), name="operation progress")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _finish(
    session: AsyncSession, org_id: UUID, operation_id: UUID, outcome: Outcome, progress: Progress
) -> None:
    """The end, in the transaction of the work."""
    row = await repository.get_operation(session, org_id, operation_id, lock=True)
    assert row is not None  # noqa: S101 - it is not deleted before it has ended
    await session.refresh(row)
    row.counts, row.done, row.total = dict(outcome.counts), progress.done, progress.total
    if outcome.error is not None:
        row.error_code, row.error_message = outcome.error.code, outcome.error.message
    await end_operation(session, row, OperationStatus.FAILED if outcome.error else OperationStatus.SUCCEEDED)


async def _end(
    database: Database, org_id: UUID, operation_id: UUID, status: OperationStatus, error: ServiceError | None = None
) -> None:
    """The end of a run whose work was undone."""
    async with database.tenant(org_id) as session:
        row = await repository.get_operation(session, org_id, operation_id, lock=True)
        if row is None or row.status in FINAL:
            return
        if error is not None:
            row.error_code, row.error_message = error.code, error.message
        await end_operation(session, row, status)
