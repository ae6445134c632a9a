"""CRM connections: an account belongs to one organization, and receives what its own secret verified."""

from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.dto.sources import RecordSourceDTO, SourceMapping
from service.activities.use_cases.sources import (
    count_unmapped,
    ensure_source,
    get_source,
    list_sources,
    update_source_mapping,
)
from service.core.clock import utc_now
from service.core.database import raw_connection
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.jobs import enqueue
from service.core.notifications import ROUTES
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.core.secrets import SecretBox, digest, new_token
from service.crm.dto.connections import (
    CreateCrmConnection,
    CreatedCrmConnectionDTO,
    CrmConnectionCounts,
    CrmConnectionDTO,
    CrmConnectionStatusDTO,
    CrmSystem,
    EventStatus,
    RotatedCrmSecretDTO,
    UpdateCrmConnection,
)
from service.crm.models import ConnectionRoute, CrmConnection
from service.crm.permissions import Permission
from service.crm.repository import connections as repository
from service.crm.standard_webhooks import new_secret
from service.crm.use_cases.unclaimed import CLAIM_UNCLAIMED
from service.crm.vendors import effective_mapping
from service.organizations.external_ids import canonical_external_id
from service.webhooks.outbox import EventType, emit

TOKEN_PREFIX = "tls"  # noqa: S105 - the prefix, not the token

CLAIM_AGAIN = timedelta(seconds=10)
"""By then every process knows the connection: what one of them still took for unclaimed is claimed as well."""


