"""`/v1/teams`: groups of people that targets and programmes can name."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.organizations.dto.teams import TEAM_SORTING, CreateTeam, TeamDTO, UpdateTeam
from service.organizations.permissions import Permission
from service.organizations.use_cases import teams

router = resource_router("/v1/teams", "teams")


@router.get("", **operation("listTeams", "List teams", Permission.TEAMS_READ))
async def list_teams(
    session: SessionDep, principal: PrincipalDep, page: Annotated[ListRequest, sorted_by(TEAM_SORTING)]
) -> ListEnvelope[TeamDTO]:
    """Every team, with those of its members whom the caller may see."""
    return page.answer(await teams.list_teams(session, principal, page))


@router.post("", status_code=201, **operation("createTeam", "Add a team", Permission.TEAMS_WRITE, 409, tagged=True))
async def create_team(data: CreateTeam, session: SessionDep, principal: PrincipalDep) -> TeamDTO:
    """Its name is its own within the organization."""
    return await teams.create_team(session, principal, data)


@router.get("/{team_id}", **operation("getTeam", "Read a team", Permission.TEAMS_READ, 404))
async def get_team(team_id: UUID, session: SessionDep, principal: PrincipalDep) -> TeamDTO:
    """With those of its members whom the caller may see."""
    return await teams.get_team(session, principal, team_id)


@router.patch("/{team_id}", **operation("updateTeam", "Change a team", Permission.TEAMS_WRITE, 404, 409))
async def update_team(
    team_id: UUID, data: UpdateTeam, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> TeamDTO:
    """Merge-patch: absent fields stay; `member_ids` replaces all members."""
    return await teams.update_team(session, principal, team_id, data, expected)


@router.delete("/{team_id}", status_code=204, **operation("deleteTeam", "Delete a team", Permission.TEAMS_WRITE, 404))
async def delete_team(team_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep) -> None:
    """Its people stay."""
    await teams.delete_team(session, principal, team_id, expected)
