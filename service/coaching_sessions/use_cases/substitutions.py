"""Substitutions: somebody holds a manager's sessions for a time, which the manager owes all the same."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.standing_in import (
    CreateSubstitution,
    EndSubstitution,
    SubstitutionDTO,
    SubstitutionFilter,
)
from service.coaching_sessions.models import CoachingSubstitution
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import standing_in as repository
from service.coaching_sessions.repository.cascading import lock_cascade
from service.coaching_sessions.repository.clock import want_cascade
from service.coaching_sessions.roster import DAY
from service.coaching_sessions.use_cases.access import visible_to
from service.coaching_sessions.use_cases.holding import change_hands, substitute
from service.coaching_sessions.use_cases.whose_coaching import coaches_of
from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, Role, require
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import local_today, managers_above

SUBSTITUTES = frozenset({Role.MANAGER, Role.ENABLEMENT})
LONGEST = timedelta(days=366)


async def list_coaching_substitutions(
    session: AsyncSession, principal: Principal, filters: SubstitutionFilter, page: PageRequest
) -> Page[SubstitutionDTO]:
    """A page of those of whom the caller sees, of the caller as the substitute, and of the caller's own manager."""
    require(principal, Permission.COACHING_SUBSTITUTIONS_READ)
    people, coaches = await _scope(session, principal)
    found = await repository.list_substitutions(session, principal.org_id, people, coaches, filters, page)
    return found.with_items([SubstitutionDTO.model_validate(row) for row in found.items])


async def get_coaching_substitution(session: AsyncSession, principal: Principal, id_: UUID) -> SubstitutionDTO:
    """One of these; `not_found` otherwise."""
    require(principal, Permission.COACHING_SUBSTITUTIONS_READ)
    return SubstitutionDTO.model_validate(await _find(session, principal, id_))


async def create_coaching_substitution(
    session: AsyncSession, principal: Principal, data: CreateSubstitution
) -> SubstitutionDTO:
    """Arrange one for oneself or somebody below; stewards do for everybody.

    The manager's scheduled sessions of the span go to the substitute at once where they have the time; of the others
    those of a series are laid anew by the worker. `invalid`, naming the field, for whoever may not be in it, and
    `conflict` where the manager has a substitute then.
    """
    require(principal, Permission.COACHING_SUBSTITUTIONS_WRITE)
    await lock_cascade(session, principal.org_id)
    people, now = await _require_people(session, principal, data), utc_now()
    begins_at, ends_at = await _span(session, principal, people[data.manager_id], data.from_on, data.to_on)
    if begins_at + DAY <= now:
        raise invalid("/from_on", "must be today or later")
    if ends_at - begins_at > LONGEST:
        raise invalid("/to_on", "must be within a year of from_on")
    span = (begins_at, ends_at)
    others = await repository.list_substitutions_within(session, principal.org_id, span, data.manager_id)
    if any(one.rep_id == data.rep_id for one in others):
        raise conflict("already_substituted", "Somebody else is named for some of these days.", "/from_on")
    row = CoachingSubstitution(
        org_id=principal.org_id,
        id=new_id(),
        begins_at=begins_at,
        ends_at=ends_at,
        created_by=principal.person_id,
        created_at=now,
        updated_at=now,
        **data.model_dump(),
    )
    session.add(row)
    await session.flush()
    held = await repository.lock_sessions_of(
        session, row.org_id, row.manager_id, (max(now, begins_at), ends_at), row.rep_id
    )
    await change_hands(session, row.org_id, held, lambda one: substitute(one, [*others, row]), now)
    await want_cascade(session, row.org_id)
    return SubstitutionDTO.model_validate(row)


