"""What was said of a person's skills over time, and what their peers say together."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.assessment_types import global_or_none, person_of
from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_input
from schema.paging import Paged
from schema.people.types import Person
from schema.relay import Connection, Node, part_of_list, to_global_id
from service.core.errors import not_found
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as OrganizationPermission
from service.skill_assessments.dto.histories import PeerRatingDTO, SkillHistoryDTO, SkillHistoryFilter, SkillRatingDTO
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import histories

READ, PEOPLE = Permission.SKILL_ASSESSMENTS_READ, OrganizationPermission.PEOPLE_READ


@strawberry.type(description="A submitted rating as it was given, in the words that it was given in.")
class SkillRating(Node):
    """A rating."""

    row: strawberry.Private[SkillRatingDTO]
    assessment_id: strawberry.ID
    item: str
    rater_id: strawberry.ID | None
    rater_kind: RaterKind
    scorer: str | None
    revision: int
    is_superseded: bool
    framework_id: strawberry.ID
    framework_version: int
    skill_name: str | None
    level: Decimal
    top_level: int
    level_name: str | None
    anchor: str | None
    given: str | None
    words: str | None
    assessed_on: dt.date
    submitted_at: dt.datetime

    @strawberry.field(
        description="Who rated, if the caller may see them today; null also for a tool or a file.",
        metadata={NEEDS: PEOPLE},
    )
    async def rater(self, info: Info) -> Person | None:
        """Through the loader."""
        return await person_of(info, self.row.rater_id)


@strawberry.type(description="What was said of one skill of a person.")
class SkillHistory(Node):
    """The id names the person and the skill."""

    row: strawberry.Private[SkillHistoryDTO]
    person_id: strawberry.ID
    framework_key: str
    skill: str
    name: str | None = strawberry.field(description=SkillHistoryDTO.model_fields["name"].description)

    @strawberry.field(description=SkillHistoryDTO.model_fields["ratings"].description, extensions=[Paged(whole=True)])
    def ratings(self, page: PageRequest) -> Connection[SkillRating]:
        """All of them, unless fewer are asked for."""
        return part_of_list(self.row.ratings, to_skill_rating, page)


@strawberry.type(description="What a person's peers say of one skill together.")
class PeerRating(Node):
    """The id names the person and the skill."""

    person_id: strawberry.ID
    framework_key: str
    skill: str
    name: str | None = strawberry.field(description=PeerRatingDTO.model_fields["name"].description)
    missing: int
    n: int | None
    level: float | None
    low: float | None
    high: float | None
    top_level: int
    cannot_tell: str | None
    method: str
    since: dt.date
    as_of: dt.date


describe(SkillRating, SkillRatingDTO)
describe(SkillHistory, SkillHistoryDTO)
describe(PeerRating, PeerRatingDTO)


def to_skill_rating(dto: SkillRatingDTO) -> SkillRating:
    """The GraphQL view of a rating."""
    fields = dto.model_dump() | {
        "assessment_id": to_global_id("SkillAssessment", dto.assessment_id),
        "rater_id": global_or_none("Person", dto.rater_id),
        "framework_id": to_global_id("CompetencyFramework", dto.framework_id),
    }
    return SkillRating(id=to_global_id("SkillRating", f"{dto.assessment_id}:{dto.item}"), row=dto, **fields)


def _named(type_name: str, dto: SkillHistoryDTO | PeerRatingDTO) -> dict[str, strawberry.ID]:
    return {
        "id": to_global_id(type_name, f"{dto.person_id}:{dto.framework_key}:{dto.skill}"),
        "person_id": to_global_id("Person", dto.person_id),
    }


def to_skill_history(dto: SkillHistoryDTO) -> SkillHistory:
    """The GraphQL view of what was said of a skill."""
    return SkillHistory(row=dto, **(dto.model_dump(exclude={"ratings"}) | _named("SkillHistory", dto)))


def to_peer_rating(dto: PeerRatingDTO) -> PeerRating:
    """The GraphQL view of what peers say together."""
    return PeerRating(**(dto.model_dump() | _named("PeerRating", dto)))


async def load_skill_rating(info: Info, key: str) -> SkillRating:
    """By the assessment and the item."""
    assessment_id, item = key.split(":")
    async with info.context.session() as session:
        found = await histories.get_skill_rating(session, info.context.principal, UUID(assessment_id), item)
    return to_skill_rating(found)


async def load_skill_history(info: Info, key: str) -> SkillHistory:
    """By the person, the framework and the skill."""
    person_id, framework_key, skill = key.split(":")
    async with info.context.session() as session:
        found = await histories.list_skill_history(session, info.context.principal, UUID(person_id))
    for one in found:
        if (one.framework_key, one.skill) == (framework_key, skill):
            return to_skill_history(one)
    raise not_found("skill_history")


async def load_peer_rating(info: Info, key: str) -> PeerRating:
    """By the person, the framework and the skill."""
    person_id, framework_key, skill = key.split(":")
    async with info.context.session() as session:
        found = await histories.list_peer_ratings(session, info.context.principal, UUID(person_id))
    for one in found:
        if (one.framework_key, one.skill) == (framework_key, skill):
            return to_peer_rating(one)
    raise not_found("peer_rating")


@strawberry.type
class SkillHistoriesQuery:
    """Queries of what was said of a person's skills."""

    @strawberry.field(
        description="Submitted ratings of a person by skill, in the words they were given in; of peers only one's own.",
        metadata={NEEDS: READ},
        extensions=[Paged(whole=True)],
    )
    async def skill_history(
        self, info: Info, page: PageRequest, person_id: strawberry.ID, skill: str | None = None
    ) -> Connection[SkillHistory]:
        """`GET /v1/people/{id}/skill-history`."""
        async with info.context.session() as session:
            id_, filters = row_id(person_id, "Person"), to_input(SkillHistoryFilter, skill=skill)
            found = await histories.list_skill_history(session, info.context.principal, id_, filters)
        return part_of_list(found, to_skill_history, page)

    @strawberry.field(
        description="What a person's peers say of each skill together, from three of them up and three by three.",
        metadata={NEEDS: READ},
        extensions=[Paged(whole=True)],
    )
    async def peer_ratings(self, info: Info, page: PageRequest, person_id: strawberry.ID) -> Connection[PeerRating]:
        """`GET /v1/people/{id}/peer-ratings`."""
        async with info.context.session() as session:
            found = await histories.list_peer_ratings(session, info.context.principal, row_id(person_id, "Person"))
        return part_of_list(found, to_peer_rating, page)
