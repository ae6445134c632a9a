"""`/v1/calendar-feeds`, and the calendar files that programs subscribe to by a token."""

from email.utils import format_datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from service.api.deps import PrincipalDep, RuntimeDep, SessionDep
from service.api.operation import PUBLIC, operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.calendars import (
    FEED_SORTING,
    CalendarFeedDTO,
    CalendarFeedFilter,
    CreateCalendarFeed,
    CreatedCalendarFeedDTO,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import calendar_feeds, calendar_files
from service.coaching_sessions.use_cases.calendar_files import FeedReaders
from service.core.clock import utc_now

READ, WRITE = Permission.CALENDAR_FEEDS_READ, Permission.CALENDAR_FEEDS_WRITE

router = resource_router("", "calendar feeds")

SHAPE = "[A-Za-z0-9_-]{10,100}"
Token = Annotated[
    str,
    Path(pattern=rf"^{SHAPE}$", description="What the feed's address holds.", examples=["cal_3q2x7vK1bA"]),
]


def get_readers(request: Request) -> FeedReaders:
    """The process's; what answers `304` before the application shares it."""
    readers: FeedReaders = request.app.state.feed_readers
    return readers


ReadersDep = Annotated[FeedReaders, Depends(get_readers)]


class CalendarResponse(Response):
    """An iCalendar file."""

    media_type = "text/calendar"


@router.get("/v1/calendar-feeds", **operation("listCalendarFeeds", "List calendar feeds", READ))
async def list_calendar_feeds(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(FEED_SORTING)],
    person_id: Annotated[UUID | None, Query(description="Whose.")] = None,
) -> ListEnvelope[CalendarFeedDTO]:
    """Without their addresses: what is not needed any more can be revoked."""
    filters = CalendarFeedFilter(person_id=person_id)
    return page.answer(await calendar_feeds.list_calendar_feeds(session, principal, filters, page))


@router.post("/v1/calendar-feeds", status_code=201, **operation("createCalendarFeed", "Create a calendar feed", WRITE))
async def create_calendar_feed(
    data: CreateCalendarFeed, session: SessionDep, principal: PrincipalDep, runtime: RuntimeDep
) -> CreatedCalendarFeedDTO:
    """The answer shows the address this once; a calendar program subscribes to it."""
    return await calendar_feeds.create_calendar_feed(session, principal, data, runtime.settings.base_url)


@router.get("/v1/calendar-feeds/{feed_id}", **operation("getCalendarFeed", "Read a calendar feed", READ, 404))
async def get_calendar_feed(feed_id: UUID, session: SessionDep, principal: PrincipalDep) -> CalendarFeedDTO:
    """Without its address."""
    return await calendar_feeds.get_calendar_feed(session, principal, feed_id)


@router.delete(
    "/v1/calendar-feeds/{feed_id}",
    status_code=204,
    **operation("revokeCalendarFeed", "Revoke a calendar feed", WRITE, 404),
)
async def revoke_calendar_feed(feed_id: UUID, session: SessionDep, principal: PrincipalDep) -> None:
    """Its address answers `410` from now on."""
    await calendar_feeds.revoke_calendar_feed(session, principal, feed_id)


@router.get(
    calendar_feeds.FEEDS + "/{feed}.ics",
    response_class=CalendarResponse,
    **operation("readCalendarFeed", "Read a person's sessions as a calendar", PUBLIC, 404, 410),
)
async def read_calendar_feed(feed: Token, runtime: RuntimeDep, readers: ReadersDep) -> CalendarResponse:
    """For calendar programs: the token is the key, and no note is ever in it.

    Answers `304` to the `ETag`, or without one to the `Last-Modified`, of what it would answer; `410` once the feed is
    revoked or the person has left.
    """
    file = await readers.read(runtime.database, feed, runtime.settings.base_url)
    return CalendarResponse(file.body, headers=validators(file))


def validators(file: calendar_files.FeedFile) -> dict[str, str]:
    """The headers by which a reader can ask whether a feed is still what it was."""
    return {
        "ETag": file.tag,
        # Never after the answer's own date (RFC 9110, 8.8.2.1).
        "Last-Modified": format_datetime(min(file.changed_at, utc_now().replace(microsecond=0)), usegmt=True),
        "Cache-Control": "private, max-age=300",
    }


@router.get(
    "/v1/coaching-sessions/{session_id}/calendar",
    response_class=CalendarResponse,
    **operation(
        "getCoachingSessionCalendar",
        "Read a coaching session as a calendar file",
        Permission.COACHING_SESSIONS_READ,
        404,
    ),
)
async def get_coaching_session_calendar(
    session_id: UUID, session: SessionDep, principal: PrincipalDep, runtime: RuntimeDep
) -> CalendarResponse:
    """By itself and with a UID of its own, whatever becomes of the series that it is of."""
    base_url = runtime.settings.base_url
    return CalendarResponse(await calendar_files.get_session_calendar(session, principal, session_id, base_url))


@router.get(
    "/v1/coaching-sessions/{session_id}/invitation",
    response_class=CalendarResponse,
    **operation(
        "getCoachingSessionInvitation",
        "Read the invitation to a coaching session",
        Permission.COACHING_SESSIONS_READ,
        404,
    ),
)
async def get_coaching_session_invitation(
    session_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    runtime: RuntimeDep,
    person_id: Annotated[
        UUID | None, Query(description="For this person: `CANCEL` for one of the session's `uninvited_ids`.")
    ] = None,
) -> CalendarResponse:
    """To mail to those who take part: `METHOD:REQUEST`, and once the session is cancelled `METHOD:CANCEL`.

    One file names them all. Send it as a part of this content type on every `coaching_session.scheduled`,
    `.rescheduled`, `.reassigned`, `.attendees_changed` and `.cancelled`; it is as of now, and its `SEQUENCE` tells
    calendars what is newer.
    """
    base_url = runtime.settings.base_url
    file = await calendar_files.get_session_invitation(session, principal, session_id, base_url, person_id)
    headers = {"Content-Disposition": 'attachment; filename="invitation.ics"'}
    return CalendarResponse(file.body, headers=headers, media_type=f"text/calendar; method={file.method}")
