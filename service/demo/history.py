"""The part of the story before the cut: CSV files and mappings, imported as a customer would."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from service.crm.imports.mapping import ImportKind
from service.demo.archetypes import MANAGERS, RAMP_DAYS, REPS, Archetype
from service.demo.generator import DemoData, Opportunity, Work
from service.demo.identifiers import PORTAL_ID, SALESFORCE_ORG_ID, SYSTEMS, owner_id, record_id

ACCOUNTS = (PORTAL_ID, SALESFORCE_ORG_ID)

Row = dict[str, object]
ImportFile = tuple[ImportKind, Path, Path]


def write_history(folder: Path, data: DemoData, cut: datetime) -> list[ImportFile]:
    """Write every file of the history and its mapping; returns them in the order of import."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[ImportFile] = []
    for team, system in enumerate(SYSTEMS):
        opportunities = [item for item in data.opportunities if item.rep.team == team and item.created_at < cut]
        work = [item for item in data.work if item.rep.team == team and item.at < cut]
        files.append(_write(folder, ImportKind.PEOPLE, f"{system}-people", team, _people(team, data)))
        files.append(_write(folder, ImportKind.DEALS, f"{system}-deals", team, _deals(opportunities, cut)))
        files.append(_write(folder, ImportKind.DEALS, f"{system}-stages", team, _stages(opportunities, cut)))
        files.append(_write(folder, ImportKind.ACTIVITIES, f"{system}-activities", team, _activities(work)))
    return files


def _people(team: int, data: DemoData) -> Iterator[Row]:
    manager = MANAGERS[team]
    start = data.start.isoformat()
    yield {
        "id": f"manager-{team}", "name": manager.name, "email": manager.email, "role": "manager",
        "job_role": "Manager", "hired_on": start, "manager": "", "manager_from": "",
    }  # fmt: skip
    for rep in REPS:
        if rep.team == team:
            ramping = rep.archetype is Archetype.RAMPING
            hired = data.start.fromordinal(data.start.toordinal() + 365 - RAMP_DAYS) if ramping else data.start
            yield {
                "id": owner_id(rep), "name": rep.name, "email": rep.email, "role": "rep", "job_role": "AE",
                "hired_on": hired.isoformat(), "manager": f"manager-{team}", "manager_from": hired.isoformat(),
            }  # fmt: skip


def _deals(opportunities: Iterable[Opportunity], cut: datetime) -> Iterator[Row]:
    for item in opportunities:
        done = [move for move in item.moves if move[0] < cut]
        at, stage = done[-1]
        yield {
            "id": record_id(item.rep, "deal", item.number), "name": item.name, "owner": owner_id(item.rep),
            "amount": item.amount, "currency": "USD", "created_at": item.created_at.isoformat(), "stage": stage,
            "closed_at": at.isoformat() if stage.startswith("closed") else "", "modified_at": at.isoformat(),
        }  # fmt: skip


def _stages(opportunities: Iterable[Opportunity], cut: datetime) -> Iterator[Row]:
    for item in opportunities:
        for at, stage in item.moves:
            if at < cut:
                yield {
                    "id": record_id(item.rep, "deal", item.number), "stage": stage, "modified_at": at.isoformat(),
                }  # fmt: skip


def _activities(work: Iterable[Work]) -> Iterator[Row]:
    for item in work:
        yield {
            "id": record_id(item.rep, item.kind, item.number), "kind": item.kind,
            "object": _object(item), "owner": owner_id(item.rep), "occurred_at": item.at.isoformat(),
            "outcome": item.outcome or "", "direction": item.direction or "",
            "duration_seconds": "" if item.seconds is None else item.seconds,
            "deal": "" if item.deal is None else record_id(item.rep, "deal", item.deal),
        }  # fmt: skip


def _object(item: Work) -> str:
    """The object a record is: in Salesforce calls and e-mails are tasks."""
    return item.kind if item.rep.team == 0 or item.kind == "meeting" else "task"


def _write(folder: Path, kind: ImportKind, name: str, team: int, rows: Iterator[Row]) -> ImportFile:
    path, mapping = folder / f"{name}.csv", folder / f"{name}.toml"
    first = next(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)
    mapping.write_text(_mapping(kind, team, list(first), repeated="stages" in name), "utf-8")
    return kind, path, mapping


def _mapping(kind: ImportKind, team: int, columns: list[str], *, repeated: bool) -> str:
    lines = [f'kind = "{kind.value}"', f'system = "{SYSTEMS[team]}"']
    if kind is not ImportKind.PEOPLE:
        lines.append(f'account = "{ACCOUNTS[team]}"')
    if repeated:
        lines.append("repeated_ids = true")
    lines += ["", "[columns]"]
    lines += [f'{column} = "{column}"' for column in columns]
    return "\n".join(lines) + "\n"
