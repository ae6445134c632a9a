"""Jobs that derive facts anew: after a change of mapping, of people, or of the organization's calendar."""

from collections.abc import Mapping
from uuid import UUID

from service.activities.use_cases.applying import rederive_records
from service.activities.use_cases.sources import REDERIVE_SOURCE, list_sources
from service.core.database import Database
from service.core.jobs import JobHandler
from service.core.principal import Principal
from service.organizations.use_cases.organizations import REDERIVE_ALL
from service.organizations.use_cases.people import CLAIM_UNMAPPED


async def rederive(
    database: Database, org_id: UUID, source_id: UUID | None = None, *, only_unmapped: bool = False
) -> None:
    """Derive a source's facts anew (None: every source's), one transaction per batch."""
    principal = Principal.system(org_id)
    if source_id is None:
        async with database.tenant(org_id) as session:
            sources = [source.id for source in await list_sources(session, principal)]
    else:
        sources = [source_id]
    for source in sources:
        after: UUID | None = None
        while True:
            async with database.tenant(org_id) as session:
                after = await rederive_records(session, principal, source, after, only_unmapped=only_unmapped)
            if after is None:
                break


def handlers(database: Database) -> dict[str, JobHandler]:
    """Job handlers by name."""

    async def rederive_source(org_id: UUID, arguments: Mapping[str, str]) -> None:
        await rederive(database, org_id, UUID(arguments["source_id"]))

    async def rederive_all(org_id: UUID, _arguments: Mapping[str, str]) -> None:
        await rederive(database, org_id)

    async def claim_unmapped(org_id: UUID, _arguments: Mapping[str, str]) -> None:
        await rederive(database, org_id, only_unmapped=True)

    return {REDERIVE_SOURCE: rederive_source, REDERIVE_ALL: rederive_all, CLAIM_UNMAPPED: claim_unmapped}
