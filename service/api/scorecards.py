"""`/v1/people/{id}/scorecard` and `/team-scorecard`: every KPI of a person's model, and of the tree below them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import IsoDay, IsoInstant
from service.kpi_snapshots.dto import KpiSnapshotQuery, ScorecardDTO
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.rollups.dto import TeamScorecardDTO
from service.kpi_snapshots.use_cases import scorecards, team_scorecards
from service.success_models.targets import PeriodKind

router = resource_router("/v1/people", "KPI snapshots")


def asked_when(
    period: Annotated[PeriodKind, Query(description="In the organization's own calendar.")] = PeriodKind.MONTH,
    period_start: Annotated[IsoDay | None, Query(description="Default: the period that holds `as_of`.")] = None,
    as_of: Annotated[IsoInstant | None, Query(description="Nothing later counts. Default: now.")] = None,
    known_at: Annotated[IsoInstant | None, Query(description="What reached us later does not count.")] = None,
) -> dict[str, Any]:
    """Which period of a card, and as of when."""
    return {"period": period, "period_start": period_start, "as_of": as_of, "known_at": known_at}


WhenDep = Annotated[dict[str, Any], Depends(asked_when)]


@router.get(
    "/{person_id}/scorecard",
    **operation("getScorecard", "Read a person's scorecard", Permission.KPI_SNAPSHOTS_READ, 404),
)
async def get_scorecard(person_id: UUID, session: SessionDep, principal: PrincipalDep, when: WhenDep) -> ScorecardDTO:
    """Process and outcome apart, each KPI with the periods before. A rep sees the same card as their manager."""
    query = KpiSnapshotQuery.model_validate({"person_id": person_id, **when})
    return await scorecards.get_scorecard(session, principal, query)


@router.get(
    "/{person_id}/team-scorecard",
    **operation("getTeamScorecard", "Read the scorecard of a manager's team", Permission.KPI_SNAPSHOTS_READ, 404),
)
async def get_team_scorecard(
    person_id: UUID, session: SessionDep, principal: PrincipalDep, when: WhenDep
) -> TeamScorecardDTO:
    """The facts of everybody below, pooled, as the reporting lines were then; targets added up."""
    query = KpiSnapshotQuery.model_validate({"manager_id": person_id, **when})
    return await team_scorecards.get_team_scorecard(session, principal, query)
