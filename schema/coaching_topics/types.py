"""A topic as the schema shows it."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.concerns import Concern
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.lead_grades import LeadGrade
from schema.people.linked import linked_person
from schema.relay import Node, to_global_id
from service.coaching_sessions.dto.topics import CoachingTopicDTO
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.topics import TopicSource, TopicState
from service.coaching_sessions.use_cases import topics
from service.core.etags import etag_of
from service.organizations.permissions import Permission as People

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.COACHING_TOPICS_READ, Permission.COACHING_TOPICS_WRITE
TYPE = "CoachingTopic"

describe_enum(
    TopicSource,
    "Who or what raised a topic.",
    opportunity="A coaching opportunity.",
    deal="A deal that is slow or slipping.",
    commitment="A commitment that is overdue, or that the data found missed.",
    assessment="A skill that the rep and their manager rate far apart.",
    rep="The rep.",
    manager="The manager, or somebody else who sees the rep.",
)
describe_enum(
    TopicState,
    "What became of a topic.",
    name="TopicStatus",
    open="It waits for a session.",
    discussed="It was talked about in a session.",
    dismissed="Somebody said why it is none.",
    resolved="What raised it is gone.",
)


@strawberry.type(description="Something to talk about; carried over until it was discussed.")
class CoachingTopic(Node):
    """A topic."""

    row: strawberry.Private[CoachingTopicDTO]
    source: TopicSource
    title: str = strawberry.field(description="What it is about, in a few words.")
    reason: str
    evidence: JSON = strawberry.field(description="The numbers behind the reason.")
    concerns: Concern
    kpi: str | None
    lead_grade: LeadGrade | None
    criterion: str | None
    skill: str | None
    impact: Decimal
    confidence: Decimal
    rank: Decimal
    pinned: bool = strawberry.field(description="It comes first, whatever its rank.")
    status: TopicState = strawberry.field(description="What became of it.")
    visible_on: dt.date
    dismissal: str | None
    ended_at: dt.datetime | None = strawberry.field(description="Since when it is not open any more.")
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="The deal it is about.")
    def deal_id(self) -> strawberry.ID | None:
        """A global id."""
        return None if self.row.deal_id is None else to_global_id("Deal", self.row.deal_id)

    @strawberry.field(description="The coaching opportunity that raised it.")
    def opportunity_id(self) -> strawberry.ID | None:
        """A global id."""
        found = self.row.opportunity_id
        return None if found is None else to_global_id("CoachingOpportunity", found)

    @strawberry.field(description="The commitment that raised it.")
    def commitment_id(self) -> strawberry.ID | None:
        """A global id."""
        return None if self.row.commitment_id is None else to_global_id("Commitment", self.row.commitment_id)

    @strawberry.field(description="The session in which it was discussed.")
    def discussed_in(self) -> strawberry.ID | None:
        """A global id."""
        return None if self.row.discussed_in is None else to_global_id("CoachingSession", self.row.discussed_in)

    @strawberry.field(
        description="Whose session it is for, if the caller may see that person today.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def rep(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await linked_person(info, self.row.rep_id)

    @strawberry.field(
        description="Who raised it, if the caller may see that person; null: it was found in the data.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def raised_by(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await linked_person(info, self.row.raised_by)

    @strawberry.field(description="Changes with every edit, and with the day; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(CoachingTopic, CoachingTopicDTO)


def to_coaching_topic(dto: CoachingTopicDTO) -> CoachingTopic:
    """The GraphQL view of a topic."""
    linked = {"id", "rep_id", "raised_by", "deal_id", "opportunity_id", "commitment_id", "discussed_in"}
    return CoachingTopic(id=to_global_id(TYPE, dto.id), row=dto, **dto.model_dump(exclude=linked))


async def load_coaching_topic(info: Info, id_: UUID) -> CoachingTopic:
    """By row id."""
    async with info.context.session() as session:
        return to_coaching_topic(await topics.get_coaching_topic(session, info.context.principal, id_))
