"""What lives for long runs on uvicorn's event loop."""

import asyncio

from uvicorn.loops.auto import auto_loop_factory

from service.core.running import run_for_long


def test_it_runs_on_the_loop_that_is_served_on() -> None:
    async def main() -> type:
        return type(asyncio.get_running_loop())

    served_on = auto_loop_factory()()
    served_on.close()
    assert run_for_long(main()) is type(served_on)
