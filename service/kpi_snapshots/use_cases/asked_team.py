"""Which people a question about a team means, for whoever may ask about it: its members and those who see any of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import invalid, not_found
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from service.organizations.known import KnownPerson
from service.organizations.use_cases.people import get_people, list_everyone
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.teams import get_team


@dataclass(frozen=True, slots=True)
class AskedTeam:
    """The tree below a manager or a team, on a day; by default the caller's own team.

    `seen` are the people whom the caller may see (None: everybody), `known` the people as they were known, where that
    was asked for.
    """

    manager_id: UUID | None
    team_id: UUID | None
    on: date
    seen: Collection[UUID] | None
    known: Mapping[UUID, KnownPerson] | None = None


async def list_asked_team(session: AsyncSession, principal: Principal, asked: AskedTeam) -> Sequence[PersonDTO]:
    """The people of the team.

    By default those below the caller, or else all below the caller's manager; everybody for who sees everybody.
    `not_found` for a team of which the caller neither is one nor sees anybody, `invalid` for a manager and a team.
    """
    if asked.manager_id is not None and asked.team_id is not None:
        raise invalid("team_id", "cannot be given together with a manager")
    system, seen = principal.as_system(), asked.seen
    if asked.team_id is not None:
        team = await get_team(session, system, asked.team_id)
        members: Sequence[UUID] = team.member_ids
        if asked.known is not None:
            members = [person.id for person in asked.known.values() if str(team.id) in person.teams]
        if seen is not None and not set(members) & set(seen):
            raise not_found("team")
        return list((await get_people(session, system, members)).values())
    if asked.manager_id is not None:
        below = await everyone_below(session, system, asked.manager_id, asked.on)
        if seen is not None and asked.manager_id not in seen and principal.person_id not in {one.id for one in below}:
            raise not_found("person")
        return below
    if seen is None or principal.person_id is None:
        return await list_everyone(session, system)
    below = await everyone_below(session, system, principal.person_id, asked.on)
    if below:
        return below
    own = (await get_people(session, system, [principal.person_id])).values()
    manager_id = next((person.manager_id for person in own), None)
    return list(own) if manager_id is None else await everyone_below(session, system, manager_id, asked.on)
