"""What reps were owed and received, and who of them has nothing planned."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.adherence import (
    EntitlementDTO,
    EntitlementQuery,
    UncoveredPersonDTO,
    UncoveredQuery,
)
from service.coaching_sessions.entitlement import account_for
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import adherence as repository
from service.coaching_sessions.use_cases.ledger import frame_account, load_gaps, load_sessions
from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.pagination import Page, PageRequest, cut_list
from service.core.principal import Principal, Role, require
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import get_people, list_everyone
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import local_today, require_visible, visible_people


async def get_entitlement(session: AsyncSession, principal: Principal, query: EntitlementQuery) -> EntitlementDTO:
    """A rep's own account, whoever was to coach them; managers above and stewards see it too.

    `not_found` for a person whom the caller does not see today, `invalid` for a span that is empty or too long.
    """
    require(principal, Permission.CADENCE_ADHERENCE_READ)
    await require_visible(session, principal, query.person_id, await local_today(session, principal.org_id))
    if not await get_people(session, principal.as_system(), [query.person_id]):
        raise not_found("person")
    frame = await frame_account(session, principal, query)
    window = frame.window(principal.org_id, None, [query.person_id])
    account = account_for(
        await load_sessions(session, principal.org_id, window.sessions(), frame.moment),
        await load_gaps(session, principal, window, frame),
        await load_sessions(session, principal.org_id, window.ahead(), frame.moment),
        frame.moment,
        query.days,
    )
    return EntitlementDTO.model_validate(
        {
            "person_id": query.person_id,
            "from_on": frame.from_on,
            "to_on": frame.to_on,
            "as_of": frame.moment.at,
            **{name: getattr(account, name) for name in account.__slots__},
        }
    )


async def list_uncovered_people(
    session: AsyncSession, principal: Principal, query: UncoveredQuery, page: PageRequest
) -> Page[UncoveredPersonDTO]:
    """Reps at work today who have no session planned within some days, by name; of those whom the caller sees.

    `not_found` for a manager whom the caller does not see.
    """
    require(principal, Permission.CADENCE_ADHERENCE_READ)
    people = await _reps_at_work(session, principal, query.manager_id)
    now = utc_now()
    contacts = await repository.list_contacts(session, principal.org_id, list(people), now)
    found = []
    for id_, person in people.items():
        last_held_at, next_session_at = contacts.get(id_, (None, None))
        if next_session_at is None or next_session_at > now + timedelta(days=query.days):
            found.append(
                UncoveredPersonDTO(
                    id=id_,
                    name=person.name,
                    manager_id=person.manager_id,
                    last_held_at=last_held_at,
                    next_session_at=next_session_at,
                )
            )
    found.sort(key=lambda one: (one.name, str(one.id)))
    return cut_list(found, [(one.name, str(one.id)) for one in found], page, length=2)


async def _reps_at_work(
    session: AsyncSession, principal: Principal, manager_id: UUID | None
) -> Mapping[UUID, PersonDTO]:
    today = await local_today(session, principal.org_id)
    visible = await visible_people(session, principal, today)
    if manager_id is None:
        people = await list_everyone(session, principal.as_system())
    else:
        await require_visible(session, principal, manager_id, today)
        people = await everyone_below(session, principal.as_system(), manager_id, today)
    return {
        person.id: person
        for person in people
        if person.role is Role.REP
        and (visible is None or person.id in visible)
        and (person.hired_on is None or person.hired_on <= today)
        and (person.left_on is None or person.left_on >= today)
    }
