"""What snapshots of closed periods were, and why they changed."""

from collections.abc import Collection, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.closings import Reason, explain
from service.kpi_snapshots.dto import KpiSnapshotDTO, SnapshotKey, SnapshotRevisionDTO
from service.kpi_snapshots.models import SnapshotRevision
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import revisions as repository
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import local_today, visible_people


async def list_snapshot_revisions(
    session: AsyncSession, principal: Principal, key: SnapshotKey
) -> list[SnapshotRevisionDTO]:
    """Read the revisions of a snapshot, the first one first; none while its period is not closed.

    `not_found` for a person outside the caller's scope.
    """
    found = await snapshot_revisions_of(session, principal, [key])
    if key not in found:
        raise not_found("kpi_snapshot")
    return found[key]


async def snapshot_revisions_of(
    session: AsyncSession, principal: Principal, keys: Collection[SnapshotKey]
) -> dict[SnapshotKey, list[SnapshotRevisionDTO]]:
    """Read those of several snapshots; snapshots of people outside the scope are left out."""
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    visible = await visible_people(session, principal, await local_today(session, principal.org_id))
    people = {key.person_id for key in keys}
    known = await get_people(session, principal.as_system(), people if visible is None else people & visible)
    rows: dict[SnapshotKey, list[SnapshotRevision]] = {key: [] for key in keys if key.person_id in known}
    named = {(key.person_id, key.kpi, key.period.value, key.period_start): key for key in rows}
    for row in await repository.list_revisions(session, principal.org_id, named.keys()):
        rows[named[row.person_id, row.kpi, row.period, row.period_start]].append(row)
    return {key: _present(found) for key, found in rows.items()}


def _present(rows: Sequence[SnapshotRevision]) -> list[SnapshotRevisionDTO]:
    snapshots = [KpiSnapshotDTO.model_validate(row.snapshot) for row in rows]
    return [
        SnapshotRevisionDTO(
            revision=row.revision,
            recorded_at=row.recorded_at,
            reason=Reason(row.reason),
            explanation=explain(Reason(row.reason), was.model_dump() if was else None, snapshot.model_dump()),
            snapshot=snapshot,
        )
        for row, was, snapshot in zip(rows, [None, *snapshots], snapshots, strict=False)
    ]
