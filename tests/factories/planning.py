"""A team with a year of deals behind it, of which plans can be made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.core.database import Database
from service.core.principal import Principal
from service.kpi_snapshots.planning.dto import PlanDTO, PlanRequest
from service.kpi_snapshots.use_cases.planning import plan_way_back
from service.organizations.dto.people import PersonDTO
from service.success_models.dto.success_models import SuccessModelDTO
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document, target

QUOTA = 50_000
CALLS_PER_DEAL = 4
DEALS = 24


@dataclass(frozen=True, slots=True)
class SellingTeam:
    """A manager and five reps, whose deals of 2025 were won every third time, Ann's every sixth."""

    org: SalesOrg
    model: SuccessModelDTO
    lead: PersonDTO
    reps: list[PersonDTO]
    at: datetime
    """A Monday in the first quarter of 2026."""

    @property
    def ann(self) -> PersonDTO:
        return self.reps[0]

    async def plan(self, principal: Principal | None = None, **asked: Any) -> PlanDTO:
        """Ann's, unless another person is named."""
        data = PlanRequest.model_validate({"person_id": self.ann.id, "as_of": self.at, **asked})
        async with self.org.database.tenant(self.org.id) as session:
            return await plan_way_back(session, principal or self.org.system, self.model.id, data)


async def make_selling_team(database: Database) -> SellingTeam:
    """A new organization with the team in it, and a quota for each quarter."""
    org = await make_sales_org(database)
    lead = await org.add_person("Lead", role="manager", hired_on="2024-01-01")
    names = ("Ann", "Bo", "Cy", "Di", "Ed")
    reps = [await org.add_person(name, manager_id=lead.id, hired_on="2024-01-01") for name in names]
    for rep in reps:
        for number in range(DEALS):
            await _deal(org, rep, number, won=number % (6 if rep.name == "Ann" else 3) == 0)
    model = await org.activate(model_document(targets=[target("won-amount", "quarter", str(QUOTA))]))
    await org.refresh()
    return SellingTeam(org, model, lead, reps, org.local(2026, 2, 16, 9))


async def _deal(org: SalesOrg, rep: PersonDTO, number: int, *, won: bool) -> None:
    """Opened after some calls; every third is lost in its first stage, unless it is won."""
    created = org.local(2025, 3, 3, 12) + timedelta(days=7 * number)
    closed = created + timedelta(days=30)
    made = await org.add_deal(rep, created, closed, "won" if won else "lost", amount=4000 + 1000 * (number % 5))
    await org.add_stage_change(made, 0, (None, "discovery"), created)
    if won or number % 3 == 1:
        await org.add_stage_change(made, 1, ("discovery", "proposal"), created + timedelta(days=10))
    if won:
        await org.add_stage_change(made, 2, ("proposal", "closed_won"), closed)
    await org.add_activities([(rep, created - timedelta(days=1, minutes=minute)) for minute in range(CALLS_PER_DEAL)])
