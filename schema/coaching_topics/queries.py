"""Reading topics, and hearing of new ones."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from schema.coaching_topics.types import READ, TYPE, CoachingTopic, load_coaching_topic, to_coaching_topic
from schema.context import Info
from schema.describing import NEEDS
from schema.inputs import row_id, to_input
from schema.paging import Paged, orders
from schema.relay import Connection, NullIfAbsent, id_of, part_of_list, to_connection
from service.coaching_sessions.dto.topics import TOPIC_SORTING, CoachingTopicDTO, TopicFilter
from service.coaching_sessions.topics import TopicSource, TopicState
from service.coaching_sessions.use_cases import topics
from service.core.pagination import PageRequest


@strawberry.type
class CoachingTopicsQuery:
    """Queries of coaching topics."""

    @strawberry.field(description="One coaching topic.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def coaching_topic(self, info: Info, id: strawberry.ID) -> CoachingTopic | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_coaching_topic(info, row_id(id, TYPE))

    @strawberry.field(
        description="Those that the caller may see; a person's open ones are at the person, in order.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("CoachingTopicSort", TOPIC_SORTING))],
    )
    async def coaching_topics(
        self,
        info: Info,
        page: PageRequest,
        rep_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        status: TopicState | None = None,
        source_: Annotated[TopicSource | None, strawberry.argument(name="source")] = None,
    ) -> Connection[CoachingTopic]:
        """One page."""
        rep, manager = id_of(rep_id, "Person"), id_of(manager_id, "Person")
        filters = to_input(TopicFilter, rep_id=rep, manager_id=manager, status=status, source=source_)
        async with info.context.session() as session:
            found = await topics.list_coaching_topics(session, info.context.principal, filters, page)
        return to_connection(found, to_coaching_topic, page)


@strawberry.type(description="Topics that the caller sees for the first time.")
class TopicRaisedPayload:
    """One message of the subscription."""

    raised: strawberry.Private[list[CoachingTopicDTO]]

    @strawberry.field(description="In the order to talk about them.", extensions=[Paged(whole=True)])
    def coaching_topics(self, page: PageRequest) -> Connection[CoachingTopic]:
        """What is not asked for here is not told again."""
        return part_of_list(self.raised, to_coaching_topic, page)


@strawberry.type
class CoachingTopicsSubscription:
    """Subscriptions of coaching topics."""

    @strawberry.subscription(
        description="What there is to talk about with a person, or a manager's direct reports, as soon as it is seen.",
        metadata={NEEDS: READ},
    )
    async def topic_raised(
        self, info: Info, person_id: strawberry.ID | None = None, manager_id: strawberry.ID | None = None
    ) -> AsyncGenerator[TopicRaisedPayload, None]:
        """Messages until either side ends it."""
        context = info.context
        person, manager = id_of(person_id, "Person"), id_of(manager_id, "Person")
        async with contextlib.aclosing(context.topic_feed.watch(context.principal, person, manager)) as news:
            async for raised in news:
                context.forget()
                yield TopicRaisedPayload(raised=raised)
