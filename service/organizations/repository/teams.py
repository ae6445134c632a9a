"""Every query of teams and their members."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.organizations.dto.teams import TEAM_SORTING
from service.organizations.models import Team, TeamMember


async def get_team(session: AsyncSession, org_id: UUID, team_id: UUID, *, lock: bool = False) -> Team | None:
    """One team, locked for an update on request."""
    query = select(Team).where(col(Team.org_id) == org_id, col(Team.id) == team_id)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def get_team_by_name(session: AsyncSession, org_id: UUID, name: str) -> Team | None:
    """The team of this name."""
    return (await session.exec(select(Team).where(col(Team.org_id) == org_id, col(Team.name) == name))).first()


async def list_teams(session: AsyncSession, org_id: UUID, page: PageRequest) -> Page[Team]:
    """One page of teams."""
    return await fetch_page(session, select(Team).where(col(Team.org_id) == org_id), Team, TEAM_SORTING, page)


async def list_members(session: AsyncSession, org_id: UUID, team_ids: Collection[UUID]) -> list[TeamMember]:
    """The members of some teams, in the order of their ids."""
    query = select(TeamMember).where(col(TeamMember.org_id) == org_id, col(TeamMember.team_id).in_(team_ids))
    return list((await session.exec(query.order_by(col(TeamMember.person_id)))).all())


async def replace_members(session: AsyncSession, org_id: UUID, team_id: UUID, person_ids: Iterable[UUID]) -> None:
    """Make these the members of a team."""
    team = (col(TeamMember.org_id) == org_id, col(TeamMember.team_id) == team_id)
    await session.exec(delete(TeamMember).where(*team))
    session.add_all([TeamMember(org_id=org_id, team_id=team_id, person_id=id_) for id_ in person_ids])
    await session.flush()