async def create_crm_connection(
    session: AsyncSession, principal: Principal, data: CreateCrmConnection, box: SecretBox, base_url: str
) -> CreatedCrmConnectionDTO:
    """Connect an account; `conflict` when it is claimed, by whomever.

    What the account sent before and this secret verified is handed over by a job.
    """
    require(principal, Permission.CRM_CONNECTIONS_WRITE)
    account_id = canonical_external_id(data.system.value, data.account_id)
    connection_id = new_id()
    # An account of another CRM has the name that its organization gave it, which says nothing beyond.
    routed_as = str(connection_id) if data.system is CrmSystem.OTHER else account_id
    if await repository.find_route(session, data.system.value, routed_as) or await repository.find_connection(
        session, principal.org_id, data.system.value, account_id
    ):
        raise conflict("crm_account_claimed", "This account is connected already.", "/account_id")
    mapping = effective_mapping(data.system, data.mapping)
    source = await ensure_source(session, principal.as_system(), data.system.value, account_id, mapping)
    now, token = utc_now(), new_token(TOKEN_PREFIX)
    signing_secret = None if data.system is CrmSystem.HUBSPOT else new_secret()
    secret = signing_secret if data.secret is None else data.secret.get_secret_value()
    token_hash = digest(token) if data.system is CrmSystem.SALESFORCE else None
    row = CrmConnection(
        org_id=principal.org_id,
        id=connection_id,
        source_id=source.id,
        system=data.system.value,
        name=data.name,
        account_id=account_id,
        app_id=data.app_id,
        secret=None if secret is None else box.seal(secret),
        token_hash=token_hash,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.add(
        ConnectionRoute(
            system=row.system,
            account_id=routed_as,
            app_id=row.app_id,
            token_hash=token_hash,
            org_id=row.org_id,
            connection_id=row.id,
        )
    )
    await session.flush()
    await _routes_changed(session)
    for delay in (None, CLAIM_AGAIN):
        await enqueue(session, CLAIM_UNCLAIMED, principal.org_id, delay=delay, connection_id=str(row.id))
    await _tell(session, EventType.CRM_CONNECTION_CREATED, row)
    shown, events_url = _to_dto(row, source), _events_url(row, base_url)
    path = "hubspot/webhooks" if data.system is CrmSystem.HUBSPOT else f"salesforce/outbound/{token}"
    url = events_url if events_url and data.system is CrmSystem.OTHER else f"{base_url}/integrations/{path}"
    return CreatedCrmConnectionDTO(
        **shown.model_dump(), receiver_url=url, events_url=events_url, signing_secret=signing_secret
    )


async def list_crm_connections(
    session: AsyncSession, principal: Principal, page: PageRequest
) -> Page[CrmConnectionDTO]:
    """Connections in order of creation."""
    require(principal, Permission.CRM_CONNECTIONS_READ)
    found = await repository.list_connections(session, principal.org_id, page)
    sources = {source.id: source for source in await list_sources(session, principal.as_system())}
    return found.with_items([_to_dto(row, sources[row.source_id]) for row in found.items])


async def get_crm_connection(session: AsyncSession, principal: Principal, connection_id: UUID) -> CrmConnectionDTO:
    """One connection."""
    require(principal, Permission.CRM_CONNECTIONS_READ)
    row = await _existing(session, principal, connection_id)
    return _to_dto(row, await get_source(session, principal.as_system(), row.source_id))


async def get_crm_connection_status(
    session: AsyncSession, principal: Principal, connection_id: UUID
) -> CrmConnectionStatusDTO:
    """What a connection has delivered, and what became of it."""
    require(principal, Permission.CRM_CONNECTIONS_READ)
    row = await _existing(session, principal, connection_id)
    system = principal.as_system()
    unmapped = await count_unmapped(session, system, row.source_id)
    deliveries = await repository.delivery_state(session, principal.org_id, row.id)
    events = await repository.count_events(session, principal.org_id, row.id)
    error = await repository.last_error(session, principal.org_id, row.id)
    return CrmConnectionStatusDTO(
        connection_id=row.id,
        last_delivery_at=deliveries.last_received_at,
        last_error=error[0] if error else None,
        last_error_at=error[1] if error else None,
        counts=CrmConnectionCounts(
            deliveries=deliveries.total,
            pending_deliveries=deliveries.pending,
            applied_events=events.get(EventStatus.APPLIED, 0),
            ignored_events=events.get(EventStatus.IGNORED, 0),
            quarantined_events=events.get(EventStatus.QUARANTINED, 0),
        ),
        unmapped_stages=unmapped.stages,
        unmapped_owners=unmapped.owners,
    )


async def update_crm_connection(
    session: AsyncSession,
    principal: Principal,
    connection_id: UUID,
    data: UpdateCrmConnection,
    box: SecretBox,
    expected: Precondition = UNCONDITIONAL,
) -> CrmConnectionDTO:
    """Rename, rotate the secret (the one before stays valid until `end_rotation`), or map anew."""
    require(principal, Permission.CRM_CONNECTIONS_WRITE)
    row = await _existing(session, principal, connection_id, lock=True)
    expected.check(_to_dto(row, await get_source(session, principal.as_system(), row.source_id)))
    if data.secret is not None:
        if row.system != CrmSystem.HUBSPOT:
            raise invalid("/secret", "is made here for this connection: rotate it")
        row.previous_secret, row.secret = row.secret, box.seal(data.secret.get_secret_value())
    if data.end_rotation:
        row.previous_secret = None
    if data.name is not None:
        row.name = data.name
    row.updated_at = utc_now()
    await session.flush()
    source = await _mapped(session, principal, row, data.mapping)
    await _routes_changed(session)
    changed = {"mapping", "name"} & data.model_fields_set
    if {"secret", "end_rotation"} & data.model_fields_set:
        changed.add("rotating_secret")
    if changed:
        await _tell(session, EventType.CRM_CONNECTION_UPDATED, row, changed=sorted(changed))
    return _to_dto(row, source)


async def rotate_crm_secret(
    session: AsyncSession, principal: Principal, connection_id: UUID, box: SecretBox
) -> RotatedCrmSecretDTO:
    """Make a new secret for JSON events; the one before stays valid until `end_rotation`."""
    require(principal, Permission.CRM_CONNECTIONS_WRITE)
    row = await _existing(session, principal, connection_id, lock=True)
    if row.system == CrmSystem.HUBSPOT:
        raise conflict("crm_secret_is_the_apps", "HubSpot's app has the secret; change it there, then send it here.")
    secret = new_secret()
    row.previous_secret, row.secret, row.updated_at = row.secret, box.seal(secret), utc_now()
    await session.flush()
    await _routes_changed(session)
    return RotatedCrmSecretDTO(connection_id=row.id, signing_secret=secret)


async def delete_crm_connection(
    session: AsyncSession, principal: Principal, connection_id: UUID, expected: Precondition = UNCONDITIONAL
) -> None:
    """Disconnect an account: its deliveries and events go, its records and facts stay."""
    require(principal, Permission.CRM_CONNECTIONS_WRITE)
    row = await _existing(session, principal, connection_id, lock=True)
    expected.check(_to_dto(row, await get_source(session, principal.as_system(), row.source_id)))
    await repository.delete_connection(session, principal.org_id, connection_id)
    await _routes_changed(session)
    await _tell(session, EventType.CRM_CONNECTION_DELETED, row)


async def _existing(
    session: AsyncSession, principal: Principal, connection_id: UUID, *, lock: bool = False
) -> CrmConnection:
    row = await repository.get_connection(session, principal.org_id, connection_id, lock=lock)
    if row is None:
        raise not_found("crm_connection")
    return row


async def _mapped(
    session: AsyncSession, principal: Principal, row: CrmConnection, mapping: SourceMapping | None
) -> RecordSourceDTO:
    if mapping is None:
        return await get_source(session, principal.as_system(), row.source_id)
    full = effective_mapping(CrmSystem(row.system), mapping)
    return await update_source_mapping(session, principal.as_system(), row.source_id, full)


async def _tell(session: AsyncSession, type_: EventType, row: CrmConnection, **more: list[str]) -> None:
    await emit(session, row.org_id, type_, {"crm_connection_id": row.id, "system": row.system, **more})


async def _routes_changed(session: AsyncSession) -> None:
    """Hint every process to drop its cached routes, when the transaction commits."""
    await (await raw_connection(session)).fetch("SELECT pg_notify($1, '')", ROUTES)


def _events_url(row: CrmConnection, base_url: str) -> str | None:
    """Where a connection's JSON events are sent."""
    paths = {CrmSystem.SALESFORCE: "salesforce/events", CrmSystem.OTHER: "events"}
    path = paths.get(CrmSystem(row.system))
    return None if path is None else f"{base_url}/integrations/{path}/{row.id}"


def _to_dto(row: CrmConnection, source: RecordSourceDTO) -> CrmConnectionDTO:
    return CrmConnectionDTO.model_validate(
        {**row.model_dump(), "mapping": source.mapping, "rotating_secret": row.previous_secret is not None}
    )
