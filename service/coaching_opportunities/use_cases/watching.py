"""Live opportunities: whoever watches a person or a manager's reports hears of what they may see from now on.

A review sends the ids with its commit (`OPPORTUNITIES`), once when something is raised and once when its grace time is
over; acting upon one sends its id as well.
"""

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_opportunities.permissions import Permission
from service.coaching_opportunities.use_cases.opportunities import coaching_opportunities_of
from service.core.principal import Principal
from service.organizations.use_cases.people_feed import PeopleFeed


class OpportunityFeed(PeopleFeed[CoachingOpportunityDTO]):
    """The watchers of one process."""

    permission = Permission.COACHING_OPPORTUNITIES_READ

    async def read(
        self, session: AsyncSession, principal: Principal, person_ids: Collection[UUID]
    ) -> list[CoachingOpportunityDTO]:
        """What is not closed, the largest of each person first."""
        found = await coaching_opportunities_of(session, principal, person_ids)
        return [one for those in found.values() for one in those]
