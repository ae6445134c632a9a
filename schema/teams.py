"""Teams: groups of people that targets and programmes can name."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, part_of_list, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.organizations.dto.teams import TEAM_SORTING, CreateTeam, TeamDTO, UpdateTeam
from service.organizations.permissions import Permission
from service.organizations.use_cases import teams

READ, WRITE = Permission.TEAMS_READ, Permission.TEAMS_WRITE


@strawberry.type(description="A group of people that targets and programmes can name.")
class Team(Node):
    """A team."""

    row: strawberry.Private[TeamDTO]
    name: str
    description: str | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(
        description="Those of its people whom the caller may see.",
        metadata={NEEDS: Permission.PEOPLE_READ},
        extensions=[Paged()],
    )
    async def members(self, info: Info, page: PageRequest) -> Connection[Person]:
        """Through the loader."""
        found = await info.context.loaders.people.load_many(self.row.member_ids)
        return part_of_list([person for person in found if person], to_person, page)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(Team, TeamDTO)


def to_team(dto: TeamDTO) -> Team:
    """The GraphQL view of a team."""
    return Team(id=to_global_id("Team", dto.id), row=dto, **dto.model_dump(exclude={"id", "member_ids"}))


async def load_team(info: Info, id_: UUID) -> Team:
    """By row id."""
    async with info.context.session() as session:
        return to_team(await teams.get_team(session, info.context.principal, id_))


@strawberry.type
class TeamsQuery:
    """Queries of teams."""

    @strawberry.field(description="One team.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def team(self, info: Info, id: strawberry.ID) -> Team | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_team(info, row_id(id, "Team"))

    @strawberry.field(
        description="Every team.", metadata={NEEDS: READ}, extensions=[Paged(orders("TeamSort", TEAM_SORTING))]
    )
    async def teams(self, info: Info, page: PageRequest) -> Connection[Team]:
        """One page."""
        async with info.context.session() as session:
            found = await teams.list_teams(session, info.context.principal, page)
        return to_connection(found, to_team, page)


@strawberry.type(description="A team as it is now.")
class TeamPayload:
    """The answer to a mutation of one team."""

    team: Team = strawberry.field(description="The team.")


@strawberry.input(description="A new team.")
class CreateTeamInput:
    """All that a team begins with."""

    name: str
    description: str | None = UNSET
    member_ids: list[strawberry.ID] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays; `memberIds` replaces all members.")
class UpdateTeamInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    name: str | None = UNSET
    description: str | None = UNSET
    member_ids: list[strawberry.ID] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which team to delete.")
class DeleteTeamInput:
    """A deletion."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


def _team(dto: TeamDTO, _data: object) -> TeamPayload:
    return TeamPayload(team=to_team(dto))


@mutation("Add a team.", needs=WRITE, payload=TeamPayload, render=_team)
async def create_team(session: TenantSession, info: Info, data: CreateTeamInput) -> TeamDTO:
    """`POST /v1/teams`."""
    return await teams.create_team(session, info.context.principal, to_dto(CreateTeam, data))


@mutation("Change a team: what is absent stays.", needs=WRITE, payload=TeamPayload, render=_team)
async def update_team(session: TenantSession, info: Info, data: UpdateTeamInput) -> TeamDTO:
    """`PATCH /v1/teams/{id}`."""
    team_id, changes = row_id(data.id, "Team"), to_dto(UpdateTeam, data)
    return await teams.update_team(session, info.context.principal, team_id, changes, precondition(data.if_match))


@mutation("Delete a team; its people stay.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_team(session: TenantSession, info: Info, data: DeleteTeamInput) -> None:
    """`DELETE /v1/teams/{id}`."""
    await teams.delete_team(session, info.context.principal, row_id(data.id, "Team"), precondition(data.if_match))


@strawberry.type
class TeamsMutation:
    """Mutations of teams."""

    create_team = create_team
    update_team = update_team
    delete_team = delete_team
