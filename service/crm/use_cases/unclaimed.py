"""Verified deliveries of accounts that nobody had claimed: given to the connection that appears, or forgotten."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.bulk import insert_rows
from service.core.database import raw_connection
from service.core.principal import Principal, require
from service.core.secrets import SecretBox
from service.crm.dto.connections import UnclaimedDTO
from service.crm.permissions import Permission
from service.crm.repository import connections as connection_repository
from service.crm.repository import events as repository

CLAIM_UNCLAIMED = "claim_unclaimed"
DELIVERY_COLUMNS = ("org_id", "id", "connection_id", "received_at", "body")


def fingerprint(secret: str) -> bytes:
    """What is stored of the secret that verified an unclaimed delivery."""
    return hashlib.sha256(b"touchline.unclaimed:" + secret.encode()).digest()


async def claim_unclaimed(session: AsyncSession, principal: Principal, connection_id: UUID, box: SecretBox) -> int:
    """Hand a connection what its account sent before, of that which its own secrets verified."""
    require(principal, Permission.CRM_CONNECTIONS_WRITE)
    row = await connection_repository.get_connection(session, principal.org_id, connection_id)
    if row is None or row.secret is None:
        return 0
    secrets = [box.open(sealed) for sealed in (row.secret, row.previous_secret) if sealed is not None]
    taken = await repository.take_unclaimed(
        session, row.system, row.account_id, [fingerprint(secret) for secret in secrets]
    )
    rows = [(row.org_id, item.id, row.id, item.received_at, item.body) for item in taken]
    await insert_rows(
        await raw_connection(session), "delivery", DELIVERY_COLUMNS, rows, "ON CONFLICT (org_id, id) DO NOTHING"
    )
    return len(rows)


async def purge_unclaimed(session: AsyncSession, before: datetime) -> None:
    """Forget what came before an instant and was not claimed."""
    await repository.purge_unclaimed(session, before)


async def list_unclaimed(session: AsyncSession) -> list[UnclaimedDTO]:
    """The operator's view of unclaimed deliveries, by account; on no other surface."""
    found: dict[tuple[str, str, str], UnclaimedDTO] = {}
    for row in await repository.list_unclaimed(session):
        key = (row.system, row.app_id, row.account_id)
        count = found[key].deliveries if key in found else 0
        found[key] = UnclaimedDTO(
            system=row.system,
            app_id=row.app_id,
            account_id=row.account_id,
            deliveries=count + 1,
            last_received_at=row.received_at,
        )
    return list(found.values())
