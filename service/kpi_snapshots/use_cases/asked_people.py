"""Which people a question means that is answered person by person: of those whom the caller may see."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import invalid, not_found
from service.core.principal import Principal
from service.kpi_snapshots.use_cases.framing import Question
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import require_visible, visible_people
from service.organizations.use_cases.teams import get_team


@dataclass(frozen=True, slots=True)
class AskedPeople:
    """One person, the tree below a manager or a team; of a person and one of the others both hold. None: all."""

    person_id: UUID | None
    manager_id: UUID | None
    team_id: UUID | None


async def list_asked_people(
    session: AsyncSession, principal: Principal, asked: AskedPeople, question: Question
) -> Collection[UUID]:
    """Who is meant, as far as the caller sees them; the scope is that of the day of `as_of`.

    `not_found` for people outside the scope, `invalid` for a manager and a team at once.
    """
    if asked.manager_id is not None and asked.team_id is not None:
        raise invalid("team_id", "cannot be given together with a manager")
    system, frame = principal.as_system(), question.frame
    seen = await visible_people(session, principal, frame.today)
    found = set(question.staff.people) if seen is None else set(seen)
    if asked.manager_id is not None:
        await require_visible(session, principal, asked.manager_id, frame.today)
        below = await everyone_below(session, system, asked.manager_id, frame.level_at[1])
        found &= {person.id for person in below}
    if asked.team_id is not None:
        name = str((await get_team(session, system, asked.team_id)).id)
        found &= {person.id for person in question.staff.people.values() if name in person.teams}
        if seen is not None and not found:
            raise not_found("team")
    if asked.person_id is not None:
        await require_visible(session, principal, asked.person_id, frame.today)
        if not await get_people(session, system, [asked.person_id]):
            raise not_found("person")
        found &= {asked.person_id}
    return found
