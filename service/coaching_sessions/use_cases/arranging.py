"""Who may be brought together in a session that no programme arranges: on the day on which it takes place."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import CreateCoachingSession
from service.coaching_sessions.lifecycle import Participants
from service.core.errors import FieldError, invalid, invalid_fields
from service.core.principal import Principal, Role
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reporting_lines import manager_periods_of
from service.organizations.use_cases.scope import visible_people

COACHING_ROLES = frozenset({Role.MANAGER, Role.ENABLEMENT, Role.ADMIN})
"""Who may coach beside whoever owes a session."""


def pointers_of(data: CreateCoachingSession) -> dict[UUID, str]:
    """The fields that name those beside the two."""
    named = {"coach_ids": data.coach_ids, "rep_ids": data.rep_ids}
    return {id_: f"/{name}/{index}" for name, ids in named.items() for index, id_ in enumerate(ids)}


async def arrange(session: AsyncSession, principal: Principal, data: CreateCoachingSession) -> tuple[Participants, str]:
    """Everybody, and the time zone of the rep; reporting lines and scope are those of the session's day."""
    organization = await get_organization(session, principal.as_system())
    day = data.starts_at.astimezone(ZoneInfo(organization.time_zone)).date()
    visible = await visible_people(session, principal, day)
    if visible is not None and data.rep_id not in visible:
        raise invalid("/rep_id", "is nobody whose sessions you arrange")
    own = await _manager_of(session, principal, data.rep_id, day)
    manager_id = data.manager_id or own
    beside = (*data.rep_ids, *data.coach_ids)
    people = await get_people(session, principal.as_system(), {data.rep_id, manager_id or data.rep_id, *beside})
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
    _require_beside(principal, data, manager_id, people, visible)
    pointers = {data.rep_id: "/rep_id", manager_id: "/manager_id", **pointers_of(data)}
    for id_, pointer in pointers.items():
        _require_there(pointer, people[id_], day)
    between = Participants(manager_id, data.rep_id, tuple(data.coach_ids), tuple(data.rep_ids))
    return between, people[data.rep_id].time_zone or organization.time_zone


def _require_beside(
    principal: Principal,
    data: CreateCoachingSession,
    manager_id: UUID,
    people: Mapping[UUID, PersonDTO],
    visible: frozenset[UUID] | None,
) -> None:
    """`invalid` at each who may not be there: a rep brings nobody along."""
    faults = []
    times = Counter((data.rep_id, manager_id, *data.rep_ids, *data.coach_ids))
    for id_, pointer in pointers_of(data).items():
        person, is_coach = people.get(id_), pointer.startswith("/coach_ids")
        if times[id_] > 1:
            faults.append(FieldError(pointer, "takes part already"))
        elif person is None or (not is_coach and visible is not None and id_ not in visible):
            faults.append(FieldError(pointer, "is nobody whose sessions you arrange"))
        elif is_coach and (person.role not in COACHING_ROLES or principal.role is Role.REP):
            faults.append(FieldError(pointer, "is nobody who coaches beside the manager"))
    if faults:
        raise invalid_fields(faults)


async def _manager_of(session: AsyncSession, principal: Principal, rep_id: UUID, day: date) -> UUID | None:
    lines = (await manager_periods_of(session, principal.as_system(), [rep_id])).get(rep_id, [])
    in_force = (line for line in lines if line.start_on <= day and (line.end_on is None or day < line.end_on))
    return next((line.manager_id for line in in_force), None)


def _require_there(pointer: str, person: PersonDTO, day: date) -> None:
    if person.left_on is not None and person.left_on < day:
        raise invalid(pointer, "will have left by then")
