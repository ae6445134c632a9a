"""Coaching cadences: the series of one manager and one rep."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from schema.coaching_series import SeriesChanges, person_of
from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import precondition, row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, id_of, part_of_list, to_connection, to_global_id
from service.coaching_sessions.dto.programmes import CADENCE_SORTING, CadenceFilter, ChangeSeries, CoachingCadenceDTO
from service.coaching_sessions.laying import ClockOf, WhenAway
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.roster import CadenceEnd
from service.coaching_sessions.use_cases import cadences
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.COACHING_PROGRAMMES_READ, Permission.COACHING_PROGRAMMES_WRITE


@strawberry.type(description="The series of one manager and one rep.")
class CoachingCadence(Node):
    """A cadence."""

    row: strawberry.Private[CoachingCadenceDTO]
    series_id: UUID
    from_on: dt.date
    ends_on: dt.date | None
    end_reason: CadenceEnd | None
    rule: str
    starts_on: dt.date
    starts_at: dt.time
    minutes: int
    clock_of: ClockOf
    when_away: WhenAway
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="The programme that it comes of.")
    def programme_id(self) -> strawberry.ID:
        """A global id."""
        return to_global_id("CoachingProgramme", self.row.programme_id)

    @strawberry.field(description="The version of the format that its sessions follow.")
    def format_id(self) -> strawberry.ID:
        """A global id."""
        return to_global_id("SessionFormat", self.row.format_id)

    @strawberry.field(description="Who coaches, if the caller may see that person.")
    async def manager(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await person_of(info, self.row.manager_id)

    @strawberry.field(description="Who is coached, if the caller may see that person.")
    async def rep(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await person_of(info, self.row.rep_id)

    @strawberry.field(description="Minutes before the start, each a reminder.", extensions=[Paged(whole=True)])
    def reminder_minutes(self, page: PageRequest) -> Connection[int]:
        """As they were given."""
        return part_of_list(self.row.reminder_minutes, int, page)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(CoachingCadence, CoachingCadenceDTO)


def to_cadence(dto: CoachingCadenceDTO) -> CoachingCadence:
    """The GraphQL view of a cadence."""
    fields = dto.model_dump(exclude={"id", "programme_id", "format_id", "manager_id", "rep_id", "reminder_minutes"})
    return CoachingCadence(id=to_global_id("CoachingCadence", dto.id), row=dto, **fields)


async def load_coaching_cadence(info: Info, id_: UUID) -> CoachingCadence:
    """By row id."""
    async with info.context.session() as session:
        return to_cadence(await cadences.get_coaching_cadence(session, info.context.principal, id_))


@strawberry.type
class CoachingCadencesQuery:
    """Queries of cadences."""

    @strawberry.field(description="One coaching cadence.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def coaching_cadence(self, info: Info, id: strawberry.ID) -> CoachingCadence | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_coaching_cadence(info, row_id(id, "CoachingCadence"))

    @strawberry.field(
        description="Those of which the caller may see one of the two, ended ones too.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CoachingCadenceSort", CADENCE_SORTING))],
    )
    async def coaching_cadences(
        self,
        info: Info,
        page: PageRequest,
        programme_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        rep_id: strawberry.ID | None = None,
        running_on: dt.date | None = None,
    ) -> Connection[CoachingCadence]:
        """One page."""
        filters = to_input(
            CadenceFilter,
            programme_id=id_of(programme_id, "CoachingProgramme"),
            manager_id=id_of(manager_id, "Person"),
            rep_id=id_of(rep_id, "Person"),
            running_on=running_on,
        )
        async with info.context.session() as session:
            found = await cadences.list_coaching_cadences(session, info.context.principal, filters, page)
        return to_connection(found, to_cadence, page)


@strawberry.type(description="The cadence that follows from a day on.")
class CoachingCadencePayload:
    """The answer to a change of one cadence."""

    coaching_cadence: CoachingCadence = strawberry.field(description="The cadence that follows.")


@strawberry.input(description="What changes of a series and from which day on; what is absent stays.")
class ChangeCoachingCadenceInput(SeriesChanges):
    """Of one manager and rep."""


def _payload(dto: CoachingCadenceDTO, _data: object) -> CoachingCadencePayload:
    return CoachingCadencePayload(coaching_cadence=to_cadence(dto))


@mutation("Change a series from a day on.", needs=WRITE, payload=CoachingCadencePayload, render=_payload)
async def change_coaching_cadence(
    session: TenantSession, info: Info, data: ChangeCoachingCadenceInput
) -> CoachingCadenceDTO:
    """`POST /v1/coaching-cadences/{id}/change`."""
    id_, changes, expected = row_id(data.id, "CoachingCadence"), to_dto(ChangeSeries, data), precondition(data.if_match)
    return await cadences.change_coaching_cadence(session, info.context.principal, id_, changes, expected)


@strawberry.type
class CoachingCadencesMutation:
    """Mutations of cadences."""

    change_coaching_cadence = change_coaching_cadence
