"""Coaching substitutions: somebody holds a manager's sessions for a time."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.coaching_series import person_of
from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import precondition, row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.coaching_sessions.dto.standing_in import (
    SUBSTITUTION_SORTING,
    CreateSubstitution,
    EndSubstitution,
    SubstitutionDTO,
    SubstitutionFilter,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import substitutions
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.COACHING_SUBSTITUTIONS_READ, Permission.COACHING_SUBSTITUTIONS_WRITE
TYPE = "CoachingSubstitution"


@strawberry.type(description="Somebody holds a manager's sessions for a time.")
class CoachingSubstitution(Node):
    """A substitution."""

    row: strawberry.Private[SubstitutionDTO]
    manager_id: strawberry.ID
    substitute_id: strawberry.ID
    rep_id: strawberry.ID | None
    from_on: dt.date
    to_on: dt.date
    begins_at: dt.datetime
    ends_at: dt.datetime
    reason: str | None
    ended_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Whose sessions, if the caller may see that person.")
    async def manager(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await person_of(info, self.row.manager_id)

    @strawberry.field(description="Who holds them, if the caller may see that person.")
    async def substitute(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await person_of(info, self.row.substitute_id)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(CoachingSubstitution, SubstitutionDTO)


def to_substitution(dto: SubstitutionDTO) -> CoachingSubstitution:
    """The GraphQL view of a substitution."""
    fields = dto.model_dump(exclude={"id", "created_by"}) | {
        "manager_id": to_global_id("Person", dto.manager_id),
        "substitute_id": to_global_id("Person", dto.substitute_id),
        "rep_id": None if dto.rep_id is None else to_global_id("Person", dto.rep_id),
    }
    return CoachingSubstitution(id=to_global_id(TYPE, dto.id), row=dto, **fields)


async def load_coaching_substitution(info: Info, id_: UUID) -> CoachingSubstitution:
    """By row id."""
    async with info.context.session() as session:
        return to_substitution(await substitutions.get_coaching_substitution(session, info.context.principal, id_))


@strawberry.type
class CoachingSubstitutionsQuery:
    """Queries of substitutions."""

    @strawberry.field(description="One coaching substitution.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def coaching_substitution(self, info: Info, id: strawberry.ID) -> CoachingSubstitution | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_coaching_substitution(info, row_id(id, TYPE))

    @strawberry.field(
        description="Those of whom the caller sees, by the caller, and of the caller's own manager.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CoachingSubstitutionSort", SUBSTITUTION_SORTING))],
    )
    async def coaching_substitutions(
        self,
        info: Info,
        page: PageRequest,
        manager_id: strawberry.ID | None = None,
        substitute_id: strawberry.ID | None = None,
    ) -> Connection[CoachingSubstitution]:
        """One page."""
        filters = to_input(
            SubstitutionFilter, manager_id=id_of(manager_id, "Person"), substitute_id=id_of(substitute_id, "Person")
        )
        async with info.context.session() as session:
            found = await substitutions.list_coaching_substitutions(session, info.context.principal, filters, page)
        return to_connection(found, to_substitution, page)


@strawberry.type(description="A coaching substitution as it is now.")
class CoachingSubstitutionPayload:
    """The answer to a mutation of one substitution."""

    coaching_substitution: CoachingSubstitution = strawberry.field(description="The substitution.")


@strawberry.input(description="Somebody holds a manager's sessions on some days, both ends included.")
class CreateCoachingSubstitutionInput:
    """Who, in whose place, and when."""

    manager_id: strawberry.ID
    substitute_id: strawberry.ID
    rep_id: strawberry.ID | None = UNSET
    from_on: dt.date
    to_on: dt.date
    reason: str | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="The last day in place of the one that was planned.")
class EndCoachingSubstitutionInput:
    """Until when."""

    id: strawberry.ID
    if_match: str | None = None
    to_on: dt.date
    idempotency_key: str | None = None


def _payload(dto: SubstitutionDTO, _data: object) -> CoachingSubstitutionPayload:
    return CoachingSubstitutionPayload(coaching_substitution=to_substitution(dto))


@mutation("Let somebody hold a manager's sessions.", needs=WRITE, payload=CoachingSubstitutionPayload, render=_payload)
async def create_coaching_substitution(
    session: TenantSession, info: Info, data: CreateCoachingSubstitutionInput
) -> SubstitutionDTO:
    """`POST /v1/coaching-substitutions`."""
    given = to_dto(CreateSubstitution, data)
    return await substitutions.create_coaching_substitution(session, info.context.principal, given)


@mutation("End a substitution early.", needs=WRITE, payload=CoachingSubstitutionPayload, render=_payload)
async def end_coaching_substitution(
    session: TenantSession, info: Info, data: EndCoachingSubstitutionInput
) -> SubstitutionDTO:
    """`POST /v1/coaching-substitutions/{id}/end`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(EndSubstitution, data), precondition(data.if_match)
    return await substitutions.end_coaching_substitution(session, info.context.principal, id_, given, expected)


@strawberry.type
class CoachingSubstitutionsMutation:
    """Mutations of substitutions."""

    create_coaching_substitution = create_coaching_substitution
    end_coaching_substitution = end_coaching_substitution
