"""The dispatcher of one process: leases what is due, sends many at once, and lets nobody wait for a slow endpoint."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from service.core.clock import utc_now
from service.core.errors import ServiceError
from service.core.logging import get_logger
from service.core.loops import DrainLoop
from service.core.runtime import Runtime
from service.webhooks.sending import Outcome, Sender
from service.webhooks.sharing import Places
from service.webhooks.use_cases.delivering import Leased, build_message, lease_due, record_attempt
from service.webhooks.use_cases.endpoints import url_policy

logger = get_logger(__name__)

LEASE_MARGIN_SECONDS = 15.0
"""A lease outlives the longest attempt by this, which is ample for writing down what came of it."""
RECORDERS = 2
"""Database connections that results may take at a time: the surfaces share the pool."""


class Dispatcher:
    """Delivers until cancelled; `wake(org_id)` hints that something is due."""

    def __init__(
        self,
        runtime: Runtime,
        list_organizations: Callable[[], Awaitable[list[UUID]]],
        *,
        sender: Sender | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._given_sender = sender
        self._lease = timedelta(seconds=runtime.settings.webhook_timeout_seconds + LEASE_MARGIN_SECONDS)
        self._recording = asyncio.Semaphore(RECORDERS)
        self._places = Places(runtime.settings.webhook_concurrency)
        self._loop = DrainLoop("webhooks", self._begin_due, list_organizations, runtime.settings.worker_poll_seconds)
        self.wake = self._loop.wake

    async def run(self) -> None:
        """Deliver until cancelled; what is under way then falls due again when its lease ends."""
        self._places = Places(self._runtime.settings.webhook_concurrency)
        async with self._open_sender() as self._sender, asyncio.TaskGroup() as self._tasks:
            await self._loop.run()

    async def deliver_due(self, org_id: UUID) -> int:
        """Send what is due now and wait for the results; how many that were (0: nothing is due)."""
        async with self._open_sender() as self._sender, asyncio.TaskGroup() as self._tasks:
            return await self._begin_due(org_id)

    def _open_sender(self) -> Sender:
        settings = self._runtime.settings
        return self._given_sender or Sender(url_policy(settings), settings.webhook_timeout_seconds)

    async def _begin_due(self, org_id: UUID) -> int:
        """Begin as many requests as there are places; how many."""
        leased: list[Leased] = []
        places = self._places.free_for(org_id)
        if places:
            now, free_at = self._clock(), self._places.free_at
            async with self._runtime.database.tenant(org_id) as session:
                leased = await lease_due(session, org_id, now, self._lease, places, free_at)
        for one in leased:
            self._places.take(org_id, one.target.id)
            self._tasks.create_task(self._deliver(org_id, one))
        following = self._places.next_in_line()
        if following is not None and following != org_id:
            self.wake(following)
        return len(leased)

    async def _deliver(self, org_id: UUID, leased: Leased) -> None:
        try:
            at = self._clock()
            outcome = await self._send(leased, at)
            async with self._recording, self._runtime.database.tenant(org_id) as session:
                now = self._clock()
                await record_attempt(session, org_id, leased, outcome, at, now, random.random())  # noqa: S311 - jitter
        except Exception:
            # Not written down: the lease ends and the delivery falls due again.
            logger.exception("webhook_attempt_lost", org_id=str(org_id), delivery_id=str(leased.delivery.id))
        finally:
            self.wake(self._places.give_back(org_id, leased.target.id))

    async def _send(self, leased: Leased, at: datetime) -> Outcome:
        try:
            headers, body = build_message(leased, self._runtime.secret_box, at)
        except ServiceError as error:  # the endpoint's secret was sealed with a key that is gone
            return Outcome(0, error=error.message)
        try:
            return await self._sender.post(leased.target.url, headers, body)
        except Exception as error:  # a failure of ours must still count as an attempt, or it would be tried for ever
            logger.exception("webhook_attempt_failed", delivery_id=str(leased.delivery.id))
            return Outcome(0, error=f"unexpected {type(error).__name__}")
