"""Monday as the manager reads it: every figure comes from the public REST surface."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx
from rich.console import Console
from rich.table import Table

from service.demo.archetypes import MANAGERS
from service.demo.monday import (
    CALLS_FOR,
    OUTCOME,
    Standing,
    advice,
    behind,
    by_level,
    luck,
    matters_most,
    previous_quarter,
    shown,
    skill_gap,
    standing,
    way_back,
    working_day_share,
)
from service.demo.next_session import brief_command, next_session
from service.demo.state import DemoState

EARLY_WORKING_DAYS = Decimal("0.3")
QUOTA = "won-amount"
PERIOD_IS_OVER = 422


@dataclass(frozen=True, slots=True)
class Reader:
    """The REST surface, as one person sees it."""

    client: httpx.AsyncClient
    key: str

    async def get(self, path: str) -> Any:
        """The body of a read."""
        return (await self.client.get(path, headers=self._headers)).raise_for_status().json()

    async def ask(self, path: str, body: dict[str, str]) -> httpx.Response:
        """The answer to a question with a body."""
        return await self.client.post(path, json=body, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


async def print_monday(client: httpx.AsyncClient, state: DemoState, today: date, console: Console) -> None:
    """The team's table, who is behind, what matters most for each, one way back from the quota, the next session."""
    reader = Reader(client, state.manager_key)
    reports = (await reader.get(f"/v1/people?manager_id={state.manager_id}"))["data"]
    period, start, end = await _period(reader, state, today)
    share = working_day_share(start, end, today)
    team: dict[str, list[Standing]] = {person["id"]: [] for person in reports}
    path = f"/v1/kpi-snapshots?manager_id={state.manager_id}&period={period}&period_start={start}&limit=200"
    for snapshot in (await reader.get(path))["data"]:
        team[snapshot["person_id"]].append(standing(snapshot))
    console.print()
    console.print(
        f"[bold]{MANAGERS[0].name}'s Monday[/bold], {today}: {period} from {start} to {end}, "
        f"{round(share * 100)} % of its working days are over. Value / due by now."
    )
    console.print(_table(reports, team))
    _print_behind(reports, team, console)
    await _print_luck(reader, state, console)
    await _print_opportunities(reader, state, reports, team, console)
    await _print_gaps(reader, state, console)
    await _print_way_back(reader, reports, team, end, console)
    await _print_next_session(reader, state, console)


def _print_behind(reports: list[dict[str, Any]], team: dict[str, list[Standing]], console: Console) -> None:
    lines = [line for person in reports if (line := behind(person["name"], team[person["id"]]))]
    console.print("[bold]Behind pace[/bold], with the chance of still making it" if lines else "Nobody is behind pace.")
    for line in lines:
        console.print(f"• {line}", soft_wrap=True)


async def _print_luck(reader: Reader, state: DemoState, console: Console) -> None:
    """Process apart from luck in the last quarter: in this one most deals are open still."""
    path = f"/v1/quadrants?manager_id={state.manager_id}&period=quarter"
    now = await reader.get(path)
    last = await reader.get(f"{path}&period_start={previous_quarter(date.fromisoformat(now['period_start']))}")
    console.print(f"[bold]Process or luck?[/bold] The quarter from {last['period_start']} to {last['period_end']}")
    for person in last["people"]:
        console.print(f"• {luck(person)}", soft_wrap=True)
    open_yet = sum(person["verdict"] not in CALLS_FOR for person in now["people"])
    console.print(f"• In this quarter it is too early to tell of {open_yet} of {len(now['people'])}.", soft_wrap=True)


async def _print_opportunities(
    reader: Reader,
    state: DemoState,
    reports: list[dict[str, Any]],
    team: dict[str, list[Standing]],
    console: Console,
) -> None:
    found: dict[str, list[dict[str, Any]]] = {}
    path = f"/v1/coaching-opportunities?manager_id={state.manager_id}&status=open&limit=200"
    for one in (await reader.get(path))["data"]:
        found.setdefault(one["person_id"], []).append(one)
    levels = {item.kpi: item.level for items in team.values() for item in items}
    console.print("[bold]The one opportunity that matters most[/bold]")
    for person in reports:
        best = matters_most(found.get(person["id"], []), levels)
        console.print(f"• {advice(person['name'], best)}", soft_wrap=True)