async def end_coaching_substitution(
    session: AsyncSession,
    principal: Principal,
    id_: UUID,
    data: EndSubstitution,
    expected: Precondition = UNCONDITIONAL,
) -> SubstitutionDTO:
    """End one early: later sessions are the manager's again, and the substitute reads nothing of them any more.

    `not_found` for whoever may not arrange it; `conflict` (`time_taken`) where the manager has given the time of such a
    session to another.
    """
    require(principal, Permission.COACHING_SUBSTITUTIONS_WRITE)
    await lock_cascade(session, principal.org_id)
    row, now = await _find(session, principal, id_, lock=True), utc_now()
    visible = await visible_to(session, principal)
    if visible is not None and row.manager_id not in visible:
        raise not_found("coaching_substitution")
    expected.check(SubstitutionDTO.model_validate(row))
    manager = (await get_people(session, principal.as_system(), [row.manager_id]))[row.manager_id]
    was_until = row.ends_at
    _, ends_at = await _span(session, principal, manager, row.from_on, data.to_on)
    if data.to_on >= row.to_on:
        raise invalid("/to_on", "must be earlier than it was")
    if ends_at + DAY <= now:
        raise invalid("/to_on", "must be yesterday or later")
    row.to_on, row.ends_at, row.ended_at, row.updated_at = data.to_on, max(ends_at, row.begins_at), now, now
    await session.flush()
    await repository.end_rights(session, row)
    span = (row.begins_at, was_until)
    left = await repository.list_substitutions_within(session, row.org_id, span, row.manager_id)
    held = await repository.lock_sessions_of(session, row.org_id, row.manager_id, (now, was_until), row.rep_id)
    clashing = await change_hands(session, row.org_id, held, lambda one: substitute(one, left), now)
    if clashing:
        at = clashing[0].starts_at.isoformat()
        raise conflict("time_taken", f"The manager is taken at {at}: move that session first.", "/to_on")
    await want_cascade(session, row.org_id)
    return SubstitutionDTO.model_validate(row)


async def _scope(session: AsyncSession, principal: Principal) -> tuple[Collection[UUID] | None, list[UUID]]:
    """Whom the caller sees, and by whom they are coached themself."""
    people = await visible_to(session, principal)
    if people is None or principal.person_id is None:
        return people, []
    above = await managers_above(
        session, principal.org_id, principal.person_id, await local_today(session, principal.org_id)
    )
    return people, above[:1]


async def _find(session: AsyncSession, principal: Principal, id_: UUID, *, lock: bool = False) -> CoachingSubstitution:
    people, coaches = await _scope(session, principal)
    row = await repository.get_substitution(session, principal.org_id, people, coaches, id_, lock=lock)
    if row is None:
        raise not_found("coaching_substitution")
    return row


async def _require_people(
    session: AsyncSession, principal: Principal, data: CreateSubstitution
) -> dict[UUID, PersonDTO]:
    visible = await visible_to(session, principal)
    ids = {data.manager_id, data.substitute_id, *([] if data.rep_id is None else [data.rep_id])}
    people = await get_people(session, principal.as_system(), ids)
    if data.manager_id not in people or (visible is not None and data.manager_id not in visible):
        raise invalid("/manager_id", "is nobody whose sessions you arrange")
    if data.rep_id is not None and not (
        data.rep_id in people and await _is_coached(session, principal, data, data.rep_id, visible)
    ):
        raise invalid("/rep_id", "is nobody whose sessions you arrange")
    chosen = people.get(data.substitute_id)
    if chosen is None or chosen.role not in SUBSTITUTES:
        raise invalid("/substitute_id", "must be a manager or enablement of this organization")
    if data.substitute_id in {data.manager_id, data.rep_id}:
        raise invalid("/substitute_id", "must be somebody else")
    if (chosen.left_on or data.to_on) < data.to_on or (chosen.hired_on or data.from_on) > data.from_on:
        raise invalid("/substitute_id", "does not work here on all of these days")
    return dict(people)


async def _is_coached(
    session: AsyncSession, principal: Principal, data: CreateSubstitution, rep_id: UUID, visible: frozenset[UUID] | None
) -> bool:
    """Whether the caller sees the rep, or the manager coaches them because that was handed over."""
    if visible is None or rep_id in visible:
        return True
    coaches = await coaches_of(session, principal.org_id, [rep_id], data.from_on)
    return coaches.get(rep_id) == data.manager_id


async def _span(
    session: AsyncSession, principal: Principal, manager: PersonDTO, from_on: date, to_on: date
) -> tuple[datetime, datetime]:
    """The instants of some days by the manager's clock."""
    organization = await get_organization(session, principal.as_system())
    zone = ZoneInfo(manager.time_zone or organization.time_zone)
    first, last = (datetime.combine(day, time.min, zone).astimezone(UTC) for day in (from_on, to_on + DAY))
    return first, last
