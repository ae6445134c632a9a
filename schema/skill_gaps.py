"""Skill gaps: which one or two cost the most, person by person and over the team."""

import datetime as dt
import json
from decimal import Decimal

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from schema.skill_gap_skills import (
    RatingDisagreementConnection,
    RatingDisagreementEdge,
    SkillGapConnection,
    skill_edge,
)
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.skill_assessments.dto.gaps import PersonGapsDTO, SkillGapsDTO, SkillGapsQuery, TeamGapDTO
from service.skill_assessments.impact.deciding import SkillGapVerdict
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases.gaps import get_skill_gaps

describe_enum(
    SkillGapVerdict,
    "What is said of a person's gaps.",
    focus="One or two of them are worth working on.",
    nothing_to_gain="No gap costs anything that can be seen.",
    cannot_tell="It cannot be told yet which matters.",
)


@strawberry.type(description="A person's gaps, and the one or two to focus on.")
class PersonGapsEdge:
    """The person's name is the node."""

    row: strawberry.Private[PersonGapsDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The person's name.")
    job_role: str | None
    verdict: SkillGapVerdict
    explanation: str

    @strawberry.field(
        description="Whose they are, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="Those of focus first.", extensions=[Paged(whole=True)])
    def skills(self, page: PageRequest) -> SkillGapConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.skills, page)
        edges = [skill_edge(cursor, dto) for cursor, dto in zip(found.cursors, found.items, strict=True)]
        return SkillGapConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(
        description="Skills that the person and their manager rate far apart.", extensions=[Paged(whole=True)]
    )
    def disagreements(self, page: PageRequest) -> RatingDisagreementConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.disagreements, page)
        edges = [
            RatingDisagreementEdge(cursor=Cursor(cursor), node=dto.name, **dto.model_dump(exclude={"name"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return RatingDisagreementConnection(edges=edges, page_info=to_page_info(found, page))


describe(PersonGapsEdge, PersonGapsDTO)


@strawberry.type(description="People by name, never by rank.")
class PersonGapsConnection:
    """A Relay connection."""

    edges: list[PersonGapsEdge] = strawberry.field(description="The people of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="One skill over all people of the answer.")
class TeamGapEdge:
    """Its name is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="What the framework calls it.")
    framework: str
    skill: str
    required: int
    assessed: int
    below: Decimal | None
    below_low: int | None
    below_high: int | None
    gap: Decimal | None
    gap_low: Decimal | None
    gap_high: Decimal | None
    focus: int


describe(TeamGapEdge, TeamGapDTO)


@strawberry.type(description="The team's skills, as the frameworks have them.")
class TeamGapConnection:
    """A Relay connection."""

    edges: list[TeamGapEdge] = strawberry.field(description="The skills of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Which skill gaps cost the most; it shows association, not cause.")
class SkillGaps(Node):
    """The id names the question."""

    row: strawberry.Private[SkillGapsDTO]
    as_of: dt.datetime
    period_start: dt.date
    period_end: dt.date
    currency: str
    verdict_probability: Decimal
    interval_level: Decimal
    claim: str
    method: str
    model_version: str

    @strawberry.field(description="By name.", extensions=[Paged(whole=True)])
    def people(self, page: PageRequest) -> PersonGapsConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.people, page)
        edges = [
            PersonGapsEdge(
                row=dto,
                cursor=Cursor(cursor),
                node=dto.name,
                job_role=dto.job_role,
                verdict=dto.verdict,
                explanation=dto.explanation,
            )
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return PersonGapsConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="Skill by skill.", extensions=[Paged(whole=True)])
    def team(self, page: PageRequest) -> TeamGapConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.team, page)
        edges = [
            TeamGapEdge(cursor=Cursor(cursor), node=dto.name, **dto.model_dump(exclude={"name"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return TeamGapConnection(edges=edges, page_info=to_page_info(found, page))


describe(SkillGaps, SkillGapsDTO)


async def _ask(info: Info, asked: SkillGapsQuery) -> SkillGaps:
    async with info.context.session() as session:
        dto = await get_skill_gaps(session, info.context.principal, asked)
    key = json.dumps(asked.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    return SkillGaps(id=to_global_id("SkillGaps", key), row=dto, **dto.model_dump(exclude={"people", "team"}))


async def load_skill_gaps(info: Info, key: str) -> SkillGaps:
    """By what the id names; what has no answer any more is not there."""
    try:
        return await _ask(info, SkillGapsQuery.model_validate_json(key))
    except ServiceError as error:
        raise not_found("skill_gaps") if error.kind is ErrorKind.INVALID else error from error


@strawberry.type
class SkillGapsQueries:
    """Queries of skill gaps."""

    @strawberry.field(
        description="Which gaps cost the most: of one person, of those below a manager, or of all one may see.",
        metadata={NEEDS: Permission.SKILL_GAPS_READ},
        extensions=[NullIfAbsent()],
    )
    async def skill_gaps(
        self,
        info: Info,
        person_id: strawberry.ID | None = None,
        manager_id: strawberry.ID | None = None,
        team_id: strawberry.ID | None = None,
        framework: str | None = None,
        as_of: dt.datetime | None = None,
    ) -> SkillGaps | None:
        """Null for people whom the caller may not see."""
        whose = {
            "person_id": None if person_id is None else row_id(person_id, "Person"),
            "manager_id": None if manager_id is None else row_id(manager_id, "Person"),
            "team_id": None if team_id is None else row_id(team_id, "Team"),
        }
        return await _ask(info, to_input(SkillGapsQuery, **whose, framework=framework, as_of=as_of))
