"""Coaching programmes: who coaches whom, how often and how."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.coaching_series import SeriesChanges, person_of
from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import precondition, row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, part_of_list, to_connection, to_global_id
from service.coaching_sessions.dto.programmes import (
    PROGRAMME_SORTING,
    ChangeSeries,
    CoachingProgrammeDTO,
    CreateCoachingProgramme,
    EndProgramme,
    ProgrammeFilter,
    UpdateCoachingProgramme,
)
from service.coaching_sessions.laying import ClockOf, WhenAway
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import programmes
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.COACHING_PROGRAMMES_READ, Permission.COACHING_PROGRAMMES_WRITE


@strawberry.input(description="Pairs begin wave by wave, in an order that is drawn.")
class StaggeredStartInput:
    """Of a new programme."""

    waves: int
    every_weeks: int
    seed: int = 0


@strawberry.type(description="Who coaches whom, how often and how; everybody it covers has a cadence.")
class CoachingProgramme(Node):
    """A programme."""

    row: strawberry.Private[CoachingProgrammeDTO]
    name: str
    description: str | None
    job_role: str | None
    rule: str
    starts_on: dt.date
    ends_on: dt.date | None
    starts_at: dt.time
    minutes: int
    format_key: str
    clock_of: ClockOf
    when_away: WhenAway
    staggered_waves: int | None = strawberry.field(
        description="In how many waves its pairs begin, in an order that is drawn; null: all at once."
    )
    staggered_every_weeks: int | None = strawberry.field(description="Weeks from one wave to the next.")
    staggered_seed: int | None = strawberry.field(description="Of the draw.")
    ended_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="It covers the tree below this manager; null: of everybody, or hidden.")
    async def manager(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await person_of(info, self.row.manager_id)

    @strawberry.field(description="It covers members of this team; null: whatever the team.")
    def team_id(self) -> strawberry.ID | None:
        """A global id."""
        return None if self.row.team_id is None else to_global_id("Team", self.row.team_id)

    @strawberry.field(description="Minutes before the start, each a reminder.", extensions=[Paged(whole=True)])
    def reminder_minutes(self, page: PageRequest) -> Connection[int]:
        """As they were given."""
        return part_of_list(self.row.reminder_minutes, int, page)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(CoachingProgramme, CoachingProgrammeDTO)


def to_programme(dto: CoachingProgrammeDTO) -> CoachingProgramme:
    """The GraphQL view of a programme."""
    fields = dto.model_dump(exclude={"id", "manager_id", "team_id", "reminder_minutes", "staggered_start"})
    start = dto.staggered_start
    return CoachingProgramme(
        id=to_global_id("CoachingProgramme", dto.id),
        row=dto,
        staggered_waves=None if start is None else start.waves,
        staggered_every_weeks=None if start is None else start.every_weeks,
        staggered_seed=None if start is None else start.seed,
        **fields,
    )


async def load_coaching_programme(info: Info, id_: UUID) -> CoachingProgramme:
    """By row id."""
    async with info.context.session() as session:
        return to_programme(await programmes.get_coaching_programme(session, info.context.principal, id_))


@strawberry.type
class CoachingProgrammesQuery:
    """Queries of programmes."""

    @strawberry.field(description="One coaching programme.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def coaching_programme(self, info: Info, id: strawberry.ID) -> CoachingProgramme | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_coaching_programme(info, row_id(id, "CoachingProgramme"))

    @strawberry.field(
        description="Every coaching programme, ended ones too.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CoachingProgrammeSort", PROGRAMME_SORTING))],
    )
    async def coaching_programmes(
        self, info: Info, page: PageRequest, name: str | None = None
    ) -> Connection[CoachingProgramme]:
        """One page."""
        filters = to_input(ProgrammeFilter, name=name)
        async with info.context.session() as session:
            found = await programmes.list_coaching_programmes(session, info.context.principal, filters, page)
        return to_connection(found, to_programme, page)


@strawberry.type(description="A coaching programme as it is now.")
class CoachingProgrammePayload:
    """The answer to a mutation of one programme."""

    coaching_programme: CoachingProgramme = strawberry.field(description="The programme.")


@strawberry.input(description="Who coaches whom, how often and how; of manager, team and role all given must fit.")
class CreateCoachingProgrammeInput:
    """A programme."""

    name: str
    rule: str
    starts_on: dt.date
    starts_at: dt.time
    description: str | None = UNSET
    manager_id: strawberry.ID | None = UNSET
    team_id: strawberry.ID | None = UNSET
    job_role: str | None = UNSET
    ends_on: dt.date | None = UNSET
    minutes: int = 30
    format_key: str = "grow"
    clock_of: ClockOf = ClockOf.REP
    when_away: WhenAway = WhenAway.MOVE
    reminder_minutes: list[int] | None = UNSET
    staggered_start: StaggeredStartInput | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What a programme is called; what is absent stays.")
class UpdateCoachingProgrammeInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    name: str | None = UNSET
    description: str | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What changes of a programme and from which day on; what is absent stays.")
class ChangeCoachingProgrammeInput(SeriesChanges):
    """Of all of its cadences."""


@strawberry.input(description="Which programme ends, and its last day.")
class EndCoachingProgrammeInput:
    """An end."""

    id: strawberry.ID
    ends_on: dt.date
    if_match: str | None = None
    idempotency_key: str | None = None


def _payload(dto: CoachingProgrammeDTO, _data: object) -> CoachingProgrammePayload:
    return CoachingProgrammePayload(coaching_programme=to_programme(dto))


TYPE = "CoachingProgramme"


@mutation("Add a coaching programme.", needs=WRITE, payload=CoachingProgrammePayload, render=_payload)
async def create_coaching_programme(
    session: TenantSession, info: Info, data: CreateCoachingProgrammeInput
) -> CoachingProgrammeDTO:
    """`POST /v1/coaching-programmes`."""
    new = to_dto(CreateCoachingProgramme, data)
    return await programmes.create_coaching_programme(session, info.context.principal, new)


@mutation("Rename or describe a programme.", needs=WRITE, payload=CoachingProgrammePayload, render=_payload)
async def update_coaching_programme(
    session: TenantSession, info: Info, data: UpdateCoachingProgrammeInput
) -> CoachingProgrammeDTO:
    """`PATCH /v1/coaching-programmes/{id}`."""
    id_, changes, expected = row_id(data.id, TYPE), to_dto(UpdateCoachingProgramme, data), precondition(data.if_match)
    return await programmes.update_coaching_programme(session, info.context.principal, id_, changes, expected)


@mutation("Change all of it from a day on.", needs=WRITE, payload=CoachingProgrammePayload, render=_payload)
async def change_coaching_programme(
    session: TenantSession, info: Info, data: ChangeCoachingProgrammeInput
) -> CoachingProgrammeDTO:
    """`POST /v1/coaching-programmes/{id}/change`."""
    id_, changes, expected = row_id(data.id, TYPE), to_dto(ChangeSeries, data), precondition(data.if_match)
    return await programmes.change_coaching_programme(session, info.context.principal, id_, changes, expected)


@mutation("End it on a day.", needs=WRITE, payload=CoachingProgrammePayload, render=_payload)
async def end_coaching_programme(
    session: TenantSession, info: Info, data: EndCoachingProgrammeInput
) -> CoachingProgrammeDTO:
    """`POST /v1/coaching-programmes/{id}/end`."""
    id_, last, expected = row_id(data.id, TYPE), to_dto(EndProgramme, data), precondition(data.if_match)
    return await programmes.end_coaching_programme(session, info.context.principal, id_, last, expected)


@strawberry.type
class CoachingProgrammesMutation:
    """Mutations of programmes."""

    create_coaching_programme = create_coaching_programme
    update_coaching_programme = update_coaching_programme
    change_coaching_programme = change_coaching_programme
    end_coaching_programme = end_coaching_programme
