"""Process apart from outcome, person by person; as many statements for any number of deals."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import invalid, not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.quadrants.dto import QuadrantsDTO, QuadrantsQuery
from service.kpi_snapshots.quadrants.presenting import METHOD, MODEL_VERSION
from service.kpi_snapshots.rates.comparing import LEVEL
from service.kpi_snapshots.use_cases.framing import Question, frame_question
from service.kpi_snapshots.use_cases.weighing import classify_people, group_peers
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people, list_everyone
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import require_visible, visible_people
from service.organizations.use_cases.teams import get_team
from service.success_models.use_cases.owner_models import load_models


async def get_quadrants(session: AsyncSession, principal: Principal, query: QuadrantsQuery) -> QuadrantsDTO:
    """Where each person stands whom the caller may see: a rep themself, a manager those below.

    Those without a model are left out, and so are managers and others who own no deals. `not_found` for people outside
    the scope; `invalid` for a manager and a team at once, and for a `period_start` that starts no such period.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    if query.manager_id is not None and query.team_id is not None:
        raise invalid("team_id", "cannot be given together with a manager")
    when = query.model_dump(include={"period", "period_start", "as_of"})
    question = await frame_question(session, principal, KpiSnapshotQuery(**when))
    system, frame = principal.as_system(), question.frame
    asked = await _asked(session, principal, query, question)
    everybody = await list_everyone(session, system)
    groups = group_peers(everybody, asked, await load_models(session, system, []), question)
    organization = await get_organization(session, system)
    return QuadrantsDTO(
        period=frame.period.kind,
        period_start=frame.period.start,
        period_end=frame.period.end,
        as_of=frame.as_of,
        team_on=frame.level_at[1],
        verdict_probability=organization.verdict_probability,
        interval_level=Decimal(str(LEVEL)),
        method=METHOD,
        model_version=MODEL_VERSION,
        people=await classify_people(
            session, principal.org_id, question, groups, asked, float(organization.verdict_probability)
        ),
    )


async def _asked(
    session: AsyncSession, principal: Principal, query: QuadrantsQuery, question: Question
) -> Collection[UUID]:
    """Whose quadrants are meant, as far as the caller sees them; the scope is that of the day of `as_of`."""
    system, frame = principal.as_system(), question.frame
    seen = await visible_people(session, principal, frame.today)
    found = set(question.staff.people) if seen is None else set(seen)
    if query.manager_id is not None:
        await require_visible(session, principal, query.manager_id, frame.today)
        below = await everyone_below(session, system, query.manager_id, frame.level_at[1])
        found &= {person.id for person in below}
    if query.team_id is not None:
        name = str((await get_team(session, system, query.team_id)).id)
        found &= {person.id for person in question.staff.people.values() if name in person.teams}
        if seen is not None and not found:
            raise not_found("team")
    if query.person_id is not None:
        await require_visible(session, principal, query.person_id, frame.today)
        if not await get_people(session, system, [query.person_id]):
            raise not_found("person")
        found &= {query.person_id}
    return found
