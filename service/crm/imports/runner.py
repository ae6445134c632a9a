"""Imports: check every row first, then write all of them, or none."""

import asyncio
import itertools
import zoneinfo
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import tzinfo
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.dto.sources import RecordSourceDTO
from service.activities.use_cases.applying import apply_changes
from service.activities.use_cases.sources import current_values, resolve_source
from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal
from service.crm.imports.mapping import ImportKind, ImportMapping, load_mapping
from service.crm.imports.people import check_item, person_items
from service.crm.imports.reading import Fault, count_lines, read_rows
from service.crm.imports.records import RecordReader
from service.crm.imports.report import ImportReport, RowOutcome
from service.crm.imports.skills import open_matrix
from service.crm.imports.values import CellReader, Row
from service.organizations.use_cases.bulk_people import upsert_people
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import owner_identities

ROWS_PER_BATCH = 1000
PEOPLE_PER_BATCH = 500
RATINGS_PER_BATCH = 500

Progress = Callable[[int, int], None]
"""Called with the steps done and those of the whole import; what it raises ends the import."""


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
    """Import a CSV file by a mapping file in one transaction; `invalid` for a mapping that cannot be used."""
    mapping = load_mapping(mapping_path, kind)
    async with database.tenant(org_id) as session:
        system = Principal.system(org_id)
        return await import_file(session, system, path, mapping, dry_run=dry_run, on_progress=on_progress)


async def import_file(
    session: AsyncSession,
    principal: Principal,
    path: Path,
    mapping: ImportMapping,
    *,
    dry_run: bool = False,
    on_progress: Progress = lambda _done, _total: None,
) -> ImportReport:
    """Import a CSV file in the session's transaction; with any fault, nothing is written.

    Run twice, the second changes nothing. A dry run does all of it and undoes it. `invalid` for a mapping
    whose account is needed and not given.
    """
    savepoint = await session.begin_nested()
    report = await _Import(session, principal, path, mapping, on_progress).run()
    if report.faults:
        report.outcomes.clear()
    if dry_run or report.faults:
        await savepoint.rollback()
    else:
        await savepoint.commit()
    return report


class _Import:
    """One import of one file."""

    def __init__(
        self, session: AsyncSession, principal: Principal, path: Path, mapping: ImportMapping, on_progress: Progress
    ) -> None:
        self._session = session
        self._principal = principal
        self._path = path
        self._mapping = mapping
        self._on_progress = on_progress
        self._report = ImportReport()

    async def run(self) -> ImportReport:
        """Check, and write if there is nothing wrong."""
        organization = await get_organization(self._session, self._principal)
        zone = zoneinfo.ZoneInfo(organization.time_zone)
        if self._mapping.kind is ImportKind.PEOPLE:
            await self._import_people(zone)
        elif self._mapping.kind is ImportKind.SKILLS:
            await self._import_skills(zone)
        else:
            await self._import_records(zone)
        return self._report

    async def _import_records(self, zone: tzinfo) -> None:
        session, principal, mapping = self._session, self._principal, self._mapping
        source = await resolve_source(session, principal, mapping.system, mapping.account)
        owners = await owner_identities(session, principal, mapping.owner_system or mapping.system)
        deal_owners: dict[str, str] = {}
        if "owner_of_deal" in mapping.columns:
            deal_owners = await current_values(session, principal, source.id, "deal", "owner")
        checker = RecordReader(mapping, zone, owners, deal_owners)
        async for row in self._checked(zone):
            self._report.add_faults(checker.faults(row))
        if not self._report.faults:
            await self._apply(source, RecordReader(mapping, zone, owners, deal_owners), zone)

    async def _checked(self, zone: tzinfo) -> AsyncIterator[Row]:
        """The rows that can be read, others having their turn now and then; the faults go to the report."""
        total = 2 * count_lines(self._path)
        for row in _readable_rows(self._path, self._mapping, zone, self._report):
            if self._report.rows % ROWS_PER_BATCH == 0:
                self._on_progress(self._report.rows, total)
                await asyncio.sleep(0)
            yield row

    async def _apply(self, source: RecordSourceDTO, reader: RecordReader, zone: tzinfo) -> None:
        rows = _readable_rows(self._path, self._mapping, zone, ImportReport())
        received_at, done = utc_now(), 0
        while batch := list(itertools.islice(rows, ROWS_PER_BATCH)):
            changes = [change for row in batch for change in reader.changes(row)]
            applied = await apply_changes(self._session, self._principal, source, changes, received_at)
            self._report.changed += sum(record.status != "unchanged" for record in applied.values())
            for row in batch:
                record = applied.get(reader.key(row))
                status = "unchanged" if record is None else record.status
                self._report.outcomes.append(RowOutcome(row.line, row.values["id"], status))
            done += len(batch)
            self._on_progress(self._report.rows + done, self._report.rows * 2)

    async def _import_people(self, zone: tzinfo) -> None:
        firsts: dict[str, Row] = {}
        lines: list[tuple[int, str]] = []
        async for row in self._checked(zone):
            first = firsts.setdefault(row.values["id"], row)
            lines.append((row.line, row.values["id"]))
            if first is not row and not self._mapping.repeated_ids:
                column = self._mapping.columns["id"]
                self._report.add_faults([Fault(row.line, column, f"duplicate id, first in line {first.line}")])
        items = person_items(list(firsts.values()), self._mapping)
        for line, item in items:
            self._report.add_faults(check_item(line, item, self._mapping))
        if self._report.faults:
            return
        statuses: dict[str, str] = {}
        for start in range(0, len(items), PEOPLE_PER_BATCH):
            batch = items[start : start + PEOPLE_PER_BATCH]
            for result in await upsert_people(self._session, self._principal, [item for _line, item in batch]):
                line, item = batch[result.index]
                statuses[item["external_id"]] = result.status
                faults = [Fault(line, error["pointer"].lstrip("/"), error["detail"]) for error in result.errors]
                self._report.add_faults(faults)
                self._report.changed += result.status in ("created", "updated")
            self._on_progress(len(items) + start + len(batch), 2 * len(items))
        self._report.outcomes += [RowOutcome(line, id_, statuses[id_]) for line, id_ in lines]

    async def _import_skills(self, zone: tzinfo) -> None:
        matrix = await open_matrix(self._session, self._principal, self._mapping)
        rows = [row async for row in self._checked(zone)]
        for start in range(0, len(rows), RATINGS_PER_BATCH):
            outcomes, faults = await matrix.put(rows[start : start + RATINGS_PER_BATCH])
            self._report.add_faults(faults)
            self._report.outcomes += outcomes
            self._report.changed += sum(outcome.status in ("created", "updated") for outcome in outcomes)
            self._on_progress(len(rows) + start + len(outcomes), 2 * len(rows))


def _readable_rows(path: Path, mapping: ImportMapping, zone: tzinfo, report: ImportReport) -> Iterator[Row]:
    """The rows whose cells can all be read; the others' faults go to the report."""
    reader = CellReader(mapping, zone)
    for raw in read_rows(path, mapping):
        if isinstance(raw, Fault):
            report.add_faults([raw])
            continue
        report.rows += 1
        row, faults = reader.read(raw)
        if faults:
            report.add_faults(faults)
        else:
            yield row
