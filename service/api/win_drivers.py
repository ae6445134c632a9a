"""`/v1/win-drivers`: what goes with wins beyond chance, of a team together and nobody by name."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import Day, Instant
from service.kpi_snapshots.drivers.dto import CASE_MIX, MOST_FIELDS, WinDriversDTO, WinDriversQuery
from service.kpi_snapshots.maturity.dto import SegmentField
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import win_drivers

router = resource_router("/v1/win-drivers", "KPI snapshots")

CASE_MIX_TEXT = (
    "What deals are made equal in: `pipeline`, `amount` or `attributes.…`; repeat it for several. "
    "Default: pipeline and amount."
)


def win_drivers_query(
    manager_id: Annotated[UUID | None, Query(description="The tree below this manager.")] = None,
    team_id: Annotated[UUID | None, Query(description="The people of this team. Default: one's own team.")] = None,
    success_model_id: Annotated[
        UUID | None, Query(description="An active model. Default: the one that most of the deals follow.")
    ] = None,
    case_mix: Annotated[list[SegmentField] | None, Query(max_length=MOST_FIELDS, description=CASE_MIX_TEXT)] = None,
    start: Annotated[Day | None, Query(alias="from", description="Default: 365 days before `until`.")] = None,
    until: Annotated[Day | None, Query(description="The first day that no longer counts. Default: tomorrow.")] = None,
    as_of: Annotated[Instant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> WinDriversQuery:
    """The question as one object."""
    return WinDriversQuery(
        manager_id=manager_id,
        team_id=team_id,
        success_model_id=success_model_id,
        case_mix=CASE_MIX if case_mix is None else tuple(case_mix),
        start=start,
        until=until,
        as_of=as_of,
    )


@router.get("", **operation("getWinDrivers", "Read why deals are won", Permission.KPI_SNAPSHOTS_READ, 404))
async def get_win_drivers(
    session: SessionDep, principal: PrincipalDep, query: Annotated[WinDriversQuery, Depends(win_drivers_query)]
) -> WinDriversDTO:
    """Odds ratios of evidence and activity from before the close, the case mix and the person being equal.

    Associations, not causes. Everybody of a team may read them; what cannot be told yet says why, and what it takes.
    """
    return await win_drivers.get_win_drivers(session, principal, query)
