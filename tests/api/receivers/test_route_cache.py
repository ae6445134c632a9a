"""The route cache: one load for many callers, refreshed ahead of time, nothing kept from before a change."""

import asyncio

import pytest

from service.crm.receiving import routes as routes_module
from service.crm.receiving.routes import TimedCache


class Source:
    """Counts loads and lets the test hold one back."""

    def __init__(self) -> None:
        self.loads = 0
        self.value: str | None = "first"
        self.held: asyncio.Event | None = None

    async def load(self, _key: str) -> str | None:
        self.loads += 1
        value = self.value
        if self.held is not None:
            await self.held.wait()
        return value


async def test_callers_at_the_same_time_share_a_load_and_absence_is_not_kept() -> None:
    source = Source()
    cache: TimedCache[str, str] = TimedCache(source.load)
    assert set(await asyncio.gather(*(cache.get("key") for _ in range(20)))) == {"first"}
    assert await cache.get("key") == "first"
    assert source.loads == 1
    source.value = None
    assert [await cache.get("other"), await cache.get("other")] == [None, None]
    assert source.loads == 3


async def test_what_is_in_use_is_refreshed_without_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes_module, "REFRESH_SECONDS", 0.0)
    source = Source()
    cache: TimedCache[str, str] = TimedCache(source.load)
    await cache.get("key")
    source.value, source.held = "second", asyncio.Event()
    assert await cache.get("key") == "first"
    source.held.set()
    await asyncio.sleep(0.01)
    assert await cache.get("key") == "second"
    assert await cache.get("key", max_age=0.0) == "second"


async def test_a_load_from_before_a_change_is_not_kept() -> None:
    source = Source()
    cache: TimedCache[str, str] = TimedCache(source.load)
    source.held = asyncio.Event()
    early = asyncio.create_task(cache.get("key"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    cache.clear()
    source.value = "second"
    source.held.set()
    assert await early == "first"
    assert await cache.get("key") == "second"
