"""Who may be brought together in a session that no programme arranges: on the day on which it takes place."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import CreateCoachingSession
from service.coaching_sessions.lifecycle import Participants
from service.coaching_sessions.use_cases.whose_coaching import arranged_by, coaches_of
from service.core.errors import FieldError, invalid, invalid_fields
from service.core.principal import Principal, Role
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people

COACHING_ROLES = frozenset({Role.MANAGER, Role.ENABLEMENT, Role.ADMIN})
"""Who may coach beside whoever owes a session."""
NOT_YOURS = "is nobody whose sessions you arrange"


def pointers_of(between: Participants | CreateCoachingSession) -> dict[UUID, str]:
    """The fields that name those beside the two."""
    named = {"coach_ids": between.coach_ids, "rep_ids": between.rep_ids}
    return {id_: f"/{name}/{index}" for name, ids in named.items() for index, id_ in enumerate(ids)}


async def arrange(session: AsyncSession, principal: Principal, data: CreateCoachingSession) -> tuple[Participants, str]:
    """Everybody, and the time zone of the rep; who coaches whom, and whose scope, are those of the session's day."""
    organization = await get_organization(session, principal.as_system())
    day = data.starts_at.astimezone(ZoneInfo(organization.time_zone)).date()
    by_rep = await coaches_of(session, principal.org_id, {data.rep_id, *data.rep_ids}, day)
    visible = await arranged_by(session, principal, by_rep, day)
    if visible is not None and data.rep_id not in visible:
        raise invalid("/rep_id", NOT_YOURS)
    own = by_rep.get(data.rep_id)
    manager_id = data.manager_id or own
    beside = (*data.rep_ids, *data.coach_ids)
    people = await get_people(session, principal.as_system(), {data.rep_id, manager_id or data.rep_id, *beside})
    if data.rep_id not in people:
        raise invalid("/rep_id", "is not a person of this organization")
    if manager_id is None:
        raise invalid("/manager_id", "must be given: nobody coaches the rep on that day")
    coaches = None if visible is None else frozenset({own})
    if coaches is not None and visible is not None and data.rep_id != principal.person_id:
        coaches |= visible
    if manager_id not in people or (coaches is not None and manager_id not in coaches):
        raise invalid("/manager_id", "is nobody with whom you arrange sessions of this rep")
    if manager_id == data.rep_id:
        raise invalid("/manager_id", "must be somebody else than the rep")
    between = Participants(manager_id, data.rep_id, tuple(data.coach_ids), tuple(data.rep_ids))
    _require_beside(principal, between, people, visible, frozenset(beside))
    pointers = {data.rep_id: "/rep_id", manager_id: "/manager_id", **pointers_of(between)}
    for id_, pointer in pointers.items():
        _require_there(pointer, people[id_], day)
    return between, people[data.rep_id].time_zone or organization.time_zone


async def require_company(
    session: AsyncSession, principal: Principal, between: Participants, new: Collection[UUID], starts_at: datetime
) -> None:
    """`invalid` at each of the `new` ones beside the two whom the caller could not have arranged it with."""
    organization = await get_organization(session, principal.as_system())
    day = starts_at.astimezone(ZoneInfo(organization.time_zone)).date()
    by_rep = await coaches_of(session, principal.org_id, {*new}.intersection(between.rep_ids), day)
    visible = await arranged_by(session, principal, by_rep, day)
    people = await get_people(session, principal.as_system(), new)
    _require_beside(principal, between, people, visible, new)
    for id_, pointer in pointers_of(between).items():
        if id_ in new:
            _require_there(pointer, people[id_], day)


def _require_beside(
    principal: Principal,
    between: Participants,
    people: Mapping[UUID, PersonDTO],
    visible: frozenset[UUID] | None,
    new: Collection[UUID],
) -> None:
    """`invalid` at each who may not be there: a rep brings nobody along."""
    faults = []
    times = Counter(between.everybody)
    for id_, pointer in pointers_of(between).items():
        person, is_coach = people.get(id_), pointer.startswith("/coach_ids")
        if times[id_] > 1:
            faults.append(FieldError(pointer, "takes part already"))
        elif id_ not in new:
            continue
        elif person is None or (not is_coach and visible is not None and id_ not in visible):
            faults.append(FieldError(pointer, NOT_YOURS))
        elif is_coach and (person.role not in COACHING_ROLES or principal.role is Role.REP):
            faults.append(FieldError(pointer, "is nobody who coaches beside the manager"))
    if faults:
        raise invalid_fields(faults)


def _require_there(pointer: str, person: PersonDTO, day: date) -> None:
    if person.left_on is not None and person.left_on < day:
        raise invalid(pointer, "will have left by then")
