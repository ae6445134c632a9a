"""A drain loop: work while there is some, then wait for a hint or the poll interval."""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from service.core.logging import get_logger

logger = get_logger(__name__)

FAILURE_PAUSE_SECONDS = 1.0


class Shared:
    """An answer that loops which poll at about the same time get from one question."""

    def __init__(self, ask: Callable[[], Awaitable[list[UUID]]], seconds: float = 0.5) -> None:
        self._ask = ask
        self._seconds = seconds
        self._asking = asyncio.Lock()
        self._good_until = -math.inf
        self._found: list[UUID] = []

    async def __call__(self) -> list[UUID]:
        """What was found at most so many seconds ago; who asks meanwhile waits for the same answer."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now >= self._good_until:
                self._found = await self._ask()
                self._good_until = now + self._seconds
            return self._found


class DrainLoop:
    """Calls `drain(org_id)` for organizations with work until it answers 0.

    `wake(org_id)` hints at work; every organization is looked at each `poll_seconds` all the same,
    for the first time after `first_poll_after`.
    A failing organization is logged and tried again at the next round: it never blocks the others,
    and what it was working on is still in its table.

    `waits_for` are the loops that go on with this one's work. While they are at an organization the next batch waits,
    for `poll_seconds` at most: done beside them it would take time from them, only to lie in front of them then. After
    a batch of `full` or more it does not wait: there is more of what waited already.
    """

    def __init__(
        self,
        name: str,
        drain: Callable[[UUID], Awaitable[int]],
        list_organizations: Callable[[], Awaitable[list[UUID]]],
        poll_seconds: float,
        on_work: Callable[[UUID], None] | None = None,
        waits_for: Sequence["DrainLoop"] = (),
        full: float = math.inf,
        first_poll_after: float = 0.0,
    ) -> None:
        self._name = name
        self._drain = drain
        self._list_organizations = list_organizations
        self._poll_seconds = poll_seconds
        self._on_work = on_work
        self._waits_for = waits_for
        self._full = full
        self._first_poll_after = first_poll_after
        self._hinted: set[UUID] = set()
        self._looked_at: set[UUID] = set()
        self._under_way: set[UUID] = set()
        self._behind: set[UUID] = set()
        self._held_until: dict[UUID, float] = {}
        self._hint = asyncio.Event()
        self._ended: list[Callable[[], None]] = []
        for following in waits_for:
            following.tell_when_ended(self._hint.set)

    def wake(self, org_id: UUID) -> None:
        """Hint that the organization has work; call it from the loop's own thread."""
        self._hinted.add(org_id)
        self._hint.set()

    def is_at(self, org_id: UUID) -> bool:
        """Whether there is or was a hint for the organization whose batch has not ended; a mere look is none."""
        return org_id in self._hinted or org_id in self._under_way

    def tell_when_ended(self, listener: Callable[[], None]) -> None:
        """Have a function called whenever a batch has ended."""
        self._ended.append(listener)

    async def run(self) -> None:
        """Drain until cancelled."""
        clock = asyncio.get_running_loop()
        next_poll = clock.time() + self._first_poll_after
        while True:
            self._hint.clear()
            if clock.time() >= next_poll:
                self._looked_at |= await self._everybody()
                next_poll = clock.time() + self._poll_seconds
            for org_id in self._take(clock.time()):
                await self._drain_one(org_id)
            await self._wait(min([next_poll, *self._held_until.values()]) - clock.time())

    def _take(self, now: float) -> set[UUID]:
        """The organizations whose turn it is; those that wait keep their hints."""
        asked = self._hinted | self._looked_at
        held = {org_id for org_id in asked if self._is_held(org_id, now)}
        self._held_until = {org_id: until for org_id, until in self._held_until.items() if org_id in held}
        self._under_way = self._hinted - held
        self._hinted &= held
        self._looked_at &= held
        return asked - held

    def _is_held(self, org_id: UUID, now: float) -> bool:
        if org_id in self._behind or not any(following.is_at(org_id) for following in self._waits_for):
            return False
        return now < self._held_until.setdefault(org_id, now + self._poll_seconds)

    async def _everybody(self) -> set[UUID]:
        try:
            return set(await self._list_organizations())
        except Exception:
            logger.exception("worker_cannot_list_organizations", loop=self._name)
            await asyncio.sleep(FAILURE_PAUSE_SECONDS)
            return set()

    async def _drain_one(self, org_id: UUID) -> None:
        """One batch; an organization with more work is looked at again, so that others get their turn."""
        self._behind.discard(org_id)
        try:
            if done := await self._drain(org_id):
                if done >= self._full:
                    self._behind.add(org_id)
                self._looked_at.add(org_id)
                self._hint.set()
                if self._on_work is not None:
                    self._on_work(org_id)
        except Exception:
            logger.exception("worker_batch_failed", loop=self._name, org_id=str(org_id))
            await asyncio.sleep(FAILURE_PAUSE_SECONDS)
        finally:
            self._under_way.discard(org_id)
            for listener in self._ended:
                listener()

    async def _wait(self, seconds: float) -> None:
        # Not asyncio.wait_for: before Python 3.12 it loses a cancellation that arrives together with the hint.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._hint.wait()
