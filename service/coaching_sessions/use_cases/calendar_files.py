"""Sessions as calendar files: a person's feed, found by its token alone, and one session for whoever may see it."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.calendar import render_calendar, render_uninvitation
from service.coaching_sessions.calendar_entries import CalendarEntry, SeriesRule
from service.coaching_sessions.lifecycle import SessionState
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import calendar_lines as repository
from service.coaching_sessions.repository.calendar_lines import FeedState, Line
from service.coaching_sessions.repository.calendars import find_route
from service.coaching_sessions.use_cases.access import find_session, planned_for
from service.coaching_sessions.use_cases.calendar_writing import rendering_release
from service.core.clock import clocks_release, utc_now
from service.core.database import Database, raw_connection
from service.core.errors import gone, invalid, not_found
from service.core.etags import Held, tag_of_bytes
from service.core.principal import Principal, require
from service.core.secrets import digest, same
from service.organizations.use_cases.people import get_people

PAST = timedelta(days=90)
"""How far back a feed goes: a calendar that was off for a while learns what was cancelled meanwhile."""
FUTURE = timedelta(days=400)
SECOND = timedelta(seconds=1)
MOST_ROUTES = 10_000
"""How many a process keeps, the newest."""


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed as it is: its strong tag, since when it is so at the latest, and the file.

    `body` None: the reader has it already.
    """

    tag: str
    changed_at: datetime
    body: bytes | None


@dataclass(frozen=True, slots=True)
class InvitationFile:
    """A message of RFC 5546: its method, which the header of a mail's part must tell too, and the file."""

    method: str
    body: bytes


class FeedReaders:
    """Reads feeds for those who have their tokens. One per process.

    It keeps which feed a token is for, as that never changes: what becomes of the feed is read each time.
    """

    def __init__(self) -> None:
        self._routes: OrderedDict[bytes, tuple[UUID, UUID]] = OrderedDict()

    async def find_unchanged(self, database: Database, token: str, base_url: str, held: Held) -> FeedFile | None:
        """The feed without its file where the reader has that; None where it must be read, whatever comes of it.

        It takes one statement, and nothing is rendered.
        """
        token_hash, now = digest(token), utc_now()
        route = await self._find_route(database, token_hash)
        if route is None:
            return None
        async with database.driver(route[0]) as connection:
            state = await repository.get_feed_state(connection, *route, _span(now))
        if state is None or not _is_open(state, token_hash, now):
            return None
        tag = _tag(state, state.fingerprint, base_url)
        if state.shown_at is None or tag != state.shown_tag or not held.has(tag, state.shown_at):
            return None
        return FeedFile(tag, state.shown_at, None)

    async def read(self, database: Database, token: str, base_url: str) -> FeedFile:
        """The feed that a token is for.

        `not_found` for a token that never was for any, `gone` for one that was revoked and for a person who left.
        """
        token_hash, now = digest(token), utc_now()
        route = await self._find_route(database, token_hash)
        if route is None:
            raise not_found("calendar_feed")
        async with database.tenant(route[0]) as session:
            connection = await raw_connection(session)
            state = await repository.get_feed_state(connection, *route, _span(now))
            if state is None or not _is_open(state, token_hash, now):
                raise gone("calendar_feed")
            lines, fingerprint = await repository.list_lines(session, route[0], state.person_id, _span(now))
            tag, changed_at = _tag(state, fingerprint, base_url), state.shown_at
            if changed_at is None or tag != state.shown_tag:
                changed_at = _after(now, state.shown_at)
                await repository.write_shown(session, *route, tag, changed_at)
        entries = [_entry(line, base_url) for line in lines]
        return FeedFile(tag, changed_at, render_calendar(f"Coaching of {state.person_name}", entries))

    async def _find_route(self, database: Database, token_hash: bytes) -> tuple[UUID, UUID] | None:
        if token_hash in self._routes:
            return self._routes[token_hash]
        async with database.directory() as session:
            found = await find_route(session, token_hash)
        if found is None:
            return None
        self._routes[token_hash] = found.org_id, found.feed_id
        if len(self._routes) > MOST_ROUTES:
            self._routes.popitem(last=False)
        return found.org_id, found.feed_id


