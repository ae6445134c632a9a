"""A team whose calls bring opportunities two weeks later, and whose e-mails bring nothing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from service.activities.models import Deal
from service.core.database import Database
from service.kpi_snapshots.repository.lead_grades import add_grades
from service.organizations.dto.people import PersonDTO
from service.success_models.dto.success_models import SuccessModelDTO
from tests.factories.sales_org import KNOWN, NO_HISTORY, SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, CONNECTED, flow_kpi, model_document, ratio_kpi, target

LAST = date(2026, 6, 29)
"""A Monday: the weeks before it are over."""
AT = datetime(2026, 6, 30, 16, tzinfo=UTC)
WEEKS, LAG = 60, 2
EMAILS: dict[str, Any] = {"source": "activities", "filters": [{"field": "kind", "op": "eq", "value": "email"}]}


def leads_document(**fields: Any) -> dict[str, Any]:
    """Calls, e-mails and the connected rate, opportunities, and won deals; calls and e-mails with targets."""
    document = model_document(
        kpis=[
            flow_kpi("calls", CALLS, name="Calls"),
            flow_kpi("emails", EMAILS, name="E-mails"),
            ratio_kpi("connected-rate", CONNECTED, CALLS, level="activity", name="Connected rate"),
            flow_kpi("opened", {"source": "deals_created"}, level="objective", name="Opportunities"),
            flow_kpi("won", {"source": "deals_won"}, level="result", name="Deals won"),
        ],
        targets=[target("calls", "month", "400"), target("emails", "month", "400")],
    )
    return document | fields


@dataclass(frozen=True, slots=True)
class LeadsOrg:
    """Reps below a lead, each with 60 weeks of calls, e-mails and opportunities before `AT`."""

    org: SalesOrg
    model: SuccessModelDTO
    lead: PersonDTO
    reps: list[PersonDTO]


async def make_leads_org(
    database: Database, people: int = 6, *, weeks: int = WEEKS, last: date = LAST, gamed: bool = False
) -> LeadsOrg:
    """`gamed` doubles the e-mails of the last quarter."""
    org = await make_sales_org(database)
    model = await org.activate(leads_document())
    lead = await org.add_person("Lead", role="manager", hired_on="2020-01-06")
    reps = [await org.add_person(f"Rep{n}", manager_id=lead.id, hired_on="2020-01-06") for n in range(people)]
    generator = np.random.default_rng(7)
    done: dict[str, list[tuple[PersonDTO, datetime]]] = {"call": [], "email": []}
    deals: list[Deal] = []
    for rep in reps:
        calls = generator.choice([2, 4, 8], weeks)
        emails = generator.integers(3, 7, weeks) * (1 + (np.arange(weeks) >= weeks - 13) * gamed)
        for week in range(weeks):
            start = last - timedelta(weeks=weeks - week)
            done["call"] += [(rep, _at(org, start, n)) for n in range(calls[week])]
            done["email"] += [(rep, _at(org, start, n)) for n in range(emails[week])]
            opened = calls[week - LAG] // 2 if week >= LAG else 0
            deals += [_deal(org, rep, _at(org, start, n)) for n in range(opened)]
    for kind, those in done.items():
        await org.add_activities([*those], kind)
    await org.write([*deals], [(deal.created_owner_id, deal.created_on) for deal in deals])
    await org.refresh()
    return LeadsOrg(org, model, lead, reps)


def _at(org: SalesOrg, start: date, number: int) -> datetime:
    return datetime.combine(start + timedelta(days=number % 5), time(10), org.zone)


def _deal(org: SalesOrg, owner: PersonDTO, at: datetime) -> Deal:
    return Deal(
        org_id=org.id,
        outcome="open",
        owner_id=owner.id,
        created_at=at.astimezone(UTC),
        created_on=org.day_of(at),
        created_owner_id=owner.id,
        **KNOWN,
        **{"attributes": {}, **NO_HISTORY},
    )


async def give_grades(org: SalesOrg, model: SuccessModelDTO, on: date = date(2020, 1, 1), **grades: str) -> None:
    """As if the worker had graded KPIs on a day; `_` in a name stands for `-`."""
    rows = [
        {
            "org_id": org.id,
            "model_id": model.id,
            "kpi": kpi.replace("_", "-"),
            "graded_on": on,
            "place": place,
            "grade": grade,
            "graded_at": AT,
            "document": {},
        }
        for place, (kpi, grade) in enumerate(grades.items())
    ]
    async with org.database.tenant(org.id) as session:
        await add_grades(session, rows)