async def _print_gaps(reader: Reader, state: DemoState, console: Console) -> None:
    found = await reader.get(f"/v1/skill-gaps?manager_id={state.manager_id}")
    console.print("[bold]The one skill gap that matters most[/bold], as far as it can be told")
    for person in found["people"]:
        console.print(f"• {skill_gap(person)}", soft_wrap=True)


async def _print_way_back(
    reader: Reader, reports: list[dict[str, Any]], team: dict[str, list[Standing]], end: date, console: Console
) -> None:
    """For whom the quota is least certain; where a quarter has no working time left, of the next one."""
    model = (await reader.get("/v1/success-models?status=active"))["data"][0]["id"]

    def chance(person: dict[str, Any]) -> Decimal:
        return min((item.chance or Decimal(0) for item in team[person["id"]] if item.kpi == QUOTA), default=Decimal(1))

    person = min(reports, key=chance)
    body = {"person_id": person["id"], "period": "quarter"}
    answer = await reader.ask(f"/v1/success-models/{model}/plan", body)
    if answer.status_code == PERIOD_IS_OVER:
        body["period_start"] = str(end + timedelta(days=1))
        answer = await reader.ask(f"/v1/success-models/{model}/plan", body)
    console.print("[bold]The way back from the quota[/bold]")
    for line in way_back(person["name"], answer.raise_for_status().json()):
        console.print(f"• {line}" if not line.startswith(" ") else line, soft_wrap=True)


async def _print_next_session(reader: Reader, state: DemoState, console: Console) -> None:
    path = f"/v1/coaching-sessions?manager_id={state.manager_id}&status=scheduled&sort=starts_at&limit=1"
    found = (await reader.get(f"{path}&starts_from={quote(datetime.now(UTC).isoformat())}"))["data"]
    console.print("[bold]The next session[/bold]" if found else "No session is planned.")
    for session in found:
        brief = await reader.get(f"/v1/coaching-sessions/{session['id']}/brief")
        for line in next_session(session, brief):
            console.print(f"• {line}", soft_wrap=True)
        command = brief_command(str(reader.client.base_url).rstrip("/"), session["id"], reader.key)
        console.print(f"• Its brief, as a page: {command}", soft_wrap=True)


async def _period(reader: Reader, state: DemoState, today: date) -> tuple[str, date, date]:
    """This month, or this quarter where the month is too young to say anything."""
    for period in ("month", "quarter"):
        path = f"/v1/kpi-snapshots?manager_id={state.manager_id}&period={period}&limit=1"
        (found,) = (await reader.get(path))["data"]
        start, end = date.fromisoformat(found["period_start"]), date.fromisoformat(found["period_end"])
        if working_day_share(start, end, today) >= EARLY_WORKING_DAYS:
            break
    return period, start, end


def _table(reports: list[dict[str, Any]], team: dict[str, list[Standing]]) -> Table:
    table = Table(show_lines=False)
    table.add_column("KPI")
    for person in reports:
        table.add_column(person["name"].replace(" ", "\n"), justify="right")
    level = ""
    for index, first in enumerate(by_level(next(iter(team.values()), []))):
        if first.level != level:
            level = first.level
            label = "Outcome" if level == OUTCOME else f"Process: {level}"
            table.add_row(f"[bold]{label}[/bold]", *[""] * len(reports), end_section=False)
        row = [by_level(team[person["id"]])[index] for person in reports]
        cells = [f"{one.color}{shown(one.value, one.unit)} / {shown(one.expected, one.unit)}" for one in row]
        table.add_row(f"  {first.name}", *cells)
    return table
