"""`/v1/coaching-topics`: what is worth talking about in the next session."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.topics import (
    TOPIC_SORTING,
    CoachingTopicDTO,
    CreateCoachingTopic,
    DismissTopic,
    TopicFilter,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.topics import TopicSource, TopicState
from service.coaching_sessions.use_cases import topics

READ, WRITE = Permission.COACHING_TOPICS_READ, Permission.COACHING_TOPICS_WRITE

router = resource_router("/v1/coaching-topics", "coaching topics")


@router.get("", **operation("listCoachingTopics", "List coaching topics", READ, 404))
async def list_coaching_topics(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(TOPIC_SORTING)],
    rep_id: Annotated[UUID | None, Query(description="Whose session they are for.")] = None,
    manager_id: Annotated[UUID | None, Query(description="Those of this manager's direct reports.")] = None,
    status: Annotated[TopicState | None, Query(description="What became of them.")] = None,
    source: Annotated[TopicSource | None, Query(description="Who or what raised them.")] = None,
) -> ListEnvelope[CoachingTopicDTO]:
    """A rep sees their own at once, a manager those of the tree below from the day on that is theirs."""
    filters = TopicFilter(rep_id=rep_id, manager_id=manager_id, status=status, source=source)
    return page.answer(await topics.list_coaching_topics(session, principal, filters, page))


@router.post("", status_code=201, **operation("createCoachingTopic", "Raise a coaching topic", WRITE, tagged=True))
async def create_coaching_topic(
    data: CreateCoachingTopic, session: SessionDep, principal: PrincipalDep
) -> CoachingTopicDTO:
    """A rep for themself, others for whomever they see; it is there for both sides at once."""
    return await topics.create_coaching_topic(session, principal, data)


@router.get("/{topic_id}", **operation("getCoachingTopic", "Read a coaching topic", READ, 404))
async def get_coaching_topic(topic_id: UUID, session: SessionDep, principal: PrincipalDep) -> CoachingTopicDTO:
    """One that is the rep's alone yet is not found by others."""
    return await topics.get_coaching_topic(session, principal, topic_id)


@router.post("/{topic_id}/pin", **operation("pinCoachingTopic", "Pin a coaching topic", WRITE, 404, 409, tagged=True))
async def pin_coaching_topic(
    topic_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingTopicDTO:
    """It comes first, whatever its rank."""
    return await topics.pin_coaching_topic(session, principal, topic_id, expected)


@router.post(
    "/{topic_id}/unpin", **operation("unpinCoachingTopic", "Unpin a coaching topic", WRITE, 404, 409, tagged=True)
)
async def unpin_coaching_topic(
    topic_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingTopicDTO:
    """Its rank decides again."""
    return await topics.unpin_coaching_topic(session, principal, topic_id, expected)


@router.post(
    "/{topic_id}/dismiss", **operation("dismissCoachingTopic", "Dismiss a coaching topic", WRITE, 404, 409, tagged=True)
)
async def dismiss_coaching_topic(
    topic_id: UUID, data: DismissTopic, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingTopicDTO:
    """With a reason; what the data raised does not come up again while it stays the same."""
    return await topics.dismiss_coaching_topic(session, principal, topic_id, data, expected)


@router.post(
    "/{topic_id}/reopen", **operation("reopenCoachingTopic", "Reopen a coaching topic", WRITE, 404, 409, tagged=True)
)
async def reopen_coaching_topic(
    topic_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CoachingTopicDTO:
    """What was dismissed is open again; what was discussed or resolved is over."""
    return await topics.reopen_coaching_topic(session, principal, topic_id, expected)
