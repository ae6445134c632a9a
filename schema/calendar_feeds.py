"""Calendar feeds: addresses that calendar programs subscribe to."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_dto, to_input
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.coaching_sessions.dto.calendars import (
    FEED_SORTING,
    CalendarFeedDTO,
    CalendarFeedFilter,
    CreateCalendarFeed,
    CreatedCalendarFeedDTO,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import calendar_feeds
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as OrganizationPermission

READ, WRITE = Permission.CALENDAR_FEEDS_READ, Permission.CALENDAR_FEEDS_WRITE


@strawberry.type(description="A feed of a person's sessions for one calendar program, without its address.")
class CalendarFeed(Node):
    """A feed."""

    row: strawberry.Private[CalendarFeedDTO]
    name: str
    created_at: dt.datetime

    @strawberry.field(
        description="Whose sessions it tells of, if the caller may see that person today.",
        metadata={NEEDS: OrganizationPermission.PEOPLE_READ},
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)


describe(CalendarFeed, CalendarFeedDTO)


def to_calendar_feed(dto: CalendarFeedDTO) -> CalendarFeed:
    """The GraphQL view of a feed."""
    return CalendarFeed(id=to_global_id("CalendarFeed", dto.id), row=dto, name=dto.name, created_at=dto.created_at)


async def load_calendar_feed(info: Info, id_: UUID) -> CalendarFeed:
    """By row id."""
    async with info.context.session() as session:
        return to_calendar_feed(await calendar_feeds.get_calendar_feed(session, info.context.principal, id_))


@strawberry.type
class CalendarFeedsQuery:
    """Queries of feeds."""

    @strawberry.field(description="One calendar feed.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def calendar_feed(self, info: Info, id: strawberry.ID) -> CalendarFeed | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_calendar_feed(info, row_id(id, "CalendarFeed"))

    @strawberry.field(
        description="The feeds of those whom the caller sees.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CalendarFeedSort", FEED_SORTING))],
    )
    async def calendar_feeds(
        self, info: Info, page: PageRequest, person_id: strawberry.ID | None = None
    ) -> Connection[CalendarFeed]:
        """One page."""
        filters = to_input(CalendarFeedFilter, person_id=id_of(person_id, "Person"))
        async with info.context.session() as session:
            found = await calendar_feeds.list_calendar_feeds(session, info.context.principal, filters, page)
        return to_connection(found, to_calendar_feed, page)


@strawberry.type(description="A new feed with its address.")
class CreatedCalendarFeedPayload:
    """The answer to a creation."""

    calendar_feed: CalendarFeed = strawberry.field(description="The feed.")
    url: str = strawberry.field(description="What a calendar program subscribes to; shown this once.")


@strawberry.input(description="A feed for one calendar program.")
class CreateCalendarFeedInput:
    """All that a feed begins with."""

    name: str
    person_id: strawberry.ID | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which feed to revoke.")
class RevokeCalendarFeedInput:
    """A revocation."""

    id: strawberry.ID
    idempotency_key: str | None = None


@mutation(
    "Create a feed; its address is shown this once.",
    needs=WRITE,
    payload=CreatedCalendarFeedPayload,
    render=lambda dto, _data: CreatedCalendarFeedPayload(calendar_feed=to_calendar_feed(dto), url=dto.url),
)
async def create_calendar_feed(
    session: TenantSession, info: Info, data: CreateCalendarFeedInput
) -> CreatedCalendarFeedDTO:
    """`POST /v1/calendar-feeds`."""
    new, base_url = to_dto(CreateCalendarFeed, data), info.context.runtime.settings.base_url
    return await calendar_feeds.create_calendar_feed(session, info.context.principal, new, base_url)


@mutation("Revoke a feed at once.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def revoke_calendar_feed(session: TenantSession, info: Info, data: RevokeCalendarFeedInput) -> None:
    """`DELETE /v1/calendar-feeds/{id}`."""
    await calendar_feeds.revoke_calendar_feed(session, info.context.principal, row_id(data.id, "CalendarFeed"))


@strawberry.type
class CalendarFeedsMutation:
    """Mutations of feeds."""

    create_calendar_feed = create_calendar_feed
    revoke_calendar_feed = revoke_calendar_feed
