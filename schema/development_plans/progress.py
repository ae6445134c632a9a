"""How far a development plan has come."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import describe, describe_enum
from schema.paging import Paged
from schema.relay import Connection, Node, PageInfo, page_of_list, part_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.pagination import PageRequest
from service.skill_assessments.dto.plans import PlanProgressDTO
from service.skill_assessments.plans.comparing import ProgressMethod, ProgressVerdict
from service.skill_assessments.plans.progress import SkillProgress
from service.skill_assessments.use_cases import plan_progress

describe_enum(
    ProgressVerdict,
    "Whether something moved since a plan started.",
    name="PlanProgressVerdict",
    moved="For the better, beyond chance.",
    not_yet="A skill: not beyond chance, and the target is ruled out; a KPI: for the worse, beyond chance.",
    cannot_tell="The reason says what it would take.",
)
describe_enum(
    ProgressMethod,
    "How the interval of a change was come by.",
    name="PlanProgressMethod",
    normal="From the standard errors of both levels.",
    wilson_mover="From Wilson's intervals of both shares (Newcombe 1998).",
    poisson_mover="From exact intervals of both counts a working day (Zou & Donner 2008).",
)


@strawberry.type(description="How far a focus skill and its linked KPI have come.")
class PlanSkillEdge:
    """The key is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The key of the skill in the framework.")
    name: str
    target_level: int
    level_at_start: Decimal | None = strawberry.field(description="Frozen when the plan started.")
    raters_at_start: int | None = strawberry.field(description="How many raters that is of.")
    level: Decimal | None = strawberry.field(description="From ratings since the start alone.")
    raters: int | None = strawberry.field(description="How many raters that is of.")
    gain: Decimal | None
    gain_low: Decimal | None
    gain_high: Decimal | None
    probability_reached: Decimal | None
    method: ProgressMethod | None
    verdict: ProgressVerdict
    reason: str
    kpi: str | None = strawberry.field(description="The key of the linked KPI; null without one.")
    kpi_name: str | None = strawberry.field(description="Its name in the model; null where the model has it no more.")
    kpi_at_start: Decimal | None = strawberry.field(description="In the last whole month before the start.")
    kpi_value: Decimal | None = strawberry.field(description="In the newest month that lies wholly after the start.")
    kpi_change: Decimal | None = strawberry.field(description="Of a share, or of the count a working day.")
    kpi_change_low: Decimal | None = strawberry.field(description="Where its interval of 90 % begins.")
    kpi_change_high: Decimal | None = strawberry.field(description="Where it ends.")
    kpi_method: ProgressMethod | None = strawberry.field(description="How the interval was come by.")
    kpi_verdict: ProgressVerdict | None = strawberry.field(description="Null without a linked KPI.")
    kpi_reason: str | None = strawberry.field(description="Why, in words.")


@strawberry.type(description="Each focus skill; none before the start.")
class PlanSkillConnection:
    """A Relay connection."""

    edges: list[PlanSkillEdge] = strawberry.field(description="The skills of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="How far a plan has come, as of an instant; of one that has ended, as it was then.")
class PlanProgress(Node):
    """There is one of each plan."""

    row: strawberry.Private[PlanProgressDTO]
    as_of: dt.datetime
    steps: int
    steps_done: int
    steps_overdue: int
    next_review_on: dt.date | None
    days_left: int

    @strawberry.field(description="Of each focus, beyond chance or not.", extensions=[Paged(whole=True)])
    def skills(self, page: PageRequest) -> PlanSkillConnection:
        """In order."""
        found = page_of_list(self.row.skills, page)
        edges = [_to_skill(cursor, dto) for cursor, dto in zip(found.cursors, found.items, strict=True)]
        return PlanSkillConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="The same in words, the most important first.", extensions=[Paged(whole=True)])
    def sentences(self, page: PageRequest) -> Connection[str]:
        """As the brief has them."""
        return part_of_list(self.row.sentences, str, page)


describe(PlanSkillEdge, SkillProgress)
describe(PlanProgress, PlanProgressDTO)


def to_plan_progress(dto: PlanProgressDTO) -> PlanProgress:
    """The GraphQL view of a plan's progress."""
    fields = dto.model_dump(exclude={"plan_id", "skills", "sentences"})
    return PlanProgress(id=to_global_id("PlanProgress", dto.plan_id), row=dto, **fields)


async def load_plan_progress(info: Info, id_: UUID) -> PlanProgress:
    """By the plan's row id."""
    async with info.context.session() as session:
        return to_plan_progress(await plan_progress.get_plan_progress(session, info.context.principal, id_))


def _to_skill(cursor: str, dto: SkillProgress) -> PlanSkillEdge:
    then, now, kpi = dto.at_start, dto.newest, dto.kpi
    return PlanSkillEdge(
        cursor=Cursor(cursor),
        node=dto.skill,
        level_at_start=None if then is None else then.level,
        raters_at_start=None if then is None else then.n,
        level=None if now is None else now.level,
        raters=None if now is None else now.n,
        kpi=None if kpi is None else kpi.kpi,
        kpi_name=None if kpi is None else kpi.name,
        kpi_at_start=None if kpi is None or kpi.at_start is None else kpi.at_start.value,
        kpi_value=None if kpi is None or kpi.newest is None else kpi.newest.value,
        kpi_change=None if kpi is None else kpi.change,
        kpi_change_low=None if kpi is None else kpi.change_low,
        kpi_change_high=None if kpi is None else kpi.change_high,
        kpi_method=None if kpi is None else kpi.method,
        kpi_verdict=None if kpi is None else kpi.verdict,
        kpi_reason=None if kpi is None else kpi.reason,
        **dto.model_dump(exclude={"skill", "at_start", "newest", "kpi"}),
    )
