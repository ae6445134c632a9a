"""`touchline demo poke`: one signed webhook to the running demo, and how long until its number moved."""

import asyncio
import json
import time
from datetime import UTC, datetime

import httpx
import typer

from service.core.settings import Settings
from service.demo.archetypes import REPS
from service.demo.generator import Work
from service.demo.hubspot import sign, work_events
from service.demo.state import DemoState, load_state, save_state

PATIENCE_SECONDS = 10.0


def run_poke(settings: Settings) -> None:
    """Send one completed call of the demo's first rep and watch `calls-made`; exit 1 where no demo runs."""
    state = load_state(settings.home)
    if state is None:
        typer.echo("There is no demo in this home folder: run `make demo` first.", err=True)
        raise typer.Exit(1)
    state.pokes += 1
    save_state(settings.home, state)
    try:
        before, after, milliseconds = asyncio.run(_poke(state))
    except httpx.HTTPError as error:
        typer.echo(f"The demo does not answer on port {state.port}: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{REPS[0].name}, calls made this week: {before} before, {after} after, {milliseconds:.0f} ms between")


async def _poke(state: DemoState) -> tuple[str, str, float]:
    now = datetime.now(UTC)
    call = Work(f"00{now:%Y%m%d%H%M%S}{state.pokes % 100:02d}", REPS[0], "call", now, "connected", "outbound", 300)
    body = json.dumps(list(work_events(call)), separators=(",", ":")).encode()
    async with httpx.AsyncClient(timeout=10) as client:
        before = await _calls(client, state)
        headers = sign(state.hubspot_secret, state.hubspot_url, body, time.time_ns() // 1_000_000)
        (await client.post(state.hubspot_url, content=body, headers=headers)).raise_for_status()
        answered = time.perf_counter()
        while True:
            after = await _calls(client, state)
            elapsed = time.perf_counter() - answered
            if after != before or elapsed > PATIENCE_SECONDS:
                return before, after, elapsed * 1000


async def _calls(client: httpx.AsyncClient, state: DemoState) -> str:
    answer = await client.get(
        f"http://127.0.0.1:{state.port}/v1/kpi-snapshots",
        params={"person_id": state.rep_id, "kpi": "calls-made", "period": "week"},
        headers={"Authorization": f"Bearer {state.rep_key}"},
    )
    value: str = answer.raise_for_status().json()["data"][0]["value"]
    return value
