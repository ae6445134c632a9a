"""A team whose wins are driven by something known: a good half of the deals with an economic buyer is won."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from service.activities.dto.facts import BulkUpsertActivities, BulkUpsertDeals
from service.activities.use_cases.pushing import bulk_upsert_activities, bulk_upsert_deals
from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from service.success_models.dto.success_models import SuccessModelDTO
from tests.factories.deals import SYSTEM
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import flow_kpi, process_document

AS_OF = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEGUN = datetime(2025, 9, 1, 14, tzinfo=UTC)
DEALS, REPS = 240, 6
BULK = 500


@dataclass(frozen=True)
class DriversOrg:
    """Below a head a lead with six reps, and Alone beside them with deals of her own."""

    org: SalesOrg
    head: PersonDTO
    lead: PersonDTO
    reps: list[PersonDTO]
    alone: PersonDTO
    model: SuccessModelDTO


@dataclass(frozen=True)
class Story:
    """A deal: who closed it, since when, whether its buyer is known, how many calls it had, and how it ended."""

    number: int
    owner: PersonDTO
    created: datetime
    buyer: bool
    calls: int
    won: bool
    source: str

    @property
    def closed(self) -> datetime:
        return self.created + timedelta(days=40)

    def writes(self) -> Iterable[dict[str, Any]]:
        """As its CRM tells it: the buyer is written on the tenth day, if ever."""
        name = {"external_id": f"deal {self.number}"}
        begin = {"stage": "qualification", "created_at": self.created, "owner": self.owner.email}
        yield {**name, "modified_at": self.created, **begin, "attributes": {"source": self.source}}
        if self.buyer:
            buyer = {"economic_buyer": "Ada"}
            yield {**name, "modified_at": self.created + timedelta(days=10), "attributes": buyer}
        yield {**name, "modified_at": self.created + timedelta(days=20), "stage": "discovery"}
        yield {**name, "modified_at": self.closed, "stage": "closed_won" if self.won else "closed_lost"}

    def activities(self) -> Iterable[dict[str, Any]]:
        """Calls in its first weeks; on the day before the close three more where it is won, as one is when it is."""
        times = [self.created + timedelta(days=2 * number + 1) for number in range(self.calls)]
        times += [self.closed - timedelta(hours=number + 1) for number in range(3 * self.won)]
        for at in times:
            name = f"call {self.number} {at}"
            yield {"external_id": name, "kind": "call", "occurred_at": at, "deal": f"deal {self.number}"}


def stories(reps: Sequence[PersonDTO], deals: int, seed: int) -> list[Story]:
    """Of the deals with a buyer three quarters are won, of the others a quarter."""
    generator = np.random.default_rng(seed)
    return [
        Story(
            number,
            reps[number % len(reps)],
            BEGUN + timedelta(hours=int(generator.integers(0, 24 * 200))),
            buyer := bool(generator.random() < 0.5),
            int(generator.poisson(3)),
            bool(generator.random() < (0.75 if buyer else 0.25)),
            str(generator.choice(["web", "fair"])),
        )
        for number in range(deals)
    ]


async def push(org: SalesOrg, told: Sequence[Story]) -> None:
    """All that happened, in two transactions, so that the calls are on record when the outcomes become known."""
    activities = [one for story in told for one in story.activities()]
    async with org.database.tenant(org.id) as session:
        for start in range(0, len(activities), BULK):
            calls = BulkUpsertActivities(system=SYSTEM, activities=activities[start : start + BULK])
            assert {one.status for one in await bulk_upsert_activities(session, org.system, calls)} <= {"created"}
    deals = [write for story in told for write in story.writes()]
    async with org.database.tenant(org.id) as session:
        for start in range(0, len(deals), BULK):
            data = BulkUpsertDeals(system=SYSTEM, deals=deals[start : start + BULK])
            assert {one.status for one in await bulk_upsert_deals(session, org.system, data)} <= {"created", "updated"}


async def make_drivers_org(database: Database) -> DriversOrg:
    """With 240 closed deals of six reps, and one of Alone."""
    org = await make_sales_org(database)
    calls = flow_kpi("calls", {"source": "activities", "filters": [{"field": "kind", "op": "eq", "value": "call"}]})
    model = await org.activate(process_document(kpis=[calls], targets=[]), build=False)
    since = {"hired_on": "2020-01-01"}
    head = await org.add_person("Head", role="manager", **since)
    lead = await org.add_person("Lead", role="manager", manager_id=head.id, **since)
    reps = [await org.add_person(f"Rep{number}", manager_id=lead.id, **since) for number in range(REPS)]
    alone = await org.add_person("Alone", **since)
    told = [*stories(reps, DEALS, 5), Story(DEALS, alone, BEGUN, buyer=True, calls=1, won=True, source="web")]
    await push(org, told)
    return DriversOrg(org, head, lead, reps, alone, model)
