"""The drain loop: it ends when it is told to, whatever arrives at the same moment."""

import asyncio
from uuid import UUID

import pytest

from service.core.loops import DrainLoop

ORG = UUID(int=1)


@pytest.mark.parametrize("ticks", range(5))
async def test_a_cancellation_that_comes_with_a_hint_is_not_lost(ticks: int) -> None:
    async def drain(_org_id: UUID) -> int:
        return 0

    async def nobody() -> list[UUID]:
        return []

    loop = DrainLoop("test", drain, nobody, poll_seconds=60.0)
    task = asyncio.create_task(loop.run())
    await asyncio.sleep(0.02)
    loop.wake(ORG)
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    assert task.cancelled()
