"""Coaching sessions: arranged by hand, read by whoever sees one who takes part, and written by those together."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import (
    CoachingSessionDTO,
    CoachingSessionFilter,
    CreateCoachingSession,
    UpdateCoachingSession,
)
from service.coaching_sessions.format_document import Answers, FormatDocument, unknown_answers
from service.coaching_sessions.lifecycle import Move
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import formats
from service.coaching_sessions.repository import sessions as repository
from service.coaching_sessions.use_cases.access import find_readable, get_for_move, present, require_move, visible_to
from service.coaching_sessions.use_cases.arranging import arrange, pointers_of
from service.coaching_sessions.use_cases.attendees import BESIDE, change_attendees
from service.coaching_sessions.use_cases.formats import resolve_format
from service.coaching_sessions.use_cases.holding import hold_by_whom_it_concerns
from service.coaching_sessions.use_cases.new_sessions import Planned, new_session
from service.coaching_sessions.use_cases.replacing import book_in_their_place, replace_one_to_ones, require_replacing
from service.coaching_sessions.use_cases.telling import wake
from service.core.clock import utc_now
from service.core.errors import FieldError, invalid, invalid_fields, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
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


async def next_coaching_sessions_of(
    session: AsyncSession, principal: Principal, rep_ids: Collection[UUID]
) -> dict[UUID, CoachingSessionDTO]:
    """The next session of each of those reps whom the caller sees, if one is planned; the batch behind loaders."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    people = await visible_to(session, principal)
    wanted = set(rep_ids) if people is None else people.intersection(rep_ids)
    rows = await repository.next_scheduled(session, principal.org_id, wanted, utc_now())
    distinct = list({row.id: row for row in rows.values()}.values())
    shown = {one.id: one for one in await present(session, principal, distinct)}
    return {rep_id: shown[row.id] for rep_id, row in rows.items()}


async def get_coaching_session(session: AsyncSession, principal: Principal, session_id: UUID) -> CoachingSessionDTO:
    """One; `not_found` for whoever neither sees one who takes part nor was granted its notes."""
    require(principal, Permission.COACHING_SESSIONS_READ)
    return (await present(session, principal, [await find_readable(session, principal, session_id)]))[0]


async def create_coaching_session(
    session: AsyncSession, principal: Principal, data: CreateCoachingSession
) -> CoachingSessionDTO:
    """Arrange one between people whose sessions the caller arranges.

    A rep does so with their own manager, a manager for those below them, who are coached by themself or by somebody
    below, and with any coaches beside; the others for anybody. `invalid` otherwise and for a time in the past,
    `conflict` for time that is taken, each at the field that names the person.
    """
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    now = utc_now()
    if data.starts_at <= now:
        raise invalid("/starts_at", "must be in the future")
    await require_replacing(session, principal, data, now)
    between, time_zone = await arrange(session, principal, data)
    format_id = (await resolve_format(session, principal, data.format_key)).id
    planned = Planned(between, data.starts_at, data.minutes, format_id, time_zone, data.reminder_minutes)
    row = new_session(principal.org_id, planned, now)
    await hold_by_whom_it_concerns(session, row)
    await repository.add_rows(session, [row])
    replaced = await replace_one_to_ones(session, row, between.reps, now) if data.replaces_one_to_ones else []
    await book_in_their_place(session, row, pointers_of(data), replaced, EventType.COACHING_SESSION_SCHEDULED)
    return (await present(session, principal, [row]))[0]


async def update_coaching_session(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    data: UpdateCoachingSession,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingSessionDTO:
    """Change what they write together, and who takes part beside the two.

    `invalid` for an answer to what the format does not ask, and for people whom the caller could not have arranged it
    with; `conflict` (`time_taken`) at the field of whoever has no time.
    """
    given = data.model_fields_set
    moves = [Move.INVITE] if given & BESIDE else []
    moves += [Move.WRITE] if given - BESIDE or not moves else []
    row, _ = await get_for_move(session, principal, session_id, expected, moves[0])
    require_move(principal, row, moves[-1])
    if Move.INVITE in moves:
        await change_attendees(session, principal, row, data)
    if Move.WRITE in moves:
        await _write(session, row, data)
    await session.flush()
    await wake(session, row)
    return (await present(session, principal, [row]))[0]


async def _write(session: AsyncSession, row: CoachingSession, data: UpdateCoachingSession) -> None:
    if "shared_notes" in data.model_fields_set:
        row.shared_notes = data.shared_notes
    if data.answers is not None:
        unknown = unknown_answers(await document_of(session, row), data.answers)
        if unknown:
            raise invalid_fields([FieldError(pointer, "is nothing that the format asks") for pointer in unknown])
        row.answers = _merged(row.answers, data.answers)
    row.updated_at = utc_now()


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
