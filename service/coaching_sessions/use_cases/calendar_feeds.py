"""Calendar feeds: whoever has a feed's token reads when a person's sessions are, and with whom; never a note."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.calendars import (
    CalendarFeedDTO,
    CalendarFeedFilter,
    CreateCalendarFeed,
    CreatedCalendarFeedDTO,
)
from service.coaching_sessions.models import CalendarFeed
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import calendars as repository
from service.coaching_sessions.use_cases.access import visible_to
from service.core.clock import utc_now
from service.core.errors import invalid, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.core.secrets import digest, new_token
from service.organizations.use_cases.people import get_people

FEED_PREFIX = "cal"
FEEDS = "/calendars"
"""Where feeds are read."""


async def list_calendar_feeds(
    session: AsyncSession, principal: Principal, filters: CalendarFeedFilter, page: PageRequest
) -> Page[CalendarFeedDTO]:
    """The feeds of those whom the caller sees, without their addresses."""
    require(principal, Permission.CALENDAR_FEEDS_READ)
    people = await visible_to(session, principal)
    found = await repository.list_feeds(session, principal.org_id, people, filters, page)
    return found.with_items([CalendarFeedDTO.model_validate(row) for row in found.items])


async def get_calendar_feed(session: AsyncSession, principal: Principal, feed_id: UUID) -> CalendarFeedDTO:
    """One feed without its address; `not_found` for that of somebody the caller does not see."""
    require(principal, Permission.CALENDAR_FEEDS_READ)
    return CalendarFeedDTO.model_validate(await _find(session, principal, feed_id))


async def create_calendar_feed(
    session: AsyncSession, principal: Principal, data: CreateCalendarFeed, base_url: str
) -> CreatedCalendarFeedDTO:
    """Make a feed; its address is in the answer and nowhere else.

    `invalid` for a person whom the caller does not see, and for none where the caller is no person.
    """
    require(principal, Permission.CALENDAR_FEEDS_WRITE)
    person_id = data.person_id or principal.person_id
    if person_id is None:
        raise invalid("/person_id", "is needed: this key acts as no person")
    people = await visible_to(session, principal)
    is_hidden = people is not None and person_id not in people
    if is_hidden or person_id not in await get_people(session, principal.as_system(), [person_id]):
        raise invalid("/person_id", "is not a person of this organization whom you may see")
    token = new_token(FEED_PREFIX)
    row = CalendarFeed(
        org_id=principal.org_id,
        id=new_id(),
        person_id=person_id,
        name=data.name,
        token_hash=digest(token),
        created_at=utc_now(),
    )
    await repository.add_feed(session, row)
    return CreatedCalendarFeedDTO.model_validate({**row.model_dump(), "url": f"{base_url}{FEEDS}/{token}.ics"})


async def revoke_calendar_feed(session: AsyncSession, principal: Principal, feed_id: UUID) -> None:
    """Its address answers `gone` from now on."""
    require(principal, Permission.CALENDAR_FEEDS_WRITE)
    await repository.delete_feed(session, await _find(session, principal, feed_id))


async def _find(session: AsyncSession, principal: Principal, feed_id: UUID) -> CalendarFeed:
    row = await repository.get_feed(session, principal.org_id, feed_id)
    people = await visible_to(session, principal)
    if row is None or (people is not None and row.person_id not in people):
        raise not_found("calendar_feed")
    return row