async def get_session_calendar(session: AsyncSession, principal: Principal, session_id: UUID, base_url: str) -> bytes:
    """One session as a file; `not_found` outside the caller's scope."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    entry = await _entry_of(session, await find_session(session, principal, session_id), base_url)
    return render_calendar(entry.summary, [entry])


async def get_session_invitation(
    session: AsyncSession, principal: Principal, session_id: UUID, base_url: str, person_id: UUID | None = None
) -> InvitationFile:
    """What to mail to those who take part, as of now, or to one of them; `not_found` outside the caller's scope.

    It asks for the session, or calls it off once it is cancelled, and for a `person_id` who was to come and is not any
    more; each change of time or of who takes part, and the cancellation, have raised its sequence, so that calendars
    take a file over or know that they are ahead of it. `invalid` for a person who never was to come.
    """
    require(principal, Permission.COACHING_SESSIONS_READ)
    row = await find_session(session, principal, session_id)
    entry = await _entry_of(session, row, base_url)
    if person_id is not None and person_id not in planned_for(row).attending:
        person = None
        if person_id in row.uninvited_ids:
            person = (await get_people(session, principal.as_system(), [person_id])).get(person_id)
        if person is None:
            raise invalid("person_id", "was never to take part in this session")
        return InvitationFile("CANCEL", render_uninvitation(entry, (person.name, person.email)))
    method = "CANCEL" if entry.is_cancelled else "REQUEST"
    return InvitationFile(method, render_calendar(entry.summary, [entry], method))


async def _entry_of(session: AsyncSession, row: CoachingSession, base_url: str) -> CalendarEntry:
    """A session by itself: it keeps its own UID for ever, whatever becomes of the series that it is of."""
    line = await repository.get_line(session, row.org_id, row.id)
    if line is None:
        raise not_found("coaching_session")
    return replace(_entry(line, base_url), series=None, occurs_on=None)


def _span(now: datetime) -> tuple[datetime, datetime]:
    return now - PAST, now + FUTURE


def _is_open(state: FeedState, token_hash: bytes, now: datetime) -> bool:
    """Whether the token is the feed's, and the person's last day is not over where the organization is."""
    today = now.astimezone(ZoneInfo(state.organization_zone)).date()
    return same(state.token_hash, token_hash) and (state.left_on is None or state.left_on >= today)


def _tag(state: FeedState, fingerprint: str, base_url: str) -> str:
    """Of all that goes into the file: lines, name, addresses, and the ways of clocks and of writing it."""
    parts = (fingerprint, state.person_name, base_url, clocks_release(), rendering_release(__name__))
    return tag_of_bytes("\0".join(parts).encode())


def _after(now: datetime, before: datetime | None) -> datetime:
    """The next whole second, which whoever read earlier cannot have seen; later than that of the change before."""
    following = now.replace(microsecond=0) + SECOND
    return following if before is None else max(following, before + SECOND)


def _entry(line: Line, base_url: str) -> CalendarEntry:
    series = None
    # Columns of the cadence, of which none is empty: they are all there or there is none.
    if line.cadence_id and line.rule and line.series_starts_on and line.series_at is not None:
        url = f"{base_url}/v1/coaching-cadences/{line.cadence_id}"
        series = SeriesRule(line.cadence_id, line.rule, line.series_starts_on, line.series_at, url)
    reps, coaches = [line.rep_name, *(name for name, _ in line.reps)], [line.manager_name]
    coaches += [name for name, _ in line.coaches]
    return CalendarEntry(
        session_id=line.session_id,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        time_zone=line.time_zone,
        sequence=line.sequence,
        is_cancelled=line.status == SessionState.CANCELLED.value,
        summary=f"Coaching: {', '.join(reps)} and {', '.join(coaches)}",
        description="\n".join([line.format_name, *_agenda(line.section_titles, line.section_minutes)]),
        url=f"{base_url}/v1/coaching-sessions/{line.session_id}/brief",
        created_at=line.created_at,
        updated_at=line.updated_at,
        manager=(line.manager_name, line.manager_email),
        rep=(line.rep_name, line.rep_email),
        alarm_minutes=min(line.reminder_minutes, default=None),
        others=tuple((name, email) for name, email in (*line.coaches, *line.reps)),
        series=series,
        occurs_on=line.occurs_on,
    )


def _agenda(titles: Sequence[str], minutes: Sequence[int]) -> list[str]:
    return [f"{title}: {length} min" for title, length in zip(titles, minutes, strict=True)]
