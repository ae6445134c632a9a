"""Jobs of organizations, and what workers need to find their work."""

from collections.abc import Mapping
from uuid import UUID

from service.core.clock import utc_now
from service.core.database import Database
from service.core.idempotency import purge_expired as purge_answers
from service.core.jobs import JobHandler
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.core.tables import metadata
from service.core.tenancy import NON_TENANT_TABLES
from service.organizations.use_cases.api_keys import tell_expiring_keys
from service.organizations.use_cases.lifecycle import delete_organization
from service.organizations.use_cases.operations import purge_operations
from service.organizations.use_cases.organizations import DELETE_ORGANIZATION, list_organization_ids

__all__ = ["handlers", "keep_house", "list_organization_ids"]


async def keep_house(database: Database) -> None:
    """Hourly, organization by organization: forget old answers and operations, warn of API keys about to end."""
    for org_id in await list_organization_ids(database):
        async with database.tenant(org_id) as session:
            await purge_answers(session, org_id)
            await purge_operations(session, org_id, utc_now())
            await tell_expiring_keys(session, Principal.system(org_id), utc_now())


def handlers(runtime: Runtime) -> dict[str, JobHandler]:
    """Job handlers by name."""

    async def delete(org_id: UUID, _arguments: Mapping[str, str]) -> None:
        routes = [table for name, table in metadata.tables.items() if name in NON_TENANT_TABLES and "org_id" in table.c]
        async with runtime.database.tenant(org_id) as session:
            await delete_organization(session, Principal.system(org_id), routes)

    return {DELETE_ORGANIZATION: delete}
