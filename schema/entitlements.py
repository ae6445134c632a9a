"""What reps were owed and received, and who of them has no session planned."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_input
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, id_of, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.coaching_sessions.dto.adherence import (
    EntitledSessionDTO,
    EntitlementDTO,
    EntitlementQuery,
    RateDTO,
    UncoveredPersonDTO,
    UncoveredQuery,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import entitlement
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People

READ = Permission.CADENCE_ADHERENCE_READ


@strawberry.type(description="One session of a rep's, or an occurrence of their series without one.")
class EntitledSessionEdge:
    """The session's id is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID | None = strawberry.field(description="The session; null: there is none, for the reason.")
    due_at: dt.datetime
    starts_at: dt.datetime | None
    status: str
    owed: bool
    reason: str | None
    manager_id: strawberry.ID


describe(EntitledSessionEdge, EntitledSessionDTO)


@strawberry.type(description="Sessions of a rep's, and occurrences of their series without one.")
class EntitledSessionConnection:
    """A Relay connection."""

    edges: list[EntitledSessionEdge] = strawberry.field(description="The sessions of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What a rep was owed, received and has ahead.")
class Entitlement(Node):
    """The id names the question."""

    row: strawberry.Private[EntitlementDTO]
    from_on: dt.date
    to_on: dt.date
    as_of: dt.datetime
    owed: int
    received: int = strawberry.field(description=EntitlementDTO.model_fields["received"].description)
    received_rate: Decimal | None = strawberry.field(description=RateDTO.model_fields["rate"].description)
    received_low: Decimal | None = strawberry.field(description=RateDTO.model_fields["interval_low"].description)
    received_high: Decimal | None = strawberry.field(description=RateDTO.model_fields["interval_high"].description)
    ahead: int
    next_session_at: dt.datetime | None
    alert: str | None

    @strawberry.field(
        description="Whose it is, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)

    @strawberry.field(description=EntitlementDTO.model_fields["sessions"].description, extensions=[Paged(whole=True)])
    def sessions(self, page: PageRequest) -> EntitledSessionConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.sessions, page)
        edges = [
            EntitledSessionEdge(
                cursor=Cursor(cursor),
                node=None if dto.session_id is None else to_global_id("CoachingSession", dto.session_id),
                manager_id=to_global_id("Person", dto.manager_id),
                **dto.model_dump(exclude={"session_id", "manager_id"}),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return EntitledSessionConnection(edges=edges, page_info=to_page_info(found, page))


describe(Entitlement, EntitlementDTO)

ASKED = ("person_id", "days", "from_on", "to_on", "as_of")


async def _ask(info: Info, query: EntitlementQuery) -> Entitlement:
    async with info.context.session() as session:
        dto = await entitlement.get_entitlement(session, info.context.principal, query)
    asked: dict[str, Any] = query.model_dump(mode="json")
    key = ":".join("" if asked[name] is None else str(asked[name]) for name in ASKED)
    return Entitlement(
        id=to_global_id("Entitlement", key),
        row=dto,
        received=dto.received.numerator,
        received_rate=dto.received.rate,
        received_low=dto.received.interval_low,
        received_high=dto.received.interval_high,
        **dto.model_dump(exclude={"person_id", "received", "sessions"}),
    )


async def load_entitlement(info: Info, key: str) -> Entitlement:
    """By what the id names; days left out are those of today."""
    parts = dict(zip(ASKED, (part or None for part in key.split(":", len(ASKED) - 1)), strict=True))
    query = EntitlementQuery.model_validate(parts)
    try:
        return await _ask(info, query)
    except ServiceError as error:
        raise not_found("entitlement") if error.kind is ErrorKind.INVALID else error from error


@strawberry.type(description="A rep who has no session planned within the days asked for.")
class UncoveredPersonEdge:
    """The rep's id is the node."""

    person_row_id: strawberry.Private[UUID]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="Who it is, also where `person` is null.")
    name: str
    manager_id: strawberry.ID | None
    last_held_at: dt.datetime | None
    next_session_at: dt.datetime | None

    @strawberry.field(
        description="Who it is, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.person_row_id)
        return None if found is None else to_person(found)


describe(UncoveredPersonEdge, UncoveredPersonDTO)


@strawberry.type(description="Reps who have no session planned within the days asked for.")
class UncoveredPersonConnection:
    """A Relay connection."""

    edges: list[UncoveredPersonEdge] = strawberry.field(description="The reps of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type
class EntitlementQueries:
    """Queries of what reps are entitled to."""

    @strawberry.field(
        description="What a rep was owed, received and has ahead, whoever was to coach them. Both days are part of the "
        "span.",
        metadata={NEEDS: READ},
        extensions=[NullIfAbsent()],
    )
    async def entitlement(
        self,
        info: Info,
        person_id: strawberry.ID,
        days: int = 14,
        from_on: Annotated[dt.date | None, strawberry.argument(name="from")] = None,
        to_on: Annotated[dt.date | None, strawberry.argument(name="to")] = None,
        as_of: dt.datetime | None = None,
    ) -> Entitlement | None:
        """Null for a person whom the caller may not see."""
        span = {"from_on": from_on, "to_on": to_on, "as_of": as_of}
        return await _ask(info, to_input(EntitlementQuery, person_id=row_id(person_id, "Person"), days=days, **span))

    @strawberry.field(
        description="Reps at work today who have no session planned within some days, by name.",
        metadata={NEEDS: READ},
        extensions=[Paged()],
    )
    async def uncovered_people(
        self, info: Info, page: PageRequest, manager_id: strawberry.ID | None = None, days: int = 14
    ) -> UncoveredPersonConnection:
        """Below a manager, or of all whom the caller sees."""
        query = to_input(UncoveredQuery, manager_id=id_of(manager_id, "Person"), days=days)
        async with info.context.session() as session:
            found = await entitlement.list_uncovered_people(session, info.context.principal, query, page)
        edges = [
            UncoveredPersonEdge(
                cursor=Cursor(cursor),
                node=to_global_id("Person", dto.id),
                person_row_id=dto.id,
                manager_id=None if dto.manager_id is None else to_global_id("Person", dto.manager_id),
                **dto.model_dump(exclude={"id", "manager_id"}),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return UncoveredPersonConnection(edges=edges, page_info=to_page_info(found, page))
