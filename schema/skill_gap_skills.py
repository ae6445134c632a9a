"""One person's skills in an answer about gaps: the gap, its worth, the rates that it is linked to."""

from decimal import Decimal

import strawberry

from schema.describing import describe, describe_enum
from schema.paging import Paged
from schema.relay import PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.pagination import PageRequest
from service.skill_assessments.disagreement import RatedHigherBy
from service.skill_assessments.dto.gaps import DisagreementDTO, LinkedRateDTO, SkillGapDTO
from service.skill_assessments.impact.deciding import SkillGapMissing, SkillStanding
from service.skill_assessments.impact.levers import LinkedRateKind

describe_enum(
    LinkedRateKind,
    "What a skill is linked to.",
    step="The step from a stage to the next.",
    share="Another share of cases.",
    volume="So many events a quarter.",
)
describe_enum(
    SkillGapMissing,
    "What it takes to tell what a gap costs.",
    no_required_level="The job role requires no level.",
    not_assessed="Nobody has assessed it.",
    level_unsure="Whether there is a gap is not sure.",
    no_link="The skill is linked to no stage and no KPI.",
    not_in_funnel="What it is linked to leads to no wins in the person's model.",
    too_few_peers="Fewer than five others have cases.",
    too_few_cases="The person has fewer than ten decided cases.",
    within_chance="The person's rate is within chance of the peers' median.",
)
describe_enum(
    SkillStanding,
    "What a skill is to a person now.",
    focus="One of the one or two gaps to work on.",
    next="Worth closing too, but two at a time are enough.",
    assess_first="What it is linked to is below the peers, but nobody has assessed it.",
    no_gap="At the required level.",
    nothing_to_gain="What it is linked to is as good as the peers have it.",
    cannot_tell="It cannot be told yet.",
)
describe_enum(
    RatedHigherBy,
    "Who sees a skill higher.",
    self_higher="The person.",
    manager_higher="The manager.",
)


@strawberry.type(description="A rate that a skill is linked to, the person's beside the median of their peers.")
class LinkedRateEdge:
    """Its name is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="What it is called.")
    key: str
    kind: LinkedRateKind
    hits: int
    n: Decimal
    undecided: int
    rate: Decimal
    interval_low: Decimal
    interval_high: Decimal
    peers: int
    peer_median: Decimal | None
    probability_below: Decimal | None
    missing: SkillGapMissing | None
    more_cases: int | None


describe(LinkedRateEdge, LinkedRateDTO)


@strawberry.type(description="Rates that a skill is linked to, stages first.")
class LinkedRateConnection:
    """A Relay connection."""

    edges: list[LinkedRateEdge] = strawberry.field(description="The rates of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="One skill of a person: the gap, and what closing it is worth.")
class SkillGapEdge:
    """Its name is the node."""

    row: strawberry.Private[SkillGapDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="What the framework calls it.")
    framework: str
    skill: str
    standing: SkillStanding
    explanation: str
    required: Decimal | None
    level: Decimal | None
    raters: int
    gap: Decimal | None
    gap_low: Decimal | None
    gap_high: Decimal | None
    probability_below: Decimal | None
    wins: Decimal | None
    wins_low: Decimal | None
    wins_high: Decimal | None
    money: Decimal | None
    money_low: Decimal | None
    money_high: Decimal | None
    probability_worth: Decimal | None
    rank_one: Decimal | None
    top_two: Decimal | None

    @strawberry.field(description="The version of the framework that requires it, for `node(id)`.")
    def framework_id(self) -> strawberry.ID:
        """By its global id."""
        return to_global_id("CompetencyFramework", self.row.framework_id)

    @strawberry.field(description="What it takes to tell, by commas; empty where it is told.")
    def missing(self) -> str:
        """As the enumeration `SkillGapMissing` names them, in small letters."""
        return ", ".join(self.row.missing)

    @strawberry.field(description="What the skill is linked to.", extensions=[Paged(whole=True)])
    def rates(self, page: PageRequest) -> LinkedRateConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.rates, page)
        edges = [
            LinkedRateEdge(cursor=Cursor(cursor), node=dto.name, **dto.model_dump(exclude={"name"}))
            for cursor, dto in zip(found.cursors, found.items, strict=True)
        ]
        return LinkedRateConnection(edges=edges, page_info=to_page_info(found, page))


describe(SkillGapEdge, SkillGapDTO)


@strawberry.type(description="A person's skills: those of focus first, then as their frameworks have them.")
class SkillGapConnection:
    """A Relay connection."""

    edges: list[SkillGapEdge] = strawberry.field(description="The skills of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def skill_edge(cursor: str, dto: SkillGapDTO) -> SkillGapEdge:
    """One skill."""
    plain = dto.model_dump(exclude={"name", "framework_id", "missing", "rates"})
    return SkillGapEdge(row=dto, cursor=Cursor(cursor), node=dto.name, **plain)


@strawberry.type(description="Ratings of a skill by the person and by their manager, far apart.")
class RatingDisagreementEdge:
    """The skill's name is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="What the framework calls the skill.")
    skill: str
    side: RatedHigherBy
    own: Decimal
    manager: Decimal
    reason: str


describe(RatingDisagreementEdge, DisagreementDTO)


@strawberry.type(description="What to talk about first; the farthest apart first.")
class RatingDisagreementConnection:
    """A Relay connection."""

    edges: list[RatingDisagreementEdge] = strawberry.field(description="The skills of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
