"""`touchline import …`, `verify`, `replay` and `unclaimed`; what they need is read when one of them runs."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.cli.running import console, organization_id, run
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.crm.imports.mapping import ImportKind
from service.crm.imports.report import ImportReport

import_app = typer.Typer(no_args_is_help=True)

SHOWN_FAULTS = 200

FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV file with a header row.")]
OrgOption = Annotated[str, typer.Option(help="Organization: id or name.")]
MappingOption = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="TOML file: columns, values, formats.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Report every bad row; write nothing.")]


@import_app.command()
def deals(file: FileArgument, org: OrgOption, mapping: MappingOption, dry_run: DryRunOption = False) -> None:
    """Import deals, with their stages where the file has them."""
    _import(ImportKind.DEALS, file, org, mapping, dry_run=dry_run)


@import_app.command()
def activities(file: FileArgument, org: OrgOption, mapping: MappingOption, dry_run: DryRunOption = False) -> None:
    """Import calls, meetings, e-mails and tasks."""
    _import(ImportKind.ACTIVITIES, file, org, mapping, dry_run=dry_run)


@import_app.command()
def people(file: FileArgument, org: OrgOption, mapping: MappingOption, dry_run: DryRunOption = False) -> None:
    """Import people with their managers."""
    _import(ImportKind.PEOPLE, file, org, mapping, dry_run=dry_run)


@import_app.command()
def skills(file: FileArgument, org: OrgOption, mapping: MappingOption, dry_run: DryRunOption = False) -> None:
    """Import a skill matrix: levels or scores of people's skills."""
    _import(ImportKind.SKILLS, file, org, mapping, dry_run=dry_run)


def _import(kind: ImportKind, file: Path, org: str, mapping: Path, *, dry_run: bool) -> None:
    from service.crm.imports.runner import run_import

    async def work(runtime: Runtime) -> ImportReport:
        org_id = await organization_id(runtime, org)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(f"Importing {kind.value}", total=None)
            return await run_import(
                runtime.database,
                org_id,
                kind,
                file,
                mapping,
                dry_run=dry_run,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )

    report = run(work)
    for fault in report.faults[:SHOWN_FAULTS]:
        console.print(f"line {fault.line}, {fault.column}: {fault.message}", markup=False)
    if report.fault_count > SHOWN_FAULTS:
        console.print(f"… and {report.fault_count - SHOWN_FAULTS} more faults")
    if report.faults:
        console.print(f"{report.fault_count} faults in {report.rows} rows; nothing was imported.")
        raise typer.Exit(1)
    verb = "would change" if dry_run else "changed"
    console.print(f"{report.rows} rows read, {report.changed} {verb}.")


def verify(org: Annotated[str, typer.Option(help="Organization: id or name.")]) -> None:
    """Recompute every cell from the facts and compare; exit 1 on any difference."""
    from service.kpi_snapshots.use_cases.verification import verify_cells

    async def work(runtime: Runtime) -> int:
        org_id = await organization_id(runtime, org)
        async with runtime.database.tenant(org_id) as session:
            result = await verify_cells(session, Principal.system(org_id))
        for item in result.differences:
            console.print(
                f"person {item.person_id}, measure {item.measure_id}, {item.day}: "
                f"stored {item.stored}, from the facts {item.recomputed}"
            )
        console.print(
            f"{result.cells} cells compared with the facts: {len(result.differences)} differences"
            + (f"; {result.dirty} marked cells wait for the worker and were left out." if result.dirty else ".")
        )
        return len(result.differences)

    if run(work):
        raise typer.Exit(1)


def replay(
    org: Annotated[str, typer.Option(help="Organization: id or name.")],
    connection: Annotated[UUID, typer.Option(help="CRM connection.")],
    received_from: Annotated[datetime | None, typer.Option(help="First arrival (UTC).")] = None,
    received_until: Annotated[datetime | None, typer.Option(help="Before this arrival (UTC).")] = None,
) -> None:
    """Process a connection's raw deliveries again; a worker carries it out."""
    from service.crm.dto.connections import ReplayRequest
    from service.crm.use_cases.events import replay_connection

    async def work(runtime: Runtime) -> None:
        org_id = await organization_id(runtime, org)
        span = ReplayRequest.model_validate(
            {
                "received_from": f"{received_from.isoformat()}+00:00" if received_from else None,
                "received_until": f"{received_until.isoformat()}+00:00" if received_until else None,
            }
        )
        async with runtime.database.tenant(org_id) as session:
            result = await replay_connection(session, Principal.system(org_id), connection, span)
        console.print(f"{result.deliveries} deliveries are queued again.")

    run(work)


def unclaimed() -> None:
    """Show verified deliveries of accounts that no connection claims yet."""
    from service.crm.use_cases.unclaimed import list_unclaimed

    async def work(runtime: Runtime) -> None:
        async with runtime.database.directory() as session:
            rows = await list_unclaimed(session)
        for row in rows:
            console.print(
                f"{row.system} account {row.account_id} (app {row.app_id}): {row.deliveries} deliveries, "
                f"last {row.last_received_at:%Y-%m-%d %H:%M} UTC"
            )
        console.print(f"{len(rows)} accounts. They are handed over when a connection of theirs appears.")

    run(work)
