"""Where somebody stands in each skill, with the severity of raters taken out."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_input
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from schema.severity import NoSeverity
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.skill_assessments.dto.levels import (
    PersonSkillLevelsDTO,
    SkillLevelDTO,
    SkillLevelPointDTO,
    SkillLevelsQuery,
)
from service.skill_assessments.levels import ErrorBasis, NoLevel
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases.levels import get_skill_levels

describe_enum(
    ErrorBasis,
    "Where a standard error comes from.",
    name="SkillLevelErrorBasis",
    measured="From raters who rated the same people.",
    assumed="From what is known of ratings elsewhere: too few have rated the same people.",
)
describe_enum(
    NoLevel,
    "Why a level cannot be told.",
    name="SkillLevelCannotTell",
    not_rated="Nobody has rated the skill within a year.",
    only_self="Only the person has.",
    too_few_peers="Fewer than three peers have: a single one could be recognized.",
)


@strawberry.type(description="What counted on a day on which something new did.")
class SkillLevelPointEdge:
    """The day is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: dt.date = strawberry.field(description="The day that the newest rating speaks of.")
    n: int
    raw_level: Decimal
    adjusted_level: Decimal | None


describe(SkillLevelPointEdge, SkillLevelPointDTO)


@strawberry.type(description="How a level came about, the oldest change first.")
class SkillLevelPointConnection:
    """A Relay connection."""

    edges: list[SkillLevelPointEdge] = strawberry.field(description="The changes of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Where a person stands in one skill, and how sure that is.")
class SkillLevelEdge:
    """The skill's key is the node."""

    row: strawberry.Private[SkillLevelDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The skill's key in the framework.")
    framework_key: str
    name: str
    top_level: int
    required_level: int | None
    level: Decimal | None
    raw_level: Decimal | None
    adjusted_level: Decimal | None
    standard_error: Decimal | None
    error_basis: ErrorBasis | None
    interval_low: Decimal | None
    interval_high: Decimal | None
    n: int
    managers: int = strawberry.field(description="How many of them rated as a manager.")
    managers_level: Decimal | None = strawberry.field(description="The mean of what managers gave.")
    peers: int = strawberry.field(description="How many of them are peers: none, or three at least.")
    peers_level: Decimal | None = strawberry.field(description="The mean of what peers gave.")
    enablement: int = strawberry.field(description="How many of them are enablement's.")
    enablement_level: Decimal | None = strawberry.field(description="The mean of what enablement gave.")
    external: int = strawberry.field(description="How many of them are tools or files.")
    external_level: Decimal | None = strawberry.field(description="The mean of what tools and files gave.")
    own_level: Decimal | None
    peers_waiting: int
    assessed_on: dt.date | None
    not_adjusted: NoSeverity | None
    cannot_tell: NoLevel | None
    explanation: str

    @strawberry.field(description="The newest version of the framework.")
    def framework_id(self) -> strawberry.ID:
        """For `node(id)`."""
        return to_global_id("CompetencyFramework", self.row.framework_id)

    @strawberry.field(
        description="The newest twelve changes within the window, the oldest first.", extensions=[Paged(whole=True)]
    )
    def history(self, page: PageRequest) -> SkillLevelPointConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.history, page)
        edges = [
            SkillLevelPointEdge(cursor=Cursor(cursor), node=dto.on, **dto.model_dump(exclude={"on"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return SkillLevelPointConnection(edges=edges, page_info=to_page_info(found, page))


describe(SkillLevelEdge, SkillLevelDTO)


@strawberry.type(description="Levels by framework, in its order.")
class SkillLevelConnection:
    """A Relay connection."""

    edges: list[SkillLevelEdge] = strawberry.field(description="The skills of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="Where a person stands in each skill of their frameworks.")
class SkillLevels(Node):
    """The id names the question."""

    row: strawberry.Private[PersonSkillLevelsDTO]
    as_of: dt.datetime
    since: dt.date
    interval_level: Decimal
    method: str

    @strawberry.field(
        description="Whose levels they are, if the caller may see that person today.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="By framework, in its order.", extensions=[Paged(whole=True)])
    def skills(self, page: PageRequest) -> SkillLevelConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.skills, page)
        edges = [_to_level(dto, Cursor(cursor)) for cursor, dto in zip(found.cursors, found.items, strict=True)]
        return SkillLevelConnection(edges=edges, page_info=to_page_info(found, page))


describe(SkillLevels, PersonSkillLevelsDTO)

KINDS = {
    RaterKind.MANAGER: "managers",
    RaterKind.PEER: "peers",
    RaterKind.ENABLEMENT: "enablement",
    RaterKind.EXTERNAL: "external",
}


def _to_level(dto: SkillLevelDTO, cursor: Cursor) -> SkillLevelEdge:
    said = {one.kind: one for one in dto.raters}
    kinds: dict[str, Any] = {name: said[kind].n if kind in said else 0 for kind, name in KINDS.items()}
    kinds |= {f"{name}_level": said[kind].level if kind in said else None for kind, name in KINDS.items()}
    shown = dto.model_dump(exclude={"framework_id", "skill", "raters", "history"})
    return SkillLevelEdge(row=dto, cursor=cursor, node=dto.skill, **shown, **kinds)


async def _ask(info: Info, asked: SkillLevelsQuery) -> SkillLevels:
    async with info.context.session() as session:
        dto = await get_skill_levels(session, info.context.principal, asked)
    key = json.dumps(asked.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    shown = dto.model_dump(exclude={"person_id", "skills"})
    return SkillLevels(id=to_global_id("SkillLevels", key), row=dto, **shown)


async def load_skill_levels(info: Info, key: str) -> SkillLevels:
    """By what the id names."""
    return await _ask(info, SkillLevelsQuery.model_validate_json(key))


@strawberry.type
class SkillLevelsQueries:
    """Queries of levels in skills."""

    @strawberry.field(
        description="Where a person stands in each skill, raw and with the severity of raters taken out.",
        metadata={NEEDS: Permission.SKILL_ASSESSMENTS_READ},
        extensions=[NullIfAbsent()],
    )
    async def skill_levels(
        self, info: Info, person_id: strawberry.ID, framework: str | None = None, as_of: dt.datetime | None = None
    ) -> SkillLevels | None:
        """Null for a person whose skills the caller does not read, and for a framework that is none of theirs."""
        asked = to_input(SkillLevelsQuery, person_id=row_id(person_id, "Person"), framework=framework, as_of=as_of)
        return await _ask(info, asked)
