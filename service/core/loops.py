"""A drain loop: work while there is some, then wait for a hint or the poll interval."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from uuid import UUID

from service.core.logging import get_logger

logger = get_logger(__name__)

FAILURE_PAUSE_SECONDS = 1.0


class DrainLoop:
    """Calls `drain(org_id)` for organizations with work until it answers 0.

    `wake(org_id)` hints at work; every organization is looked at each `poll_seconds` all the same.
    A failing organization is logged and tried again at the next round: it never blocks the others,
    and what it was working on is still in its table.
    """

    def __init__(
        self,
        name: str,
        drain: Callable[[UUID], Awaitable[int]],
        list_organizations: Callable[[], Awaitable[list[UUID]]],
        poll_seconds: float,
        on_work: Callable[[UUID], None] | None = None,
    ) -> None:
        self._name = name
        self._drain = drain
        self._list_organizations = list_organizations
        self._poll_seconds = poll_seconds
        self._on_work = on_work
        self._hinted: set[UUID] = set()
        self._hint = asyncio.Event()

    def wake(self, org_id: UUID) -> None:
        """Hint that the organization has work; call it from the loop's own thread."""
        self._hinted.add(org_id)
        self._hint.set()

    async def run(self) -> None:
        """Drain until cancelled."""
        clock = asyncio.get_running_loop()
        next_poll = clock.time()
        while True:
            pending = self._take_hints()
            if clock.time() >= next_poll:
                pending |= await self._everybody()
                next_poll = clock.time() + self._poll_seconds
            for org_id in pending:
                await self._drain_one(org_id)
            await self._wait(next_poll - clock.time())

    def _take_hints(self) -> set[UUID]:
        pending, self._hinted = self._hinted, set()
        self._hint.clear()
        return pending

    async def _everybody(self) -> set[UUID]:
        try:
            return set(await self._list_organizations())
        except Exception:
            logger.exception("worker_cannot_list_organizations", loop=self._name)
            await asyncio.sleep(FAILURE_PAUSE_SECONDS)
            return set()

    async def _drain_one(self, org_id: UUID) -> None:
        """One batch; an organization with more work is hinted again, so that others get their turn."""
        try:
            if await self._drain(org_id):
                self.wake(org_id)
                if self._on_work is not None:
                    self._on_work(org_id)
        except Exception:
            logger.exception("worker_batch_failed", loop=self._name, org_id=str(org_id))
            await asyncio.sleep(FAILURE_PAUSE_SECONDS)

    async def _wait(self, seconds: float) -> None:
        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that arrives together with the hint.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._hint.wait()
