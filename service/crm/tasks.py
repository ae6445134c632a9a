"""What the worker does for CRM data: drain deliveries, set poison aside, claim and purge the unclaimed, import."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from service.core.clock import utc_now
from service.core.database import Database, raw_connection
from service.core.errors import ErrorKind, ServiceError
from service.core.jobs import JobHandler
from service.core.logging import get_logger
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.crm.repository import events as repository
from service.crm.use_cases.imports import RUN_IMPORTS, run_imports
from service.crm.use_cases.processing import deliveries_at_once, process_pending
from service.crm.use_cases.unclaimed import CLAIM_UNCLAIMED, claim_unclaimed, purge_unclaimed

__all__ = ["deliveries_at_once", "drain_deliveries", "handlers", "purge_expired"]

logger = get_logger(__name__)

UNCLAIMED_LIFETIME = timedelta(days=7)


async def drain_deliveries(database: Database, org_id: UUID, max_events: int) -> int:
    """Process one batch of waiting deliveries; returns how many there were (0: none left).

    A batch that fails for a reason of its own is processed delivery by delivery, and the one that
    fails again is set aside with the reason; a fault of the database is raised, and nothing is lost.
    """
    try:
        async with database.tenant(org_id) as session:
            return await process_pending(session, org_id, max_events)
    except Exception as error:
        if _is_database_fault(error):
            raise
        logger.exception("delivery_batch_failed", org_id=str(org_id))
        return await _drain_one_by_one(database, org_id)


async def _drain_one_by_one(database: Database, org_id: UUID) -> int:
    """The oldest waiting delivery alone; one that cannot be processed is taken off the queue, with the reason."""
    try:
        async with database.tenant(org_id) as session:
            return await process_pending(session, org_id, 1)
    except Exception as error:
        if _is_database_fault(error):
            raise
        async with database.tenant(org_id) as session:
            connection = await raw_connection(session)
            poison = await repository.take_pending(connection, org_id, 1, 0)
            ids = [delivery.id for delivery in poison]
            reason = f"{type(error).__name__} while processing; replay it after the fault is mended"
            await repository.mark_processed(connection, org_id, ids, [reason] * len(ids), utc_now())
        logger.exception("delivery_set_aside", org_id=str(org_id), delivery_ids=[str(id_) for id_ in ids])
        return 1


def _is_database_fault(error: Exception) -> bool:
    """Whether the database was out of reach or busy, so that trying again will do."""
    return isinstance(error, ServiceError) and error.kind is ErrorKind.UNAVAILABLE


async def purge_expired(database: Database) -> None:
    """Forget deliveries that no connection claimed within 7 days."""
    async with database.directory() as session:
        await purge_unclaimed(session, utc_now() - UNCLAIMED_LIFETIME)


def handlers(runtime: Runtime) -> dict[str, JobHandler]:
    """Job handlers by name."""

    async def claim(org_id: UUID, arguments: Mapping[str, str]) -> None:
        async with runtime.database.tenant(org_id) as session:
            await claim_unclaimed(
                session, Principal.system(org_id), UUID(arguments["connection_id"]), runtime.secret_box
            )

    async def import_(org_id: UUID, arguments: Mapping[str, str]) -> None:
        await run_imports(runtime.database, org_id, UUID(arguments["operation_id"]))

    return {CLAIM_UNCLAIMED: claim, RUN_IMPORTS: import_}
