"""Peers whose calls of two quarters are known, some of them new."""

from dataclasses import dataclass
from datetime import datetime

from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from service.success_models.dto.success_models import SuccessModelDTO
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, flow_kpi, model_document

PEERS, NEW = 12, 3


@dataclass(frozen=True, slots=True)
class PeerOrg:
    """Twelve AEs of long standing, the n-th with n + 3 calls in the first and n + 1 in the second quarter of 2025.

    Three were hired in February, and made a call in the second quarter each; an SDR made nine.
    """

    org: SalesOrg
    model: SuccessModelDTO
    lead: PersonDTO
    reps: list[PersonDTO]
    at: datetime
    """In the third quarter."""


async def make_peer_org(database: Database) -> PeerOrg:
    """A new organization with them in it."""
    org = await make_sales_org(database)
    lead = await org.add_person("Lead", role="manager", job_role="Manager", hired_on="2020-01-01")
    reps = []
    for number in range(PEERS):
        fields = {"manager_id": lead.id, "job_role": "AE", "hired_on": "2022-01-03"}
        reps.append(await org.add_person(f"Rep{number:02}", **fields))
        for day in range(number + 3):
            await org.add_activity(reps[-1], org.local(2025, 2, 1 + day, 12))
        for day in range(number + 1):
            await org.add_activity(reps[-1], org.local(2025, 5, 1 + day, 12))
    for number in range(NEW):
        newcomer = await org.add_person(f"New{number}", job_role="AE", hired_on="2025-02-03")
        await org.add_activity(newcomer, org.local(2025, 5, 5, 12))
    sdr = await org.add_person("Sid", job_role="SDR", hired_on="2022-01-03")
    for day in range(9):
        await org.add_activity(sdr, org.local(2025, 5, 1 + day, 12))
    model = await org.activate(model_document(kpis=[flow_kpi("calls", CALLS)], targets=[]))
    await org.refresh()
    return PeerOrg(org, model, lead, reps, org.local(2025, 8, 4, 9))
