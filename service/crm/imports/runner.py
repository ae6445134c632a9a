"""Imports: check every row first, then write all of them in one transaction, or none."""

import itertools
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.dto.sources import RecordSourceDTO
from service.activities.use_cases.applying import apply_changes
from service.activities.use_cases.sources import current_values, ensure_source
from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import invalid
from service.core.principal import Principal
from service.crm.imports.mapping import ImportKind, ImportMapping, load_mapping
from service.crm.imports.people import check_item, person_items
from service.crm.imports.reading import Fault, count_lines, read_rows
from service.crm.imports.records import RecordReader
from service.crm.imports.values import CellReader, Row
from service.crm.repository import connections as connection_repository
from service.organizations.use_cases.bulk_people import upsert_people
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import owner_identities

ROWS_PER_BATCH = 1000
PEOPLE_PER_BATCH = 500

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class ImportReport:
    """What an import found and did: rows read, records changed, and every fault by line and column."""

    rows: int = 0
    changed: int = 0
    faults: list[Fault] = field(default_factory=list)


class _DryRun(Exception):  # noqa: N818 - ends a transaction on purpose
    """Rolls a dry run back after everything was tried."""


async def run_import(
    database: Database,
    org_id: UUID,
    kind: ImportKind,
    path: Path,
    mapping_path: Path,
    *,
    dry_run: bool = False,
    on_progress: Progress = lambda _done, _total: None,
) -> ImportReport:
    """Import a CSV file; with any fault, nothing is written. Run twice, the second changes nothing.

    A dry run does all of it and rolls back. `invalid` for a mapping file that cannot be used.
    """
    mapping = load_mapping(mapping_path, kind)
    report = ImportReport()
    try:
        async with database.tenant(org_id) as session:
            await _import(session, Principal.system(org_id), path, mapping, report, on_progress)
            if dry_run or report.faults:
                raise _DryRun  # noqa: TRY301 - leaving the block by an exception is what rolls back
    except _DryRun:
        pass
    return report


async def _import(
    session: AsyncSession,
    principal: Principal,
    path: Path,
    mapping: ImportMapping,
    report: ImportReport,
    on_progress: Progress,
) -> None:
    organization = await get_organization(session, principal)
    zone = zoneinfo.ZoneInfo(organization.time_zone)
    if mapping.kind is ImportKind.PEOPLE:
        await _import_people(session, principal, path, mapping, zone, report)
        return
    account = mapping.account or await _only_account(session, principal, mapping.system)
    source = await ensure_source(session, principal, mapping.system, account)
    owners = await owner_identities(session, principal, mapping.owner_system or mapping.system)
    deal_owners: dict[str, str] = {}
    if "owner_of_deal" in mapping.columns:
        deal_owners = await current_values(session, principal, source.id, "deal", "owner")
    total = count_lines(path) * 2
    checker = RecordReader(mapping, zone, owners, deal_owners)
    for row in _checked_rows(path, mapping, zone, report, lambda done: on_progress(done, total)):
        report.faults += checker.faults(row)
    if not report.faults:
        reader = RecordReader(mapping, zone, owners, deal_owners)
        await _apply(session, principal, source, path, mapping, zone, reader, report, on_progress)


async def _apply(
    session: AsyncSession,
    principal: Principal,
    source: RecordSourceDTO,
    path: Path,
    mapping: ImportMapping,
    zone: tzinfo,
    reader: RecordReader,
    report: ImportReport,
    on_progress: Progress,
) -> None:
    rows = _checked_rows(path, mapping, zone, ImportReport(), lambda _done: None)
    received_at, done = utc_now(), 0
    while batch := list(itertools.islice(rows, ROWS_PER_BATCH)):
        changes = [change for row in batch for change in reader.changes(row)]
        report.changed += await apply_changes(session, principal, source, changes, received_at)
        done += len(batch)
        on_progress(report.rows + done, report.rows * 2)


async def _import_people(
    session: AsyncSession,
    principal: Principal,
    path: Path,
    mapping: ImportMapping,
    zone: tzinfo,
    report: ImportReport,
) -> None:
    firsts: dict[str, Row] = {}
    for row in _checked_rows(path, mapping, zone, report, lambda _done: None):
        first = firsts.setdefault(row.values["id"], row)
        if first is not row and not mapping.repeated_ids:
            report.faults.append(Fault(row.line, mapping.columns["id"], f"duplicate id, first in line {first.line}"))
    items = person_items(list(firsts.values()), mapping)
    report.faults += [fault for line, item in items for fault in check_item(line, item, mapping)]
    if report.faults:
        return
    for start in range(0, len(items), PEOPLE_PER_BATCH):
        batch = items[start : start + PEOPLE_PER_BATCH]
        for result in await upsert_people(session, principal, [item for _line, item in batch]):
            line = batch[result.index][0]
            if result.status == "failed":
                report.faults += [Fault(line, error["pointer"].lstrip("/"), error["detail"]) for error in result.errors]
            report.changed += result.status in ("created", "updated")


def _checked_rows(
    path: Path, mapping: ImportMapping, zone: tzinfo, report: ImportReport, on_line: Callable[[int], None]
) -> Iterator[Row]:
    """The rows whose cells can all be read; the others' faults go to the report."""
    reader = CellReader(mapping, zone)
    for raw in read_rows(path, mapping):
        if isinstance(raw, Fault):
            report.faults.append(raw)
            continue
        report.rows += 1
        row, faults = reader.read(raw)
        if report.rows % ROWS_PER_BATCH == 0:
            on_line(report.rows)
        if faults:
            report.faults += faults
        else:
            yield row


async def _only_account(session: AsyncSession, principal: Principal, system: str) -> str:
    """The account of the organization's only connection to a system, where the mapping names none."""
    connections = await connection_repository.get_connections(session, principal.org_id)
    accounts = {row.account_id for row in connections if row.system == system}
    if len(accounts) != 1:
        raise invalid("account", f"is needed: {len(accounts)} accounts of {system} are connected", "invalid_mapping")
    return accounts.pop()
