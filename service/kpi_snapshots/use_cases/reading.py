"""Ready snapshots, read: of now only, and only where everybody's are there and fresh."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.pagination import Page, PageRequest, cut
from service.core.trusted import TrustedReader
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.repository import ready as repository
from service.kpi_snapshots.repository.ready import Wanted
from service.organizations.use_cases.scope import local_today
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.success_models import active_model_ids

FRESH_FOR = timedelta(minutes=90)
"""Older rows than this are of a worker that stands still: then numbers are computed when they are read."""
_SNAPSHOTS = TrustedReader(KpiSnapshotDTO)
DAYS_AT_MOST = {PeriodKind.WEEK: 7, PeriodKind.MONTH: 31, PeriodKind.QUARTER: 92, PeriodKind.YEAR: 366}


async def find_wanted(
    session: AsyncSession, org_id: UUID, query: KpiSnapshotQuery, person_ids: Collection[UUID] | None
) -> Wanted | None:
    """The ready rows that answer a question; None where it is not one of now."""
    if query.as_of is not None or query.known_at is not None:
        return None
    today, start = await local_today(session, org_id), query.period_start
    if start is not None and not today - timedelta(days=DAYS_AT_MOST[query.period]) < start <= today:
        return None
    models = await active_model_ids(session, org_id)
    return Wanted(org_id, person_ids, query.period.value, today, start, utc_now() - FRESH_FOR, models)


async def read_ready_page(
    session: AsyncSession, wanted: Wanted, kpi: str | None, page: PageRequest
) -> Page[KpiSnapshotDTO] | None:
    """One page of ready snapshots; None where some are missing, or there are none at all."""
    if await repository.list_missing(session, wanted, 1):
        return None
    found = await repository.load_ready_page(session, wanted, kpi, page)
    if not found and page.cursor is None and page.before is None:
        return None
    return cut(_SNAPSHOTS.read([row for _, row in found]), [position for position, _ in found], page)


async def read_ready(
    session: AsyncSession, wanted: Wanted, kpi: str | None
) -> tuple[dict[UUID, list[KpiSnapshotDTO]], set[UUID]]:
    """Several people's ready snapshots, and those whose are missing."""
    missing = set(await repository.list_missing(session, wanted))
    found: dict[UUID, list[KpiSnapshotDTO]] = {}
    for snapshot in _SNAPSHOTS.read(await repository.load_ready(session, wanted, kpi)):
        if snapshot.person_id not in missing:
            found.setdefault(snapshot.person_id, []).append(snapshot)
    return found, missing
