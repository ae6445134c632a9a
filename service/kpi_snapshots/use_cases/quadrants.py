"""Process apart from outcome, person by person; as many statements for any number of deals."""

from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.quadrants.dto import QuadrantsDTO, QuadrantsQuery
from service.kpi_snapshots.quadrants.presenting import METHOD, MODEL_VERSION
from service.kpi_snapshots.rates.comparing import LEVEL
from service.kpi_snapshots.use_cases.asked_people import AskedPeople, list_asked_people
from service.kpi_snapshots.use_cases.framing import frame_question
from service.kpi_snapshots.use_cases.weighing import classify_people, group_peers
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import list_everyone
from service.success_models.use_cases.owner_models import load_models


async def get_quadrants(session: AsyncSession, principal: Principal, query: QuadrantsQuery) -> QuadrantsDTO:
    """Where each person stands whom the caller may see: a rep themself, a manager those below.

    Those without a model are left out, and so are managers and others who own no deals. `not_found` for people outside
    the scope; `invalid` for a manager and a team at once, and for a `period_start` that starts no such period.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    when = query.model_dump(include={"period", "period_start", "as_of"})
    question = await frame_question(session, principal, KpiSnapshotQuery(**when))
    system, frame = principal.as_system(), question.frame
    whose = AskedPeople(query.person_id, query.manager_id, query.team_id)
    asked = await list_asked_people(session, principal, whose, question)
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
