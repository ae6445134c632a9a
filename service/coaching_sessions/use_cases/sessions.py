"""Coaching sessions: arranged by hand, read by whoever sees one of the two, and written by the two together."""

from collections.abc import Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import (
    CoachingSessionDTO,
    CoachingSessionFilter,
    CreateCoachingSession,
    UpdateCoachingSession,
)
from service.coaching_sessions.format_document import Answers, FormatDocument, unknown_answers
from service.coaching_sessions.lifecycle import Move, Participants
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import formats
from service.coaching_sessions.repository import sessions as repository
from service.coaching_sessions.use_cases.access import find_readable, get_for_move, present, visible_to
from service.coaching_sessions.use_cases.booking import book_one
from service.coaching_sessions.use_cases.formats import resolve_format
from service.coaching_sessions.use_cases.new_sessions import Planned, new_session
from service.coaching_sessions.use_cases.telling import tell, wake
from service.core.clock import utc_now
from service.core.errors import FieldError, invalid, invalid_fields, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reporting_lines import manager_periods_of
from service.organizations.use_cases.scope import visible_people
from service.webhooks.outbox import EventType


async def list_coaching_sessions(
    session: AsyncSession, principal: Principal, filters: CoachingSessionFilter, page: PageRequest
) -> Page[CoachingSessionDTO]:
    """A page of those that the caller sees, or whose notes they were granted."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    people, me = await visible_to(session, principal), principal.person_id
    found = await repository.list_sessions(session, principal.org_id, people, filters, page, reader=me)
    return found.with_items(await present(session, principal, found.items))


async def coaching_sessions_of(
    session: AsyncSession, principal: Principal, ids: Collection[UUID]
) -> dict[UUID, CoachingSessionDTO]:
    """Those of `ids` that the caller may read; the batch behind loaders."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    people, me = await visible_to(session, principal), principal.person_id
    rows = await repository.get_sessions(session, principal.org_id, people, ids, reader=me)
    return {one.id: one for one in await present(session, principal, rows)}


async def get_coaching_session(session: AsyncSession, principal: Principal, session_id: UUID) -> CoachingSessionDTO:
    """One; `not_found` for whoever neither sees one of the two nor was granted its notes."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    return (await present(session, principal, [await find_readable(session, principal, session_id)]))[0]


async def create_coaching_session(
    session: AsyncSession, principal: Principal, data: CreateCoachingSession
) -> CoachingSessionDTO:
    """Arrange one between two whose sessions the caller arranges.

    A rep does so with their own manager, a manager for those below them, who are coached by themself or by somebody
    below; the others for anybody. `invalid` otherwise and for a time in the past, `conflict` for time that is taken.
    """
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    now = utc_now()
    if data.starts_at <= now:
        raise invalid("/starts_at", "must be in the future")
    between, time_zone = await _arrange(session, principal, data)
    format_id = (await resolve_format(session, principal, data.format_key)).id
    planned = Planned(between, data.starts_at, data.minutes, format_id, time_zone, data.reminder_minutes)
    row = new_session(principal.org_id, planned, now)
    await repository.add_rows(session, [row])
    await book_one(session, row)
    await tell(session, row, EventType.COACHING_SESSION_SCHEDULED)
    return (await present(session, principal, [row]))[0]


async def update_coaching_session(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    data: UpdateCoachingSession,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingSessionDTO:
    """Change what the two write together; `invalid` for an answer to what the format does not ask."""
    row, _ = await get_for_move(session, principal, session_id, expected, Move.WRITE)
    if "shared_notes" in data.model_fields_set:
        row.shared_notes = data.shared_notes
    if data.answers is not None:
        unknown = unknown_answers(await document_of(session, row), data.answers)
        if unknown:
            raise invalid_fields([FieldError(pointer, "is nothing that the format asks") for pointer in unknown])
        row.answers = _merged(row.answers, data.answers)
    row.updated_at = utc_now()
    await session.flush()
    await wake(session, row)
    return (await present(session, principal, [row]))[0]


async def document_of(session: AsyncSession, row: CoachingSession) -> FormatDocument:
    """What the version of the format holds that a session follows."""
    found = await formats.get_format(session, row.org_id, row.format_id)
    if found is None:
        raise not_found("session_format")
    return FormatDocument.model_validate(found.document)


def _merged(before: Answers, given: Answers) -> dict[str, dict[str, str]]:
    """The answers with those that are given in their place; an empty one takes it back."""
    merged = {section: dict(answers) for section, answers in before.items()}
    for section, answers in given.items():
        merged[section] = {key: text for key, text in {**merged.get(section, {}), **answers}.items() if text}
    return {section: answers for section, answers in merged.items() if answers}


async def _arrange(
    session: AsyncSession, principal: Principal, data: CreateCoachingSession
) -> tuple[Participants, str]:
    """The two, and the time zone of the rep; reporting lines and scope are those of the session's day."""
    organization = await get_organization(session, principal.as_system())
    day = data.starts_at.astimezone(ZoneInfo(organization.time_zone)).date()
    visible = await visible_people(session, principal, day)
    if visible is not None and data.rep_id not in visible:
        raise invalid("/rep_id", "is nobody whose sessions you arrange")
    lines = (await manager_periods_of(session, principal.as_system(), [data.rep_id])).get(data.rep_id, [])
    in_force = (line for line in lines if line.start_on <= day and (line.end_on is None or day < line.end_on))
    own = next((line.manager_id for line in in_force), None)
    manager_id = data.manager_id or own
    people = await get_people(session, principal.as_system(), {data.rep_id, manager_id or data.rep_id})
    if data.rep_id not in people:
        raise invalid("/rep_id", "is not a person of this organization")
    if manager_id is None:
        raise invalid("/manager_id", "must be given: the rep reports to nobody on that day")
    coaches = visible
    if visible is not None and data.rep_id == principal.person_id:
        coaches = frozenset() if own is None else frozenset({own})
    if manager_id not in people or (coaches is not None and manager_id not in coaches):
        raise invalid("/manager_id", "is nobody with whom you arrange sessions of this rep")
    if manager_id == data.rep_id:
        raise invalid("/manager_id", "must be somebody else than the rep")
    for pointer, person in (("/rep_id", people[data.rep_id]), ("/manager_id", people[manager_id])):
        _require_there(pointer, person, day)
    return Participants(manager_id, data.rep_id), people[data.rep_id].time_zone or organization.time_zone


def _require_there(pointer: str, person: PersonDTO, day: date) -> None:
    if person.left_on is not None and person.left_on < day:
        raise invalid(pointer, "will have left by then")
