"""`make demo`: from an empty folder to one manager's Monday, everything through the real surfaces."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from service.core.logging import configure_logging
from service.core.runtime import Runtime, open_runtime
from service.core.settings import Settings
from service.demo.archetypes import MANAGERS
from service.demo.generator import generate
from service.demo.monday import Standing, by_level, sentence, shown, standing, working_day_share
from service.demo.replay import deliveries, send
from service.demo.setup import create_demo
from service.demo.state import DemoState, load_state, save_state
from service.main import build_app

EARLY_WORKING_DAYS = Decimal("0.3")
QUERY = """{
  people(first: 20) {
    edges { node { name jobRole manager { name }
      kpiSnapshots(period: MONTH) { edges { node { kpi level value target attainment n } } } } }
  }
}"""


def run_demo(settings: Settings, *, port: int, exit_after: bool, seed: int) -> None:
    """Set up or reuse the demo of this home folder, print Monday, and serve until a signal (or not at all)."""
    settings = settings.model_copy(
        update={"port": port, "log_level": "WARNING", "public_url": f"http://127.0.0.1:{port}"}
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(settings, exit_after=exit_after, seed=seed))


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
    """Wait until the worker has taken every delivery, and the cells have followed."""
    headers = {"Authorization": f"Bearer {state.admin_key}"}
    listed = (await client.get("/v1/crm-connections", headers=headers)).raise_for_status().json()["data"]
    for connection in listed:
        while True:
            answer = await client.get(f"/v1/crm-connections/{connection['id']}/status", headers=headers)
            if answer.raise_for_status().json()["counts"]["pending_deliveries"] == 0:
                break
            await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)


async def print_monday(client: httpx.AsyncClient, state: DemoState, today: date, console: Console) -> None:
    """The team's table and a sentence per rep; every figure comes from the public REST surface."""
    headers = {"Authorization": f"Bearer {state.manager_key}"}
    model = await _get(client, "/v1/success-models?status=active", headers)
    definitions = {kpi["key"]: kpi for kpi in model["data"][0]["document"]["kpis"]}
    reports = (await _get(client, f"/v1/people?manager_id={state.manager_id}", headers))["data"]
    team: dict[str, list[Standing]] = {}
    period = await _period(client, state, today, headers)
    start, end = date.fromisoformat(period["period_start"]), date.fromisoformat(period["period_end"])
    share = working_day_share(start, end, today)
    path = f"/v1/kpi-snapshots?manager_id={state.manager_id}&period={period['period']}&period_start={start}&limit=200"
    for snapshot in (await _get(client, path, headers))["data"]:
        item = standing(snapshot, definitions[snapshot["kpi"]], share)
        team.setdefault(snapshot["person_id"], []).append(item)
    console.print()
    console.print(
        f"[bold]{MANAGERS[0].name}'s Monday[/bold], {today}: {period['period']} from {start} to {end}, "
        f"{round(share * 100)} % of its working days are over. Value / due by now."
    )
    console.print(_table(reports, team))
    for person in reports:
        console.print(f"• {sentence(person['name'], by_level(team.get(person['id'], [])))}", soft_wrap=True)


async def _period(client: httpx.AsyncClient, state: DemoState, today: date, headers: dict[str, str]) -> dict[str, str]:
    """This month, or this quarter where the month is too young to say anything."""
    for period in ("month", "quarter"):
        path = f"/v1/kpi-snapshots?manager_id={state.manager_id}&period={period}&limit=1"
        found: dict[str, str] = (await _get(client, path, headers))["data"][0]
        start, end = date.fromisoformat(found["period_start"]), date.fromisoformat(found["period_end"])
        if working_day_share(start, end, today) >= EARLY_WORKING_DAYS:
            break
    return found


async def _get(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> Any:
    return (await client.get(path, headers=headers)).raise_for_status().json()


def _table(reports: list[dict[str, Any]], team: dict[str, list[Standing]]) -> Table:
    table = Table(show_lines=False)
    table.add_column("KPI")
    for person in reports:
        table.add_column(person["name"].replace(" ", "\n"), justify="right")
    level = ""
    for index, first in enumerate(by_level(next(iter(team.values()), []))):
        if first.level != level:
            level = first.level
            label = "Outcome" if level == "result" else f"Process: {level}"
            table.add_row(f"[bold]{label}[/bold]", *[""] * len(reports), end_section=False)
        cells = []
        for person in reports:
            item = by_level(team[person["id"]])[index]
            mark = "" if item.pace is None else "[red]" if item.is_behind else "[green]" if item.pace >= 1 else ""
            cells.append(f"{mark}{shown(item.value, item.unit)} / {shown(item.due, item.unit)}")
        table.add_row(f"  {first.name}", *cells)
    return table


def print_doors(state: DemoState, settings: Settings, console: Console) -> None:
    """How to go on: keys, a curl line, GraphiQL."""
    url = settings.base_url
    console.print()
    console.print(f"Manager key: {state.manager_key}", soft_wrap=True)
    console.print(f"Rep key: {state.rep_key}", soft_wrap=True)
    console.print(
        f'Try: curl -H "Authorization: Bearer {state.rep_key}" "{url}/v1/kpi-snapshots?period=week"', soft_wrap=True
    )
    console.print(f"API: {url}/docs", soft_wrap=True)
    console.print(f"GraphiQL: {url}/graphql?query={quote(QUERY)}", soft_wrap=True)
    console.print(f"Admin key: {state.admin_key}", soft_wrap=True)
    console.print(f"Ready: {url}", soft_wrap=True)
