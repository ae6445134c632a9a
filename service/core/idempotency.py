"""Idempotency keys: the answer to a write is stored in the write's own transaction and given again on a retry.

So a crash between commit and answer loses nothing, and however many copies of a request arrive, one
of them writes. Answers may hold secrets (a new API key), so they are sealed.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, invalid
from service.core.principal import Principal
from service.core.secrets import SecretBox, same
from service.core.tables import timestamp

KEPT = timedelta(hours=24)
MAX_KEY_LENGTH = 255
HEADER = "Idempotency-Key"


class IdempotencyRecord(SQLModel, table=True):
    """The answer to one key of one caller."""

    __tablename__ = "idempotency_record"

    org_id: UUID = Field(primary_key=True)
    key_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    answer: bytes = Field(sa_column=Column(LargeBinary, nullable=False), description="Sealed")
    created_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (Index("ix_idempotency_record__org_id_created_at", "org_id", "created_at"),)


@dataclass(frozen=True, slots=True)
class IdempotentWrite:
    """A claimed key: `previous` is the stored answer of an earlier copy of this request, if there was one."""

    org_id: UUID
    key_hash: bytes
    fingerprint: bytes
    previous: Any = None

    def store(self, session: AsyncSession, answer: Any, box: SecretBox) -> None:
        """Keep the answer (anything that JSON holds) with the write; replaces one that has outlived its time."""
        sealed = box.seal(orjson.dumps(answer).decode())
        row = IdempotencyRecord(
            org_id=self.org_id,
            key_hash=self.key_hash,
            fingerprint=self.fingerprint,
            answer=sealed,
            created_at=utc_now(),
        )
        session.add(row)


async def claim_key(
    session: AsyncSession, principal: Principal, key: str, request: bytes, box: SecretBox
) -> IdempotentWrite:
    """Take a key for this transaction; `request` is what identifies the request, its body included.

    `conflict` while another copy is in flight, `invalid` for a malformed key or one used for another request.
    A key belongs to its caller: nobody is given another's answer.
    """
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise invalid(HEADER, f"must be 1 to {MAX_KEY_LENGTH} printable ASCII characters", "invalid_idempotency_key")
    owner = f"{principal.org_id}:{principal.person_id}:{principal.key_id if principal.person_id is None else ''}"
    key_hash = hashlib.sha256(f"{owner}:{key}".encode()).digest()
    lock = int.from_bytes(key_hash[:8], "big", signed=True)
    if not (await session.exec(select(func.pg_try_advisory_xact_lock(lock)))).one():
        raise conflict("idempotency_key_in_flight", "The same request is being carried out; try again in a moment.")
    fingerprint = hashlib.sha256(request).digest()
    query = select(IdempotencyRecord).where(
        col(IdempotencyRecord.org_id) == principal.org_id, col(IdempotencyRecord.key_hash) == key_hash
    )
    row = (await session.exec(query)).first()
    if row is not None and row.created_at <= utc_now() - KEPT:
        await session.delete(row)
        await session.flush()
        row = None
    if row is None:
        return IdempotentWrite(principal.org_id, key_hash, fingerprint)
    if not same(row.fingerprint, fingerprint):
        raise invalid(HEADER, "was used for another request in the last 24 hours", "idempotency_key_reused")
    return IdempotentWrite(principal.org_id, key_hash, fingerprint, orjson.loads(box.open(row.answer)))


async def purge_expired(session: AsyncSession, org_id: UUID) -> None:
    """Forget the answers that nobody may ask for any more."""
    expired = col(IdempotencyRecord.created_at) <= utc_now() - KEPT
    await session.exec(delete(IdempotencyRecord).where(col(IdempotencyRecord.org_id) == org_id, expired))
