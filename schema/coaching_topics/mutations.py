"""Raising, pinning, dismissing and reopening topics."""

import strawberry
from strawberry.types.unset import UNSET

from schema.coaching_topics.types import TYPE, WRITE, CoachingTopic, to_coaching_topic
from schema.context import Info
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import mutation
from service.coaching_sessions.dto.topics import CoachingTopicDTO, CreateCoachingTopic, DismissTopic
from service.coaching_sessions.use_cases import topics
from service.core.database import TenantSession


@strawberry.type(description="A coaching topic as it is now.")
class CoachingTopicPayload:
    """The answer to a mutation of one topic."""

    coaching_topic: CoachingTopic = strawberry.field(description="The topic.")


@strawberry.input(description="Something that the rep or the manager wants to talk about.")
class CreateCoachingTopicInput:
    """All that a topic of people begins with."""

    rep_id: strawberry.ID
    title: str
    reason: str | None = UNSET
    kpi: str | None = UNSET
    deal_id: strawberry.ID | None = UNSET
    criterion: str | None = UNSET
    skill: str | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which topic comes first.")
class PinCoachingTopicInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Which topic's rank decides again.")
class UnpinCoachingTopicInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Which topic is none, and why.")
class DismissCoachingTopicInput:
    """A dismissal."""

    id: strawberry.ID
    reason: str
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Which topic is open again.")
class ReopenCoachingTopicInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


def _payload(dto: CoachingTopicDTO, _data: object) -> CoachingTopicPayload:
    return CoachingTopicPayload(coaching_topic=to_coaching_topic(dto))


@mutation("Raise a topic by hand.", needs=WRITE, payload=CoachingTopicPayload, render=_payload)
async def create_coaching_topic(session: TenantSession, info: Info, data: CreateCoachingTopicInput) -> CoachingTopicDTO:
    """`POST /v1/coaching-topics`."""
    return await topics.create_coaching_topic(session, info.context.principal, to_dto(CreateCoachingTopic, data))


@mutation("Put a topic first.", needs=WRITE, payload=CoachingTopicPayload, render=_payload)
async def pin_coaching_topic(session: TenantSession, info: Info, data: PinCoachingTopicInput) -> CoachingTopicDTO:
    """`POST /v1/coaching-topics/{id}/pin`."""
    principal, expected = info.context.principal, precondition(data.if_match)
    return await topics.pin_coaching_topic(session, principal, row_id(data.id, TYPE), expected)


@mutation("Let its rank decide again.", needs=WRITE, payload=CoachingTopicPayload, render=_payload)
async def unpin_coaching_topic(session: TenantSession, info: Info, data: UnpinCoachingTopicInput) -> CoachingTopicDTO:
    """`POST /v1/coaching-topics/{id}/unpin`."""
    principal, expected = info.context.principal, precondition(data.if_match)
    return await topics.unpin_coaching_topic(session, principal, row_id(data.id, TYPE), expected)


@mutation("Dismiss a topic, with a reason.", needs=WRITE, payload=CoachingTopicPayload, render=_payload)
async def dismiss_coaching_topic(
    session: TenantSession, info: Info, data: DismissCoachingTopicInput
) -> CoachingTopicDTO:
    """`POST /v1/coaching-topics/{id}/dismiss`."""
    id_, why, expected = row_id(data.id, TYPE), to_dto(DismissTopic, data), precondition(data.if_match)
    return await topics.dismiss_coaching_topic(session, info.context.principal, id_, why, expected)


@mutation("Open a dismissed topic again.", needs=WRITE, payload=CoachingTopicPayload, render=_payload)
async def reopen_coaching_topic(session: TenantSession, info: Info, data: ReopenCoachingTopicInput) -> CoachingTopicDTO:
    """`POST /v1/coaching-topics/{id}/reopen`."""
    principal, expected = info.context.principal, precondition(data.if_match)
    return await topics.reopen_coaching_topic(session, principal, row_id(data.id, TYPE), expected)


@strawberry.type
class CoachingTopicsMutation:
    """Mutations of coaching topics."""

    create_coaching_topic = create_coaching_topic
    pin_coaching_topic = pin_coaching_topic
    unpin_coaching_topic = unpin_coaching_topic
    dismiss_coaching_topic = dismiss_coaching_topic
    reopen_coaching_topic = reopen_coaching_topic
