"""Rate limits: a token bucket per caller and per organization, kept in PostgreSQL and leased to processes in blocks.

A process takes some tokens at once and spends them from memory, so that no request updates a row of its
own. What it does not spend within the lease is forfeited: together, processes never grant more than the
bucket's capacity and refill. The database's clock is the only one that counts.
"""

import asyncio
import math
import time
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Double
from sqlmodel import Field, SQLModel

from service.core.database import Database, raw_connection
from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal
from service.core.settings import Settings
from service.core.tables import timestamp

LEASE_SECONDS = 5.0
BLOCKS_PER_BUCKET = 20
"""A lease is that part of a bucket, so that some processes can share one and each come seldom."""

MAX_SUBJECTS = 50_000

LEASE = """
INSERT INTO rate_limit_bucket AS b (org_id, subject, tokens, granted, refilled_at)
VALUES ($1, $2, $3::float8 - $4::float8, $4, clock_timestamp())
ON CONFLICT (org_id, subject) DO UPDATE SET
    granted = least($4, floor(least($3, b.tokens + $5 * extract(epoch FROM clock_timestamp() - b.refilled_at)))),
    tokens = least($3, b.tokens + $5 * extract(epoch FROM clock_timestamp() - b.refilled_at))
        - least($4, floor(least($3, b.tokens + $5 * extract(epoch FROM clock_timestamp() - b.refilled_at)))),
    refilled_at = clock_timestamp()
RETURNING granted, tokens
"""
"""$3 is the capacity, $4 the block, $5 the refill per second. `clock_timestamp()` may differ by microseconds
between its uses in one statement: less than any token takes to grow."""


class RateLimitBucket(SQLModel, table=True):
    """What is left of a caller's or an organization's allowance."""

    __tablename__ = "rate_limit_bucket"

    org_id: UUID = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    tokens: float = Field(sa_column=Column(Double, nullable=False))
    granted: float = Field(sa_column=Column(Double, nullable=False), description="By the lease that was taken last")
    refilled_at: datetime = Field(sa_column=timestamp())


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `capacity` requests at once, `per_second` more as time goes by."""

    name: str
    capacity: int
    per_second: float

    @property
    def block(self) -> int:
        """How many tokens a process leases at once."""
        return max(1, self.capacity // BLOCKS_PER_BUCKET)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands after a request: `remaining` of `capacity`, all of them back after `reset_seconds`."""

    name: str
    capacity: int
    window_seconds: int
    remaining: int
    reset_seconds: int


class RateLimitedError(ServiceError):
    """There is no token left; trying again is worth while after `retry_seconds`."""

    def __init__(self, retry_seconds: int, standings: list[Standing]) -> None:
        super().__init__(ErrorKind.RATE_LIMITED, "rate_limited", f"Too many requests: wait {retry_seconds} s.")
        self.retry_seconds = retry_seconds
        self.standings = standings


@dataclass(slots=True)
class _Lease:
    """Tokens of one subject that this process may spend until `until`; `left` is what the bucket still holds."""

    tokens: int = 0
    left: float = 0.0
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class RateLimiter:
    """The leases of one process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._caller = Allowance("caller", settings.rate_limit_caller, settings.rate_limit_caller / 60)
        self._organization = Allowance(
            "organization", settings.rate_limit_organization, settings.rate_limit_organization / 60
        )
        self._leases: dict[tuple[UUID, str], _Lease] = {}

    async def spend(self, principal: Principal) -> list[Standing]:
        """Take a token of the caller's and one of the organization's; `RateLimitedError` if either is out."""
        caller = f"person:{principal.person_id}" if principal.person_id else f"key:{principal.key_id}"
        asked = [(self._caller, caller), (self._organization, "organization")]
        standings = []
        for allowance, subject in asked:
            if allowance.capacity == 0:
                continue
            lease = self._leases.setdefault((principal.org_id, subject), _Lease())
            granted = await self._take(principal.org_id, subject, allowance, lease)
            standings.append(_standing(allowance, lease))
            if not granted:
                raise RateLimitedError(max(1, math.ceil(1 / allowance.per_second)), standings)
        if len(self._leases) > MAX_SUBJECTS:
            self._leases.clear()  # costs each one lease
        return standings

    async def _take(self, org_id: UUID, subject: str, allowance: Allowance, lease: _Lease) -> bool:
        if not _valid(lease):
            async with lease.lock:
                if not _valid(lease):
                    await self._lease(org_id, subject, allowance, lease)
        if lease.tokens < 1:
            return False
        lease.tokens -= 1
        return True

    async def _lease(self, org_id: UUID, subject: str, allowance: Allowance, lease: _Lease) -> None:
        async with self._database.tenant(org_id) as session:
            connection = await raw_connection(session)
            capacity, block = float(allowance.capacity), float(allowance.block)
            row = await connection.fetchrow(LEASE, org_id, subject, capacity, block, allowance.per_second)
        assert row is not None  # noqa: S101 - the statement always returns its row
        lease.tokens, lease.left = int(row["granted"]), float(row["tokens"])
        # Nothing granted: the next request asks again, as tokens grow meanwhile.
        lease.until = time.monotonic() + (LEASE_SECONDS if lease.tokens else 0.0)


def _valid(lease: _Lease) -> bool:
    return lease.tokens >= 1 and lease.until > time.monotonic()


def _standing(allowance: Allowance, lease: _Lease) -> Standing:
    remaining = lease.tokens + math.floor(lease.left)
    missing = allowance.capacity - remaining
    return Standing(
        name=allowance.name,
        capacity=allowance.capacity,
        window_seconds=round(allowance.capacity / allowance.per_second),
        remaining=remaining,
        reset_seconds=math.ceil(missing / allowance.per_second),
    )
