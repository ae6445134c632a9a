"""`make demo`: from an empty folder to one manager's Monday, everything through the real surfaces."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID

import httpx
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from service.coaching_opportunities.tasks import review
from service.core.database import Database
from service.core.logging import configure_logging
from service.core.running import run_for_long
from service.core.runtime import Runtime, open_runtime
from service.core.settings import Settings
from service.demo.briefing import print_monday
from service.demo.generator import generate
from service.demo.replay import deliveries, send
from service.demo.setup import create_demo
from service.demo.state import DemoState, load_state, save_state
from service.kpi_snapshots.tasks import refresh_dirty_cells, refresh_snapshots
from service.main import build_app

CELLS_AT_ONCE, PEOPLE_AT_ONCE = 2_000, 50
QUERY = """{
  people(first: 20) {
    edges { node { name jobRole manager { name }
      kpiSnapshots(period: MONTH) { edges { node { kpi level value target attainment n } } } } }
  }
}"""


def run_demo(settings: Settings, *, port: int, exit_after: bool, seed: int) -> None:
    """Set up or reuse the demo of this home folder, print Monday, and serve until a signal (or not at all)."""
    settings = settings.model_copy(
        update={
            "port": port,
            "log_level": "WARNING",
            "public_url": f"http://127.0.0.1:{port}",
            "newcomer_page": True,
        }
    )
    with suppress(KeyboardInterrupt):
        run_for_long(_run(settings, exit_after=exit_after, seed=seed))


async def _run(settings: Settings, *, exit_after: bool, seed: int) -> None:
    configure_logging(settings.log_level, as_json=settings.log_json)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 130
    now = datetime.now(UTC)
    async with open_runtime(settings) as runtime:
        state = load_state(settings.home)
        if state is None:
            console.print("Creating the demo organization: 2 managers, 12 reps")
            state = await create_demo(runtime, port=settings.port, seed=seed, today=now.date(), say=console.print)
        state = _moved(state, settings)
        save_state(settings.home, state)
        async with serving(settings, runtime):
            async with httpx.AsyncClient(base_url=settings.base_url, timeout=30) as client:
                await _replay(client, state, now, console)
                state.replayed_until = now
                save_state(settings.home, state)
                await _drained(client, state)
                await _caught_up(runtime.database, UUID(state.org_id))
                await print_monday(client, state, now.date(), console)
            print_doors(state, settings, console)
            if not exit_after:
                await _signal()


async def _signal() -> None:
    """Wait until somebody ends the demo."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


def _moved(state: DemoState, settings: Settings) -> DemoState:
    """The receivers' addresses on the port of this run."""
    old, new = f"http://127.0.0.1:{state.port}", f"http://127.0.0.1:{settings.port}"
    return state.model_copy(
        update={
            "port": settings.port,
            "hubspot_url": state.hubspot_url.replace(old, new),
            "salesforce_url": state.salesforce_url.replace(old, new),
        }
    )


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to the demo: uvicorn would raise them again in the middle of its loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(settings: Settings, runtime: Runtime) -> AsyncIterator[None]:
    """The service with its worker on an open runtime, for as long as the block lasts."""

    @asynccontextmanager
    async def shared() -> AsyncIterator[Runtime]:
        yield runtime

    app = build_app(settings, run_worker=True, runtime=shared)
    config = uvicorn.Config(app, host=settings.host, port=settings.port, log_config=None, access_log=False)
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve(), name="server")
    while not server.started:
        if task.done():
            raise RuntimeError(f"Port {settings.port} cannot be bound; set PORT to another one.")
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        with suppress(SystemExit):
            await task


async def _replay(client: httpx.AsyncClient, state: DemoState, now: datetime, console: Console) -> None:
    data = generate(state.seed, state.first_run, now)
    found = deliveries(data, state.replayed_until, state.seed)
    total = sum(delivery.events for delivery in found)
    columns = (TextColumn("Replaying signed webhooks"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("replay", total=total)
        await send(client, state, found, lambda events: progress.advance(task, events))
    console.print(f"{len(found)} deliveries, {total} events: duplicates, reorderings and deletions among them")


async def _drained(client: httpx.AsyncClient, state: DemoState) -> None:
    """Wait until the worker has taken every delivery."""
    headers = {"Authorization": f"Bearer {state.admin_key}"}
    listed = (await client.get("/v1/crm-connections", headers=headers)).raise_for_status().json()["data"]
    for connection in listed:
        while True:
            answer = await client.get(f"/v1/crm-connections/{connection['id']}/status", headers=headers)
            if answer.raise_for_status().json()["counts"]["pending_deliveries"] == 0:
                break
            await asyncio.sleep(0.1)


async def _caught_up(database: Database, org_id: UUID) -> None:
    """Do at once what the worker would do within seconds: cells, snapshots, and a review of what they say."""
    while await refresh_dirty_cells(database, org_id, CELLS_AT_ONCE):
        pass
    while await refresh_snapshots(database, org_id, PEOPLE_AT_ONCE):
        pass
    await review(database, org_id)


def print_doors(state: DemoState, settings: Settings, console: Console) -> None:
    """How to go on: the page, keys, a curl line, GraphiQL. The page's key stands where no server ever sees it."""
    url = settings.base_url
    console.print()
    console.print(f"The board, live: {url}/#key={state.manager_key}", soft_wrap=True)
    console.print(f"Manager key: {state.manager_key}", soft_wrap=True)
    console.print(f"Rep key: {state.rep_key}", soft_wrap=True)
    console.print(
        f'Try: curl -H "Authorization: Bearer {state.rep_key}" "{url}/v1/kpi-snapshots?period=week"', soft_wrap=True
    )
    console.print(f"API: {url}/docs", soft_wrap=True)
    console.print(f"GraphiQL: {url}/graphql?query={quote(QUERY)}", soft_wrap=True)
    console.print(f"Admin key: {state.admin_key}", soft_wrap=True)
    console.print(f"Ready: {url}", soft_wrap=True)
