"""Live topics: whoever watches a rep or a manager's reports hears of what they may see from now on.

Hints (`TOPICS`) come with every change of a rep's topics, and when the day is there from which others see one.
"""

from collections.abc import Collection
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.topics import CoachingTopicDTO
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases.topics import open_topics_of
from service.core.principal import Principal
from service.organizations.use_cases.people_feed import PeopleFeed


class TopicFeed(PeopleFeed[CoachingTopicDTO]):
    """The watchers of one process."""

    permission = Permission.COACHING_TOPICS_READ

    async def read(
        self, session: AsyncSession, principal: Principal, person_ids: Collection[UUID]
    ) -> list[CoachingTopicDTO]:
        """What is open, those of each rep in the order to talk about them."""
        found = await open_topics_of(session, principal, person_ids)
        return [one for those in found.values() for one in those]
