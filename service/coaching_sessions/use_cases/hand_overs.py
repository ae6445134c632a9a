"""Hand-overs: a manager's coaching of some reps is another's from a day on; what is past stays whose it was."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.standing_in import CreateHandOver, HandOverDTO, HandOverFilter
from service.coaching_sessions.lifecycle import Side
from service.coaching_sessions.models import CoachingCadence, CoachingHandOver, CoachingSession
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import passing_on, sessions, standing_in
from service.coaching_sessions.repository.cascading import lock_cascade
from service.coaching_sessions.repository.clock import want_cascade
from service.coaching_sessions.roster import DAY, CadenceEnd
from service.coaching_sessions.use_cases.access import visible_to
from service.coaching_sessions.use_cases.arranging import COACHING_ROLES
from service.coaching_sessions.use_cases.passing_on import pass_on_due, pass_on_sessions
from service.coaching_sessions.use_cases.whose_coaching import coaches_of, handed_over_to
from service.core.clock import utc_now
from service.core.errors import FieldError, invalid, invalid_fields, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import local_today

FAR = timedelta(days=3660)
NOBODY = "is nobody whose coaching you arrange"


async def list_coaching_hand_overs(
    session: AsyncSession, principal: Principal, filters: HandOverFilter, page: PageRequest
) -> Page[HandOverDTO]:
    """A page of those in which the caller sees one of the managers or a rep."""
    require(principal, Permission.COACHING_HAND_OVERS_READ)
    people = await visible_to(session, principal)
    found = await standing_in.list_hand_overs(session, principal.org_id, people, filters, page)
    return found.with_items([HandOverDTO.model_validate(row) for row in found.items])


async def get_coaching_hand_over(session: AsyncSession, principal: Principal, id_: UUID) -> HandOverDTO:
    """One of these; `not_found` otherwise."""
    require(principal, Permission.COACHING_HAND_OVERS_READ)
    row = await standing_in.get_hand_over(session, principal.org_id, await visible_to(session, principal), id_)
    if row is None:
        raise not_found("coaching_hand_over")
    return HandOverDTO.model_validate(row)


async def create_coaching_hand_over(session: AsyncSession, principal: Principal, data: CreateHandOver) -> HandOverDTO:
    """Hand over between two whom the caller sees: running cadences, sessions to come, open topics and commitments.

    Cadences and sessions of the day and later pass on now, topics and commitments on the day. A series keeps its time
    where the new one has it, and is laid anew where not. `invalid`, naming the field, for whoever may not be in it and
    for a rep whom the manager does not coach.
    """
    require(principal, Permission.COACHING_HAND_OVERS_WRITE)
    await lock_cascade(session, principal.org_id)
    await _require_managers(session, principal, data)
    now, on = utc_now(), data.hands_over_on
    cadences = await passing_on.lock_cadences_of(session, principal.org_id, data.from_manager_id, on)
    midnight = await _midnight(session, principal, on)
    rows = await _sessions_from(session, principal.org_id, data, midnight, now)
    coached = await _coached(session, principal, data)
    coached |= {one.rep_id for one in cadences} | {one.rep_id for one in rows}
    coached |= {rep_id for _, rep_id in await passing_on.matters_of(session, principal.org_id, {data.from_manager_id})}
    reps = _chosen(data, coached - {data.to_manager_id})
    chosen = set(reps)
    following = await _pass_on_cadences(session, [one for one in cadences if one.rep_id in chosen], data, now)
    passing = [row for row in rows if row.rep_id in chosen and data.to_manager_id not in row.rep_ids]
    clashing = await pass_on_sessions(session, passing, lambda _: data.to_manager_id, following, now)
    row = CoachingHandOver(
        org_id=principal.org_id,
        id=new_id(),
        rep_ids=reps,
        clashing_session_ids=[one.id for one in clashing],
        created_by=principal.person_id,
        created_at=now,
        **data.model_dump(exclude={"rep_ids"}),
    )
    session.add(row)
    await session.flush()
    await pass_on_due(session, principal.as_system(), now, await local_today(session, principal.org_id))
    await want_cascade(session, principal.org_id)
    return HandOverDTO.model_validate(row)


async def _require_managers(session: AsyncSession, principal: Principal, data: CreateHandOver) -> None:
    visible = await visible_to(session, principal)
    people = await get_people(session, principal.as_system(), {data.from_manager_id, data.to_manager_id})
    pair = (("/from_manager_id", data.from_manager_id), ("/to_manager_id", data.to_manager_id))
    hidden = [at for at, id_ in pair if id_ not in people or (visible is not None and id_ not in visible)]
    if hidden:
        raise invalid_fields([FieldError(at, NOBODY) for at in hidden])
    to = people[data.to_manager_id]
    if to.id == data.from_manager_id or to.role not in COACHING_ROLES:
        raise invalid("/to_manager_id", "must be another who coaches")
    if to.left_on is not None and to.left_on < data.hands_over_on:
        raise invalid("/to_manager_id", "will have left by then")
    if data.hands_over_on < await local_today(session, principal.org_id):
        raise invalid("/hands_over_on", "must be today or later")


async def _sessions_from(
    session: AsyncSession, org_id: UUID, data: CreateHandOver, midnight: datetime, now: datetime
) -> list[CoachingSession]:
    """What the manager owes from the day on, locked: of a series by the day that it is of, where its own clock has it.

    One that somebody put before the day takes place before it, and stays.
    """
    span = (max(midnight - 2 * DAY, now), midnight + FAR)
    rows = await standing_in.lock_sessions_of(session, org_id, data.from_manager_id, span, None)
    early = {row.id for row in rows if row.occurs_on is not None and row.starts_at < midnight}
    moves = await sessions.list_moves(session, org_id, early)
    put_there = {move.session_id for move in moves if move.side != Side.SYSTEM.value}
    found = []
    for row in rows:
        is_its_day = row.starts_at >= midnight if row.occurs_on is None else row.occurs_on >= data.hands_over_on
        if is_its_day and row.id not in put_there:
            found.append(row)
    return found


async def _coached(session: AsyncSession, principal: Principal, data: CreateHandOver) -> set[UUID]:
    """Whom the manager coaches on the day: of those who report to them, or were handed over to them."""
    manager_id, on = data.from_manager_id, data.hands_over_on
    reports = await direct_reports(session, principal.as_system(), manager_id, on)
    coaches = await coaches_of(session, principal.org_id, {person.id for person in reports}, on)
    own = {rep_id for rep_id, coach_id in coaches.items() if coach_id == manager_id}
    return own | await handed_over_to(session, principal.org_id, manager_id, on)


def _chosen(data: CreateHandOver, coached: set[UUID]) -> list[UUID]:
    if data.rep_ids is None:
        if not coached:
            raise invalid("/from_manager_id", "coaches nobody from that day on")
        return sorted(coached)
    unknown = [index for index, id_ in enumerate(data.rep_ids) if id_ not in coached]
    if unknown:
        raise invalid_fields([FieldError(f"/rep_ids/{index}", "is not coached by this manager") for index in unknown])
    return sorted(set(data.rep_ids))


async def _pass_on_cadences(
    session: AsyncSession, cadences: list[CoachingCadence], data: CreateHandOver, now: datetime
) -> Mapping[UUID, UUID]:
    """End each the day before and let it go on with the new manager; the ids of what follows by what was there.

    How long they go on is said by the next cascade.
    """
    following = {}
    on = data.hands_over_on
    for one in cadences:
        if one.from_on >= on:
            one.manager_id, one.updated_at = data.to_manager_id, now
            following[one.id] = one.id
            continue
        fields = {**one.model_dump(), "id": new_id(), "manager_id": data.to_manager_id, "from_on": on}
        one.ends_on, one.end_reason, one.updated_at = on - DAY, CadenceEnd.HANDED_OVER.value, now
        await session.flush()
        row = CoachingCadence(**{**fields, "created_at": now, "updated_at": now})
        session.add(row)
        following[one.id] = row.id
    await session.flush()
    return following


async def _midnight(session: AsyncSession, principal: Principal, day: date) -> datetime:
    organization = await get_organization(session, principal.as_system())
    return datetime.combine(day, time.min, ZoneInfo(organization.time_zone)).astimezone(UTC)
