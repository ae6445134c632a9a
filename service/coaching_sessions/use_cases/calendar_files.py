"""Sessions as calendar files: a person's feed, found by its token alone, and one session for whoever may see it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.calendar import render_calendar
from service.coaching_sessions.calendar_entries import CalendarEntry
from service.coaching_sessions.dto.formats import SessionFormatDTO
from service.coaching_sessions.lifecycle import SessionState
from service.coaching_sessions.models import CoachingSession, SessionFormat
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import calendars as feeds
from service.coaching_sessions.repository import formats, sessions
from service.coaching_sessions.use_cases.access import find_session, planned_for
from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import not_found
from service.core.principal import Principal, require
from service.core.secrets import digest, same
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import get_people

PAST = timedelta(days=90)
"""How far back a feed goes: a calendar that was off for a while learns what was cancelled meanwhile."""
FUTURE = timedelta(days=400)


async def read_calendar_feed(database: Database, token: str, base_url: str) -> bytes:
    """The feed that a token is for, cancelled sessions included; `not_found` for a token that is for none."""
    token_hash = digest(token)
    async with database.directory() as session:
        route = await feeds.find_route(session, token_hash)
    if route is None:
        raise not_found("calendar_feed")
    async with database.tenant(route.org_id) as session:
        feed = await feeds.get_feed(session, route.org_id, route.feed_id)
        if feed is None or not same(feed.token_hash, token_hash):
            raise not_found("calendar_feed")
        now = utc_now()
        rows = await sessions.list_of_people(session, feed.org_id, [feed.person_id], (now - PAST, now + FUTURE))
        people = await _people_of(session, feed.org_id, rows, feed.person_id)
        entries = await _entries(session, feed.org_id, rows, people, base_url)
        return render_calendar(f"Coaching of {people[feed.person_id].name}", entries)


async def get_session_calendar(session: AsyncSession, principal: Principal, session_id: UUID, base_url: str) -> bytes:
    """One session as a file; `not_found` outside the caller's scope."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    row = await find_session(session, principal, session_id)
    people = await _people_of(session, principal.org_id, [row])
    (entry,) = await _entries(session, principal.org_id, [row], people, base_url)
    return render_calendar(entry.summary, [entry])


async def _people_of(
    session: AsyncSession, org_id: UUID, rows: Sequence[CoachingSession], *others: UUID
) -> dict[UUID, PersonDTO]:
    ids = {*others, *(id_ for row in rows for id_ in planned_for(row).everybody)}
    return await get_people(session, Principal.system(org_id), ids)


async def _entries(
    session: AsyncSession,
    org_id: UUID,
    rows: Sequence[CoachingSession],
    people: Mapping[UUID, PersonDTO],
    base_url: str,
) -> list[CalendarEntry]:
    found = await formats.get_formats(session, org_id, {row.format_id for row in rows})
    return [_entry(row, people, found[row.format_id], base_url) for row in rows]


def _entry(
    row: CoachingSession, people: Mapping[UUID, PersonDTO], format_: SessionFormat, base_url: str
) -> CalendarEntry:
    # Somebody who was removed meanwhile is nobody's guest.
    holds = people.get(row.substitute_id or row.manager_id, people[row.manager_id])
    rep = people[row.rep_id]
    reps, coaches = ([people[id_] for id_ in ids if id_ in people] for ids in (row.rep_ids, row.coach_ids))
    names = ", ".join(person.name for person in (rep, *reps))
    others = tuple((person.name, person.email) for person in (*coaches, *reps))
    document = SessionFormatDTO.model_validate(format_).document
    agenda = [f"{section.title}: {section.minutes} min" for section in document.sections]
    return CalendarEntry(
        session_id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        time_zone=row.time_zone,
        sequence=row.sequence,
        is_cancelled=row.status == SessionState.CANCELLED.value,
        summary=f"Coaching: {names} and {', '.join(one.name for one in (holds, *coaches))}",
        description="\n".join([format_.name, *agenda]),
        url=f"{base_url}/v1/coaching-sessions/{row.id}/brief",
        created_at=row.created_at,
        updated_at=row.updated_at,
        manager=(holds.name, holds.email),
        rep=(rep.name, rep.email),
        alarm_minutes=min(row.reminder_minutes, default=None),
        others=others,
    )
