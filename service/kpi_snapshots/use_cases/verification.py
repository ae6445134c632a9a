"""Proof that the cells are what the facts say: recompute all of them and compare."""

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.kpi_snapshots.dto import CellDifferenceDTO, VerificationDTO
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import cells as repository
from service.success_models.measures import Measure

SHOWN_DIFFERENCES = 100


async def verify_cells(session: AsyncSession, principal: Principal) -> VerificationDTO:
    """Compare every cell with the facts, in one statement and so at one instant; up to 100 differences are shown."""
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    rows = await repository.list_measures(session, principal.org_id)
    measures = [Measure.model_validate(row.definition) for row in rows if row.built_at is not None]
    differences = await repository.find_differences(session, principal.org_id, measures, SHOWN_DIFFERENCES)
    cells, dirty = await repository.count_cells(session, principal.org_id)
    found = [CellDifferenceDTO.model_validate(difference._asdict()) for difference in differences]
    return VerificationDTO(cells=cells, dirty=dirty, differences=found)
