"""A team in which one is behind, and reviews of it at any instant."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from service.coaching_opportunities.dto import CoachingOpportunityDTO, OpportunityFilter
from service.coaching_opportunities.lifecycle import Changes
from service.coaching_opportunities.models import CoachingOpportunity
from service.coaching_opportunities.use_cases.opportunities import list_coaching_opportunities
from service.coaching_opportunities.use_cases.reviewing import review_opportunities
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.kpi_snapshots.repository.rows import run
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document

TOMORROW = date.today() + timedelta(days=2)  # noqa: DTZ011 - a day that has begun nowhere yet
"""Later than today, whatever the time zone."""


@dataclass(frozen=True, slots=True)
class Review:
    """A manager, the rep who is behind, their colleagues, and the instant that reviews are made for."""

    org: SalesOrg
    lead: PersonDTO
    ann: PersonDTO
    others: list[PersonDTO]
    at: datetime

    async def make(self, at: datetime | None = None) -> Changes:
        """Review, as the worker does."""
        async with self.org.database.tenant(self.org.id) as session:
            return await review_opportunities(session, self.org.system, at or self.at)

    async def seen_by(self, principal: Principal | None = None, **filters: Any) -> list[CoachingOpportunityDTO]:
        """The first page of the list."""
        asked = OpportunityFilter.model_validate(filters)
        async with self.org.database.tenant(self.org.id) as session:
            page = await list_coaching_opportunities(session, principal or self.org.system, asked, PageRequest(200))
        return page.items

    async def raised(self) -> CoachingOpportunityDTO:
        """Review, and read the one there is."""
        await self.make()
        (found,) = await self.seen_by()
        return found

    async def set(self, opportunity_id: UUID, **values: Any) -> None:
        """Write fields as if time had passed."""
        async with self.org.database.tenant(self.org.id) as session:
            chosen = update(CoachingOpportunity).where(col(CoachingOpportunity.id) == opportunity_id)
            await run(session, chosen.values(**values))

    async def call(self, person: PersonDTO, count: int, day: int = 20) -> None:
        """Calls of a day in March."""
        year = self.at.year
        await self.org.add_activities([(person, self.org.local(year, 3, day, 12, at)) for at in range(count)])
        await self.org.refresh()


async def team_of_six(org: SalesOrg, document: dict[str, Any] | None = None, year: int = 2026) -> Review:
    """Ann made no call in March, five others made twelve each; the small model asks for ten by its end."""
    await org.activate(document or model_document())
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id, hired_on=date(2025, 1, 1))
    names = ("Bob", "Cid", "Dora", "Eli", "Flo")
    others = [await org.add_person(name, manager_id=lead.id, hired_on=date(2025, 1, 1)) for name in names]
    review = Review(org, lead, ann, others, org.local(year, 3, 27, 17))
    days = [org.local(year, 3, day, 12) for day in range(2, 14)]
    await org.add_activities([(person, day) for person in (lead, *others) for day in days])
    await org.refresh()
    return review
