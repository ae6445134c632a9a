"""A team whose calls connect as often for everybody, but one."""

from dataclasses import dataclass
from datetime import datetime

from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from service.organizations.dto.teams import CreateTeam, TeamDTO
from service.organizations.use_cases.teams import create_team
from service.success_models.dto.success_models import SuccessModelDTO
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document

REPS, CALLED, CONNECTED, WEAK = 8, 40, 24, 6


@dataclass(frozen=True, slots=True)
class RatesOrg:
    """Eight AEs below a lead, below a head: 24 of 40 calls of March 2025 connected, of the last one's 6.

    A newcomer has called nobody. An SDR below the head connected 3 of 5; a lone AE reports to nobody. The three AEs
    first by name are a team.
    """

    org: SalesOrg
    model: SuccessModelDTO
    head: PersonDTO
    lead: PersonDTO
    reps: list[PersonDTO]
    newcomer: PersonDTO
    sdr: PersonDTO
    alone: PersonDTO
    team: TeamDTO
    at: datetime


async def make_rates_org(database: Database) -> RatesOrg:
    """A new organization with them in it."""
    org = await make_sales_org(database)
    model = await org.activate(model_document())
    head = await org.add_person("Head", role="manager", job_role="Manager")
    lead = await org.add_person("Lead", role="manager", job_role="Manager", manager_id=head.id, hired_on="2022-01-03")
    reps = [
        await org.add_person(f"Rep{number}", job_role="AE", manager_id=lead.id, hired_on="2022-01-03")
        for number in range(REPS)
    ]
    newcomer = await org.add_person("New", job_role="AE", manager_id=lead.id, hired_on="2022-01-03")
    sdr = await org.add_person("Sid", job_role="SDR", manager_id=head.id, hired_on="2022-01-03")
    alone = await org.add_person("Alone", job_role="AE")
    done = org.local(2025, 3, 5, 12)
    for rep in reps:
        connected = WEAK if rep is reps[-1] else CONNECTED
        await org.add_activities([(rep, done)] * connected, outcome="connected")
        await org.add_activities([(rep, done)] * (CALLED - connected), outcome="no_answer")
    await org.add_activities([(sdr, done)] * 3, outcome="connected")
    await org.add_activities([(sdr, done)] * 2, outcome="no_answer")
    await org.refresh()
    async with database.tenant(org.id) as session:
        three = CreateTeam(name="Three", member_ids=[rep.id for rep in reps[:3]])
        team = await create_team(session, org.system, three)
    return RatesOrg(org, model, head, lead, reps, newcomer, sdr, alone, team, org.local(2025, 3, 31, 20))
