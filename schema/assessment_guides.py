"""Guide mode: one skill in five minutes, step by step."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.assessment_types import TYPE, global_or_none
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id
from schema.paging import Paged
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from schema.skill_histories import SkillRating, to_skill_rating
from service.core.pagination import PageRequest
from service.skill_assessments.dto.guides import AssessmentGuideDTO, GuideActivityDTO, GuideDealDTO, GuideStepDTO
from service.skill_assessments.guiding import GuideStepKey
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import guides

READ = Permission.SKILL_ASSESSMENTS_READ

describe_enum(
    GuideStepKey,
    "What a step of the guide is for.",
    name="GuideStepKind",
    why="The skill, and why now.",
    last_time="The level last time.",
    anchors="What one sees at each level.",
    evidence="What the person did.",
    rate="The level.",
    say="One thing to say to the person.",
)


@strawberry.type(description="A step of the guide.")
class GuideStepEdge:
    """What it is for is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: GuideStepKey = strawberry.field(description="What it is for.")
    minutes: Decimal
    title: str = strawberry.field(description="In a few words.")
    text: str


@strawberry.type(description="The steps of the guide.")
class GuideStepConnection:
    """A Relay connection."""

    edges: list[GuideStepEdge] = strawberry.field(description="The steps of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="A deal to look at.")
class GuideDealEdge:
    """The deal's id is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="The deal.")
    name: str | None
    stage: str | None
    outcome: str
    moved_at: dt.datetime


@strawberry.type(description="Deals to look at.")
class GuideDealConnection:
    """A Relay connection."""

    edges: list[GuideDealEdge] = strawberry.field(description="The deals of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="An activity to look at.")
class GuideActivityEdge:
    """The activity's id is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="The activity.")
    kind: str
    deal_id: strawberry.ID | None
    occurred_at: dt.datetime
    outcome: str | None


@strawberry.type(description="Activities to look at.")
class GuideActivityConnection:
    """A Relay connection."""

    edges: list[GuideActivityEdge] = strawberry.field(description="The activities of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What a rater needs to go through one skill of a person in five minutes.")
class AssessmentGuide(Node):
    """A guide; anchors and items are JSON as in the documents of the framework and the template."""

    row: strawberry.Private[AssessmentGuideDTO]
    assessment_id: strawberry.ID
    person_id: strawberry.ID
    person_name: str
    skill: str
    skill_name: str
    description: str | None
    required_level: int | None
    anchors: JSON
    items: JSON
    last_rating: SkillRating | None

    @strawberry.field(description=AssessmentGuideDTO.model_fields["steps"].description, extensions=[Paged(whole=True)])
    def steps(self, page: PageRequest) -> GuideStepConnection:
        """Five minutes in all."""
        found = page_of_list(self.row.steps, page)
        edges = [
            GuideStepEdge(cursor=Cursor(cursor), node=dto.key, **dto.model_dump(exclude={"key"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return GuideStepConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description=AssessmentGuideDTO.model_fields["deals"].description, extensions=[Paged(whole=True)])
    def deals(self, page: PageRequest) -> GuideDealConnection:
        """Those that came into or out of a stage that the skill is about."""
        found = page_of_list(self.row.deals, page)
        edges = [
            GuideDealEdge(
                cursor=Cursor(cursor),
                node=to_global_id("Deal", dto.id),
                **dto.model_dump(exclude={"id"}),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return GuideDealConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(
        description=AssessmentGuideDTO.model_fields["activities"].description, extensions=[Paged(whole=True)]
    )
    def activities(self, page: PageRequest) -> GuideActivityConnection:
        """What the person did last."""
        found = page_of_list(self.row.activities, page)
        edges = [
            GuideActivityEdge(
                cursor=Cursor(cursor),
                node=to_global_id("Activity", dto.id),
                deal_id=global_or_none("Deal", dto.deal_id),
                **dto.model_dump(exclude={"id", "deal_id"}),
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return GuideActivityConnection(edges=edges, page_info=to_page_info(found, page))


describe(GuideStepEdge, GuideStepDTO)
describe(GuideDealEdge, GuideDealDTO)
describe(GuideActivityEdge, GuideActivityDTO)
describe(AssessmentGuide, AssessmentGuideDTO)


async def load_assessment_guide(info: Info, id_: UUID) -> AssessmentGuide:
    """By the assessment's row id."""
    async with info.context.session() as session:
        dto = await guides.get_assessment_guide(session, info.context.principal, id_)
    plain = dto.model_dump(mode="json")
    return AssessmentGuide(
        id=to_global_id("AssessmentGuide", id_),
        row=dto,
        assessment_id=to_global_id(TYPE, id_),
        person_id=to_global_id("Person", dto.person_id),
        anchors=JSON(plain["anchors"]),
        items=JSON(plain["items"]),
        last_rating=None if dto.last_rating is None else to_skill_rating(dto.last_rating),
        **{name: plain[name] for name in ("person_name", "skill", "skill_name", "description", "required_level")},
    )


@strawberry.type
class AssessmentGuidesQuery:
    """Queries of guides."""

    @strawberry.field(
        description="For the rater of a draft about one skill: five minutes, step by step.",
        metadata={NEEDS: READ},
        extensions=[NullIfAbsent()],
    )
    async def assessment_guide(self, info: Info, assessment_id: strawberry.ID) -> AssessmentGuide | None:
        """`GET /v1/skill-assessments/{id}/guide`."""
        return await load_assessment_guide(info, row_id(assessment_id, TYPE))
