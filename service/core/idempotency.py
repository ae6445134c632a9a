"""Idempotency keys: the answer to a write is stored in the write's own transaction and given again on a retry.

So a crash between commit and answer loses nothing, and however many copies of a request arrive, one
of them writes. Answers may hold secrets (a new API key), so they are sealed.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, Index, LargeBinary
from sqlalchemy.ext.asyncio import AsyncSessionTransaction
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import ErrorKind, conflict, invalid
from service.core.principal import Principal
from service.core.secrets import SecretBox, same
from service.core.tables import PRIVATE, timestamp

KEPT = timedelta(hours=24)
MAX_KEY_LENGTH = 255
HEADER = "Idempotency-Key"
FINAL = frozenset(
    {
        ErrorKind.INVALID,
        ErrorKind.FORBIDDEN,
        ErrorKind.NOT_FOUND,
        ErrorKind.CONFLICT,
        ErrorKind.PRECONDITION_FAILED,
    }
)
"""Refusals that trying again does not change: they are kept like successes."""


class IdempotencyRecord(SQLModel, table=True):
    """The answer to one key of one caller."""

    __tablename__ = "idempotency_record"

    org_id: UUID = Field(primary_key=True)
    key_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    answer: bytes = Field(sa_column=Column(LargeBinary, nullable=False), description="Sealed")
    created_at: datetime = Field(sa_column=timestamp())

    # Not exported: guesses of a short body, such as a rating, could be held against its fingerprint.
    __table_args__ = (Index("ix_idempotency_record__org_id_created_at", "org_id", "created_at"), PRIVATE)


class IdempotentWrite:
    """A write under a key: everything after the claim can be undone without giving the key back.

    `previous` is the stored answer of an earlier copy of the request, or None if this is the first.
    """

    def __init__(self, session: AsyncSession, box: SecretBox, org_id: UUID, key_hash: bytes, request: bytes) -> None:
        self._session = session
        self._box = box
        self._org_id = org_id
        self._key_hash = key_hash
        self._fingerprint = hashlib.sha256(request).digest()
        self._savepoint: AsyncSessionTransaction | None = None
        self.previous: Any = None

    async def claim(self) -> None:
        """`conflict` while another copy is in flight, `invalid` if the key was used for another request."""
        lock = int.from_bytes(self._key_hash[:8], "big", signed=True)
        if not (await self._session.exec(select(func.pg_try_advisory_xact_lock(lock)))).one():
            raise conflict("idempotency_key_in_flight", "The same request is being carried out; try again in a moment.")
        query = select(IdempotencyRecord).where(
            col(IdempotencyRecord.org_id) == self._org_id, col(IdempotencyRecord.key_hash) == self._key_hash
        )
        row = (await self._session.exec(query)).first()
        if row is not None and row.created_at > utc_now() - KEPT:
            if not same(row.fingerprint, self._fingerprint):
                raise invalid(HEADER, "was used for another request in the last 24 hours", "idempotency_key_reused")
            self.previous = orjson.loads(self._box.open(row.answer))
            return
        if row is not None:
            await self._session.delete(row)
            await self._session.flush()
        self._savepoint = await self._session.begin_nested()

    async def keep(self, answer: Any) -> None:
        """Store the answer (anything that JSON holds) with what was written."""
        assert self._savepoint is not None  # noqa: S101 - the key was claimed, and there was no answer yet
        await self._savepoint.commit()
        self._store(answer)

    async def keep_refusal(self, answer: Any) -> None:
        """Undo what was written before the refusal, and store that it was refused."""
        assert self._savepoint is not None  # noqa: S101 - as above
        await self._savepoint.rollback()
        self._store(answer)

    def _store(self, answer: Any) -> None:
        row = IdempotencyRecord(
            org_id=self._org_id,
            key_hash=self._key_hash,
            fingerprint=self._fingerprint,
            answer=self._box.seal(orjson.dumps(answer).decode()),
            created_at=utc_now(),
        )
        self._session.add(row)


async def claim_key(
    session: AsyncSession, principal: Principal, key: str, request: bytes, box: SecretBox
) -> IdempotentWrite:
    """Take a key for this transaction; `request` is what identifies the request, its body included.

    A key belongs to its caller: nobody is given another's answer.
    """
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise invalid(HEADER, f"must be 1 to {MAX_KEY_LENGTH} printable ASCII characters", "invalid_idempotency_key")
    owner = f"{principal.org_id}:{principal.person_id}:{principal.key_id if principal.person_id is None else ''}"
    key_hash = hashlib.sha256(f"{owner}:{key}".encode()).digest()
    write = IdempotentWrite(session, box, principal.org_id, key_hash, request)
    await write.claim()
    return write


async def purge_expired(session: AsyncSession, org_id: UUID) -> None:
    """Forget the answers that nobody may ask for any more."""
    expired = col(IdempotencyRecord.created_at) <= utc_now() - KEPT
    await session.exec(delete(IdempotencyRecord).where(col(IdempotencyRecord.org_id) == org_id, expired))
