"""The drain loop: it ends when it is told to, whatever arrives at the same moment, and waits for those that follow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from service.core.loops import DrainLoop, Shared

ORG, OTHER = UUID(int=1), UUID(int=2)


async def nobody() -> list[UUID]:
    return []


async def nothing(_org_id: UUID) -> int:
    return 0


@asynccontextmanager
async def running(*loops: DrainLoop) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    await asyncio.sleep(0)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=1)


async def settle() -> None:
    """Whatever can go on without waiting for the clock."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("ticks", range(5))
async def test_a_cancellation_that_comes_with_a_hint_is_not_lost(ticks: int) -> None:
    loop = DrainLoop("test", nothing, nobody, poll_seconds=60.0)
    task = asyncio.create_task(loop.run())
    await asyncio.sleep(0.02)
    loop.wake(ORG)
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=1)
    assert task.cancelled()


class Gated:
    """A drain that says when it began, and ends when it is let."""

    def __init__(self) -> None:
        self.began: list[UUID] = []
        self.gate = asyncio.Semaphore(0)

    async def __call__(self, org_id: UUID) -> int:
        self.began.append(org_id)
        await self.gate.acquire()
        return 0


def counted(log: list[UUID], work: int) -> Callable[[UUID], Awaitable[int]]:
    """A drain that has so many batches."""

    async def drain(org_id: UUID) -> int:
        log.append(org_id)
        return int(len(log) <= work)

    return drain


async def test_a_batch_waits_while_the_work_of_the_last_one_is_gone_on_with() -> None:
    gated, began = Gated(), list[UUID]()
    following = DrainLoop("following", gated, nobody, poll_seconds=60.0)
    loop = DrainLoop("loop", counted(began, 1), nobody, 60.0, on_work=following.wake, waits_for=(following,))
    async with running(following, loop):
        loop.wake(ORG)
        await settle()
        assert (began, gated.began) == ([ORG], [ORG])
        loop.wake(ORG)
        loop.wake(OTHER)
        await settle()
        assert began == [ORG, OTHER]  # of another organization nothing is under way
        gated.gate.release()
        await settle()
        assert began == [ORG, OTHER, ORG]


async def test_a_hint_waits_for_two_loops_in_turn() -> None:
    first, second, began = Gated(), Gated(), list[UUID]()
    last = DrainLoop("last", second, nobody, poll_seconds=60.0)
    middle = DrainLoop("middle", first, nobody, poll_seconds=60.0, waits_for=(last,))
    loop = DrainLoop("loop", counted(began, 0), nobody, poll_seconds=60.0, waits_for=(middle, last))
    async with running(last, middle, loop):
        last.wake(ORG)
        middle.wake(ORG)
        loop.wake(ORG)
        await settle()
        assert (began, first.began, second.began) == ([], [], [ORG])
        second.gate.release()
        await settle()
        assert (began, first.began) == ([], [ORG])
        first.gate.release()
        await settle()
        assert began == [ORG]


async def test_nothing_waits_for_longer_than_a_poll() -> None:
    gated, began = Gated(), list[UUID]()
    following = DrainLoop("following", gated, nobody, poll_seconds=60.0)
    loop = DrainLoop("loop", counted(began, 0), nobody, poll_seconds=0.05, waits_for=(following,))
    async with running(following, loop):
        following.wake(ORG)
        loop.wake(ORG)
        await settle()
        assert began == []
        await asyncio.sleep(0.2)
        assert (began, gated.began) == ([ORG], [ORG])  # and what it waited for has not ended


async def test_who_is_behind_does_not_wait() -> None:
    gated, began = Gated(), list[UUID]()

    async def drain(org_id: UUID) -> int:
        began.append(org_id)
        return max(0, 5 - 2 * len(began))

    following = DrainLoop("following", gated, nobody, poll_seconds=60.0)
    loop = DrainLoop("loop", drain, nobody, 60.0, on_work=following.wake, waits_for=(following,), full=3)
    async with running(following, loop):
        loop.wake(ORG)
        await settle()
        assert began == [ORG] * 2  # of three, and so of one at once
        gated.gate.release()
        await settle()
        assert began == [ORG] * 3


async def test_a_mere_look_holds_nothing_up() -> None:
    gated, began = Gated(), list[UUID]()

    async def everybody() -> list[UUID]:
        return [ORG]

    following = DrainLoop("following", gated, everybody, poll_seconds=60.0)
    loop = DrainLoop("loop", counted(began, 0), nobody, poll_seconds=60.0, waits_for=(following,))
    async with running(following, loop):
        await settle()
        loop.wake(ORG)
        await settle()
        assert (gated.began, began) == ([ORG], [ORG])


async def test_who_fails_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.core.loops.FAILURE_PAUSE_SECONDS", 0.0)
    began = list[UUID]()

    async def fail(_org_id: UUID) -> int:
        raise RuntimeError("no luck")

    following = DrainLoop("following", fail, nobody, poll_seconds=60.0)
    loop = DrainLoop("loop", counted(began, 0), nobody, poll_seconds=60.0, waits_for=(following,))
    async with running(following, loop):
        following.wake(ORG)
        loop.wake(ORG)
        await settle()
        assert began == [ORG]


async def test_who_asks_at_about_the_same_time_shares_the_answer() -> None:
    asked = list[UUID]()

    async def ask() -> list[UUID]:
        asked.append(ORG)
        await asyncio.sleep(0)
        return asked[:]

    shared = Shared(ask, seconds=0.05)
    assert await asyncio.gather(shared(), shared()) == [[ORG]] * 2
    await asyncio.sleep(0.1)
    assert await shared() == [ORG] * 2
