"""Record sources: where records come from, and how their values map to the model's."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.dto.sources import RecordSourceDTO, SourceMapping, UnmappedDTO, stored_mapping
from service.activities.models import RecordSource
from service.activities.permissions import Permission
from service.activities.repository import records as repository
from service.core.errors import invalid, not_found
from service.core.ids import new_id
from service.core.jobs import enqueue
from service.core.principal import Principal, require

REDERIVE_SOURCE = "rederive_source"
DEFAULT_ACCOUNT = "default"
"""Of a system whose records come by push or import alone, and whose sender names no account."""


async def ensure_source(
    session: AsyncSession, principal: Principal, system: str, account: str, mapping: SourceMapping | None = None
) -> RecordSourceDTO:
    """The source of an account, made if new. A `mapping` is taken over; if it differs, facts are derived anew."""
    require(principal, Permission.ACTIVITIES_WRITE)
    row = await repository.find_source(session, principal.org_id, system, account)
    if row is None:
        row = RecordSource(
            org_id=principal.org_id,
            id=new_id(),
            system=system,
            account=account,
            mapping=stored_mapping(mapping or SourceMapping()),
        )
        session.add(row)
        await session.flush()
    elif mapping is not None:
        await _take_mapping(session, row, mapping)
    return RecordSourceDTO.model_validate(row)


async def resolve_source(
    session: AsyncSession, principal: Principal, system: str, account: str | None
) -> RecordSourceDTO:
    """The source that a caller means who need not name the account: the system's only one, made if there is none.

    `invalid` where several accounts of the system are known and none is named.
    """
    require(principal, Permission.ACTIVITIES_WRITE)
    if account is None:
        known = [row.account for row in await repository.list_sources(session, principal.org_id, system)]
        if len(known) > 1:
            raise invalid("/account", f"is needed: {len(known)} accounts of {system} are known")
        account = known[0] if known else DEFAULT_ACCOUNT
    return await ensure_source(session, principal, system, account)


async def update_source_mapping(
    session: AsyncSession, principal: Principal, source_id: UUID, mapping: SourceMapping
) -> RecordSourceDTO:
    """Replace a source's mapping; a job derives its facts anew."""
    require(principal, Permission.ACTIVITIES_WRITE)
    row = await _existing(session, principal, source_id)
    await _take_mapping(session, row, mapping)
    return RecordSourceDTO.model_validate(row)


async def get_source(session: AsyncSession, principal: Principal, source_id: UUID) -> RecordSourceDTO:
    """One source."""
    require(principal, Permission.ACTIVITIES_READ)
    return RecordSourceDTO.model_validate(await _existing(session, principal, source_id))


async def list_sources(session: AsyncSession, principal: Principal) -> list[RecordSourceDTO]:
    """Every source of the organization."""
    require(principal, Permission.ACTIVITIES_READ)
    return [RecordSourceDTO.model_validate(row) for row in await repository.list_sources(session, principal.org_id)]


async def count_unmapped(session: AsyncSession, principal: Principal, source_id: UUID) -> UnmappedDTO:
    """Vendor stages without a stage of the model, and owners who are nobody here yet."""
    require(principal, Permission.ACTIVITIES_READ)
    entries = await repository.count_unmapped(session, principal.org_id, source_id)
    by_kind: dict[str, dict[str, int]] = {"stage": {}, "owner": {}}
    for entry, records in sorted(entries.items()):
        kind, _, name = entry.partition(":")
        by_kind[kind][name] = records
    return UnmappedDTO(stages=by_kind["stage"], owners=by_kind["owner"])


async def _existing(session: AsyncSession, principal: Principal, source_id: UUID) -> RecordSource:
    row = await repository.get_source(session, principal.org_id, source_id)
    if row is None:
        raise not_found("record_source")
    return row


async def _take_mapping(session: AsyncSession, row: RecordSource, mapping: SourceMapping) -> None:
    if row.mapping != stored_mapping(mapping):
        row.mapping = stored_mapping(mapping)
        await session.flush()
        await enqueue(session, REDERIVE_SOURCE, row.org_id, source_id=str(row.id))


async def current_values(
    session: AsyncSession, principal: Principal, source_id: UUID, object_type: str, field: str
) -> dict[str, str]:
    """The present value of one field of every record of a type, by external id."""
    require(principal, Permission.ACTIVITIES_READ)
    return await repository.list_values(session, principal.org_id, source_id, object_type, field)
