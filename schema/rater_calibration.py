"""Whether raters agree, who rates severely, and where honest feedback is missing."""

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
from schema.severity import NoSeverity
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.skill_assessments.calibration.candour import NoCandour
from service.skill_assessments.calibration.drift import NoDrift
from service.skill_assessments.calibration.items import Clarity, NoClarity
from service.skill_assessments.calibration.raters import Leaning
from service.skill_assessments.dto.calibration import (
    AgreementDTO,
    AgreementWithheld,
    RaterCalibrationDTO,
    RaterCalibrationQuery,
    RaterDTO,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases.calibration import get_rater_calibration

describe_enum(
    Clarity,
    "What the agreement on an item allows.",
    name="ItemClarity",
    reliable="The whole interval of alpha is at .800 or above.",
    tentative="The whole interval is at .667 or above.",
    ambiguous="The whole interval is below .667: raters mean different things by it.",
)
describe_enum(
    NoClarity,
    "Why it cannot be told whether raters mean the same by an item.",
    name="ItemCannotTell",
    no_ratings="Nobody has rated it.",
    one_rater="One rater alone has.",
    no_overlap="No two raters have rated the same person.",
    all_the_same="Every rating is the same.",
    too_few_people="Fewer than five people are rated by two raters.",
    wide_interval="The interval holds the standard.",
)
describe_enum(
    Leaning,
    "How a rater rates against the others, all raters counted.",
    name="RaterLeaning",
    severe="Lower than others rate the same, beyond chance.",
    lenient="Higher than others rate the same, beyond chance.",
    in_line="Within chance.",
)
describe_enum(
    NoDrift,
    "Why it cannot be told whether a rater drifts.",
    name="RaterNoDrift",
    too_few_others="Fewer than two others rate the same people: nobody can say who has moved.",
    too_little_overlap="Fewer than five people in either half have been rated by others too.",
)
describe_enum(
    NoCandour,
    "Why it cannot be told whether a rater avoids to rate below the standard.",
    name="RaterNoCandour",
    no_standard="No level is required of whom they rate.",
    too_little_overlap="Fewer than five of whom they rate have been rated by others too.",
)
describe_enum(
    AgreementWithheld,
    "Why a caller reads no agreement.",
    nobody_below="Nobody is below them.",
    too_few_raters="Fewer than three raters: a single one could be recognized.",
)


@strawberry.type(description="Whether raters mean the same by an item, or by a skill.")
class AgreementEdge:
    """Its key is the node."""

    row: strawberry.Private[AgreementDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The key of the item or of the skill.")
    name: str
    skill: str | None
    alpha: Decimal | None
    low: Decimal | None
    high: Decimal | None
    people: int
    raters: int
    n: int
    clarity: Clarity | None
    cannot_tell: NoClarity | None
    explanation: str

    @strawberry.field(description="The template that asks it; null of a skill.")
    def template_id(self) -> strawberry.ID | None:
        """For `node(id)`."""
        id_ = self.row.template_id
        return None if id_ is None else to_global_id("AssessmentTemplate", id_)


describe(AgreementEdge, AgreementDTO)


@strawberry.type(description="Items or skills.")
class AgreementConnection:
    """A Relay connection."""

    edges: list[AgreementEdge] = strawberry.field(description="The items or skills of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="One rater against the others.")
class RaterEdge:
    """The rater's name is the node."""

    row: strawberry.Private[RaterDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The name of the rater, or of the tool or file.")
    scorer: str | None
    n: int
    people: int
    shared: int
    severity: Decimal | None
    severity_low: Decimal | None
    severity_high: Decimal | None
    severity_p: Decimal | None
    leaning: Leaning | None
    spread: Decimal | None
    others_spread: Decimal | None
    no_severity: NoSeverity | None
    drift: Decimal | None
    drift_low: Decimal | None
    drift_high: Decimal | None
    drift_p: Decimal | None
    drift_n: int | None
    drifting: bool | None
    no_drift: NoDrift | None
    below: int | None
    candour_people: int | None
    others_below: int | None
    never_below: bool | None
    never_below_p: Decimal | None
    no_candour: NoCandour | None
    explanation: str

    @strawberry.field(
        description="Who it is, if the caller may see that person today; null of a tool or a file.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        if self.row.rater_id is None:
            return None
        found = await info.context.loaders.people.load(self.row.rater_id)
        return None if found is None else to_person(found)


describe(RaterEdge, RaterDTO)


@strawberry.type(description="Raters by name.")
class RaterConnection:
    """A Relay connection."""

    edges: list[RaterEdge] = strawberry.field(description="The raters of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="How the raters of a framework compare within so many days.")
class RaterCalibration(Node):
    """The id names the question."""

    row: strawberry.Private[RaterCalibrationDTO]
    framework_key: str
    as_of: dt.datetime
    since: dt.date
    halves_on: dt.date
    interval_level: Decimal
    false_discoveries: Decimal
    method: str
    n: int
    people: int
    rater_count: int
    withheld: AgreementWithheld | None
    explanation: str

    @strawberry.field(description="The newest version of the framework.")
    def framework_id(self) -> strawberry.ID:
        """For `node(id)`."""
        return to_global_id("CompetencyFramework", self.row.framework_id)

    @strawberry.field(description="Of each item of a template, in order of its key.", extensions=[Paged(whole=True)])
    def items(self, page: PageRequest) -> AgreementConnection:
        """All of them, unless fewer are asked for."""
        return _to_agreements(self.row.items, page)

    @strawberry.field(description="Of each skill, in the framework's order.", extensions=[Paged(whole=True)])
    def skills(self, page: PageRequest) -> AgreementConnection:
        """All of them, unless fewer are asked for."""
        return _to_agreements(self.row.skills, page)

    @strawberry.field(
        description="By name; who does not see everybody reads of themself alone.", extensions=[Paged(whole=True)]
    )
    def raters(self, page: PageRequest) -> RaterConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.raters, page)
        edges = [
            RaterEdge(row=dto, cursor=Cursor(cursor), node=dto.name, **dto.model_dump(exclude={"rater_id", "name"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return RaterConnection(edges=edges, page_info=to_page_info(found, page))


describe(RaterCalibration, RaterCalibrationDTO)


def _to_agreements(rows: list[AgreementDTO], page: PageRequest) -> AgreementConnection:
    found = page_of_list(rows, page)
    edges = [
        AgreementEdge(row=dto, cursor=Cursor(cursor), node=dto.key, **dto.model_dump(exclude={"key", "template_id"}))
        for cursor, dto in zip(found.cursors, found.items, strict=True)
    ]
    return AgreementConnection(edges=edges, page_info=to_page_info(found, page))


async def _ask(info: Info, asked: RaterCalibrationQuery) -> RaterCalibration:
    async with info.context.session() as session:
        dto = await get_rater_calibration(session, info.context.principal, asked)
    key = json.dumps(asked.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    shown = dto.model_dump(exclude={"framework_id", "items", "skills", "raters"})
    return RaterCalibration(id=to_global_id("RaterCalibration", key), row=dto, **shown)


async def load_rater_calibration(info: Info, key: str) -> RaterCalibration:
    """By what the id names."""
    return await _ask(info, RaterCalibrationQuery.model_validate_json(key))


@strawberry.type
class RaterCalibrationQueries:
    """Queries of how raters compare."""

    @strawberry.field(
        description="Whether raters agree on items and skills, and how each rates against the others.",
        metadata={NEEDS: Permission.RATER_CALIBRATION_READ},
        extensions=[NullIfAbsent()],
    )
    async def rater_calibration(
        self,
        info: Info,
        framework: str | None = None,
        skill: str | None = None,
        manager_id: strawberry.ID | None = None,
        team_id: strawberry.ID | None = None,
        days: int = 365,
        as_of: dt.datetime | None = None,
    ) -> RaterCalibration | None:
        """Null for an unknown framework or skill, and for raters of whom the caller sees nobody."""
        whose = {
            "manager_id": None if manager_id is None else row_id(manager_id, "Person"),
            "team_id": None if team_id is None else row_id(team_id, "Team"),
        }
        asked = to_input(RaterCalibrationQuery, framework=framework, skill=skill, days=days, as_of=as_of, **whose)
        return await _ask(info, asked)
