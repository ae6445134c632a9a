"""Coaching hand-overs: a manager's coaching is another's from a day on."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.coaching_series import person_of
from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, id_of, part_of_list, to_connection, to_global_id
from service.coaching_sessions.dto.standing_in import HAND_OVER_SORTING, CreateHandOver, HandOverDTO, HandOverFilter
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import hand_overs
from service.core.database import TenantSession
from service.core.pagination import PageRequest

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.COACHING_HAND_OVERS_READ, Permission.COACHING_HAND_OVERS_WRITE
TYPE = "CoachingHandOver"


def _person_id(id_: UUID) -> strawberry.ID:
    return to_global_id("Person", id_)


def _session_id(id_: UUID) -> strawberry.ID:
    return to_global_id("CoachingSession", id_)


@strawberry.type(description="A manager's coaching became another's from a day on.")
class CoachingHandOver(Node):
    """A hand-over."""

    row: strawberry.Private[HandOverDTO]
    from_manager_id: strawberry.ID
    to_manager_id: strawberry.ID
    hands_over_on: dt.date
    passed_on_at: dt.datetime | None
    created_at: dt.datetime

    @strawberry.field(description="Who coached until then, if the caller may see that person.")
    async def from_manager(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await person_of(info, self.row.from_manager_id)

    @strawberry.field(description="Who coaches from then on, if the caller may see that person.")
    async def to_manager(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await person_of(info, self.row.to_manager_id)

    @strawberry.field(description="Whose coaching.", extensions=[Paged(whole=True)])
    def rep_ids(self, page: PageRequest) -> Connection[strawberry.ID]:
        """Global ids."""
        return part_of_list(self.row.rep_ids, _person_id, page)

    @strawberry.field(
        description="Sessions arranged by hand at times that the new one does not have: they stay with the old one.",
        extensions=[Paged(whole=True)],
    )
    def clashing_session_ids(self, page: PageRequest) -> Connection[strawberry.ID]:
        """Global ids."""
        return part_of_list(self.row.clashing_session_ids, _session_id, page)


describe(CoachingHandOver, HandOverDTO)


def to_hand_over(dto: HandOverDTO) -> CoachingHandOver:
    """The GraphQL view of a hand-over."""
    fields = dto.model_dump(exclude={"id", "created_by", "rep_ids", "clashing_session_ids"}) | {
        "from_manager_id": _person_id(dto.from_manager_id),
        "to_manager_id": _person_id(dto.to_manager_id),
    }
    return CoachingHandOver(id=to_global_id(TYPE, dto.id), row=dto, **fields)


async def load_coaching_hand_over(info: Info, id_: UUID) -> CoachingHandOver:
    """By row id."""
    async with info.context.session() as session:
        return to_hand_over(await hand_overs.get_coaching_hand_over(session, info.context.principal, id_))


@strawberry.type
class CoachingHandOversQuery:
    """Queries of hand-overs."""

    @strawberry.field(description="One coaching hand-over.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def coaching_hand_over(self, info: Info, id: strawberry.ID) -> CoachingHandOver | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_coaching_hand_over(info, row_id(id, TYPE))

    @strawberry.field(
        description="Those of which the caller sees one of the managers or a rep.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CoachingHandOverSort", HAND_OVER_SORTING))],
    )
    async def coaching_hand_overs(
        self,
        info: Info,
        page: PageRequest,
        from_manager_id: strawberry.ID | None = None,
        to_manager_id: strawberry.ID | None = None,
    ) -> Connection[CoachingHandOver]:
        """One page."""
        filters = to_input(
            HandOverFilter,
            from_manager_id=id_of(from_manager_id, "Person"),
            to_manager_id=id_of(to_manager_id, "Person"),
        )
        async with info.context.session() as session:
            found = await hand_overs.list_coaching_hand_overs(session, info.context.principal, filters, page)
        return to_connection(found, to_hand_over, page)


@strawberry.type(description="A coaching hand-over as it was arranged.")
class CoachingHandOverPayload:
    """The answer to the mutation."""

    coaching_hand_over: CoachingHandOver = strawberry.field(description="The hand-over.")


@strawberry.input(description="A manager's coaching becomes another's from a day on.")
class CreateCoachingHandOverInput:
    """From whom, to whom, when, and of whom."""

    from_manager_id: strawberry.ID
    to_manager_id: strawberry.ID
    hands_over_on: dt.date
    rep_ids: list[strawberry.ID] | None = UNSET
    idempotency_key: str | None = None


def _payload(dto: HandOverDTO, _data: object) -> CoachingHandOverPayload:
    return CoachingHandOverPayload(coaching_hand_over=to_hand_over(dto))


@mutation("Hand coaching over.", needs=WRITE, payload=CoachingHandOverPayload, render=_payload)
async def create_coaching_hand_over(
    session: TenantSession, info: Info, data: CreateCoachingHandOverInput
) -> HandOverDTO:
    """`POST /v1/coaching-hand-overs`."""
    given = to_dto(CreateHandOver, data)
    return await hand_overs.create_coaching_hand_over(session, info.context.principal, given)


@strawberry.type
class CoachingHandOversMutation:
    """Mutations of hand-overs."""

    create_coaching_hand_over = create_coaching_hand_over
